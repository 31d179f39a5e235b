"""The links of digests: tokens drawn, told apart by their hash, checked when used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import throttles
from accounts.factor_demand import list_demands
from accounts.mail import portal_address
from accounts.models import Membership, Policy, User
from accounts.models.customers import Category
from accounts.models.people import make_actor
from accounts.second_factor import has_factor
from accounts.tenancy import Actor
from quarantine.access.rights import Rulebook, get_rulebook
from quarantine.digests.readers import Reader, Rules
from quarantine.errors import LinkVoid
from quarantine.models import DigestToken, Hold
from quarantine.states import OPEN, State

Action = DigestToken.Action
TOKEN_BYTES = 32
# Nobody asks for these, or releases them, without having seen them.
LOOK_FIRST = frozenset({Category.PHISHING, Category.VIRUS})
# Longer than anybody leaves a digest unread; the rows of digests go then, too.
UNSUBSCRIBE_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that was found: whose it is, what it is about."""

    token: DigestToken
    user: User
    actor: Actor

    @property
    def hold(self) -> Hold:
        """The one hold that the link is good for."""
        if self.token.hold is None:
            raise LinkVoid
        return self.token.hold


class Links:
    """The links of one digest that is being made: their rows, not yet kept."""

    def __init__(self, reader: Reader) -> None:
        self._now = timezone.now()
        self._rulebook = get_rulebook(reader.actor)
        self._policies = Rules(Policy.objects.filter(customer=reader.actor.customer_id))
        self._is_free = not is_factor_demanded(reader.user)
        self.rows: list[DigestToken] = []
        self.unsubscribe_url = self._draw(
            Action.UNSUBSCRIBE, "digest_stop", None, UNSUBSCRIBE_FOR
        )

    def of(self, hold: Hold) -> tuple[str, str]:
        """Return where a line leads, and what is done there (empty: it is shown)."""
        policy = self._policies.of(hold.customer_id, hold.domain_id)
        action = find_action(hold, self._rulebook)
        if not (self._is_free and policy.may_release_by_link and action):
            return portal_address(reverse("quarantine:hold", args=[hold.pk])), ""
        lasts = timedelta(days=settings.DIGEST_LINK_DAYS)
        return self._draw(action, "digest_link", hold, lasts), action

    @property
    def has_actions(self) -> bool:
        """Whether a line's link acts without log-in."""
        return len(self.rows) > 1

    def _draw(self, action: str, view: str, hold: Hold | None, lasts: timedelta) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = DigestToken(
            hold=hold,
            action=action,
            token_hash=hash_token(token),
            created_at=self._now,
            expires_at=self._now + lasts,
        )
        self.rows.append(row)
        return portal_address(reverse(f"quarantine:{view}", args=[token]))


def hash_token(token: str) -> str:
    """Return what is kept of a token: its 256 bits need no slow hash."""
    return sha256(token.encode()).hexdigest()


def find_action(hold: Hold, rulebook: Rulebook) -> str:
    """Return what a link may do about the hold; nothing for what deserves a look."""
    rights = rulebook.rights(hold)
    if hold.category in LOOK_FIRST or rights.needs_proof:
        return ""
    if rights.can_release:
        return Action.RELEASE
    can_ask = rights.can_act and hold.state == State.HELD
    return Action.REQUEST if can_ask else ""


def is_factor_demanded(user: User) -> bool:
    """Say whether the person has or must have a second factor, be it from later on."""
    return bool(list_demands(user)) or has_factor(user)


def find_link(token: str, *, network: str) -> OpenLink:
    """Return what the token opens, used or not; raise LinkVoid or RateLimited.

    Only wrong tokens count: a mail filter that opens every link shuts nobody out, not
    even with links that are over.
    """
    throttles.check("token", network)
    found = (
        DigestToken.objects.select_related(
            "digest__user", "hold__message", "hold__domain", "hold__decided_by"
        )
        .filter(token_hash=hash_token(token))
        .first()
    )
    if found is None:
        throttles.hit("token", network)
        raise LinkVoid
    if found.expires_at <= timezone.now():
        raise LinkVoid
    reader = found.digest.user
    membership = Membership.objects.filter(
        user=reader,
        customer=found.customer_id,
        user__is_active=True,
        customer__is_active=True,
    ).first()
    if membership is None:
        raise LinkVoid
    return OpenLink(found, reader, make_actor(membership))


def may_act(link: OpenLink) -> bool:
    """Say whether the link acts without log-in, by what holds this moment."""
    rulebook = get_rulebook(link.actor)
    if not _is_free(link, rulebook):
        return False
    return find_action(link.hold, rulebook) == link.token.action


def is_free(link: OpenLink) -> bool:
    """Say whether policy and person let it open more than the log-in, used or not."""
    return _is_free(link, get_rulebook(link.actor))


def _is_free(link: OpenLink, rulebook: Rulebook) -> bool:
    hold = link.hold
    policies = Rules(Policy.objects.filter(customer=hold.customer_id))
    return (
        policies.of(hold.customer_id, hold.domain_id).may_release_by_link
        and not is_factor_demanded(link.user)
        and rulebook.rights(hold).can_act
    )


def is_untouched(link: OpenLink) -> bool:
    """Say whether the link is unused and nobody has decided since it was made."""
    hold, made_at = link.hold, link.token.created_at
    decisions = (hold.decided_at, hold.denied_at)
    return (
        link.token.is_fresh(timezone.now())
        and hold.state in OPEN
        and hold.expires_at > timezone.now()
        and not any(at is not None and at > made_at for at in decisions)
    )


def spend(token_id: int, now: datetime) -> bool:
    """Mark the token as used; False if somebody else was first."""
    unused = DigestToken.objects.filter(pk=token_id, used_at=None)
    return unused.update(used_at=now) == 1
