"""The states of a hold and the moves between them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a hold stands."""

    HELD = "held", _("zurückgehalten")
    REQUESTED = "requested", _("Freigabe angefragt")
    RELEASING = "releasing", _("wird freigegeben")
    RELEASED = "released", _("zugestellt")
    FAILED = "failed", _("gescheitert")
    UNSURE = "unsure", _("ungewiss")
    DISCARDED = "discarded", _("verworfen")
    EXPIRED = "expired", _("abgelaufen")


class Stage(StrEnum):
    """Where a try to deliver ended, besides the stages of an SMTP session.

    NAME, REFUSED and CERTIFICATE are followed by a colon and the reason.
    """

    NAME = "name"
    REFUSED = "refused"
    STARTTLS = "starttls"
    CERTIFICATE = "certificate"
    SMTPUTF8 = "smtputf8"
    UNSAFE = "unsafe"
    CONTENT_LOST = "content_lost"
    CONTENT_ERASED = "content_erased"
    CLAIM_LOST = "claim_lost"
    WORKER_LOST = "worker_lost"
    LOOP = "loop"


# What waits for somebody's decision: the list's default view.
OPEN = (State.HELD, State.REQUESTED)
# What a person may send once more, explicitly.
REPEATABLE = (State.RELEASED, State.FAILED, State.UNSURE)

MOVES: dict[str, frozenset[str]] = {
    State.HELD: frozenset(
        {State.REQUESTED, State.RELEASING, State.DISCARDED, State.EXPIRED}
    ),
    State.REQUESTED: frozenset(
        {State.HELD, State.RELEASING, State.DISCARDED, State.EXPIRED}
    ),
    State.RELEASING: frozenset({State.RELEASED, State.FAILED, State.UNSURE}),
    State.RELEASED: frozenset({State.RELEASING, State.EXPIRED}),
    State.FAILED: frozenset({State.RELEASING, State.DISCARDED, State.EXPIRED}),
    # Released without a reply: a person has found it in the mailbox.
    State.UNSURE: frozenset(
        {State.RELEASING, State.RELEASED, State.DISCARDED, State.EXPIRED}
    ),
    State.DISCARDED: frozenset({State.HELD, State.EXPIRED}),
    State.EXPIRED: frozenset(),
}


def states_before(after: State) -> list[str]:
    """Return the states from which a hold may move there."""
    return [state for state, moves in MOVES.items() if after in moves]
