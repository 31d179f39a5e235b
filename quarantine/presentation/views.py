"""Who else has looked at a hold, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from accounts.tenancy import Actor
from quarantine.access.rights import Rulebook
from quarantine.models import Hold, HoldView
from quarantine.presentation.rows import short_time
from quarantine.visible import show_line


def tell_viewers(actor: Actor, views: Sequence[HoldView]) -> list[str]:
    """Return the others with the time of their first look."""
    return [
        f"{show_line(str(view.user))} ({short_time(view.first_at)})"
        for view in views
        if view.user_id != actor.user_id
    ]


def seen_url(actor: Actor, hold: Hold, views: Sequence[HoldView]) -> str:
    """Return where to note this look of who may decide; nothing after the first."""
    is_known = any(view.user_id == actor.user_id for view in views)
    # What a policy says is about releases: no need to read any.
    if is_known or not Rulebook(actor).rights(hold).can_act:
        return ""
    return reverse("quarantine:mark_seen", args=[hold.pk])
