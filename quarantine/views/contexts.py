"""What the templates of one hold read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from accounts.tenancy import ActorRequest, Permission
from quarantine.access import holds as access
from quarantine.access.hold_views import list_views
from quarantine.access.rights import Rights, get_rulebook
from quarantine.models import Hold
from quarantine.presentation.authentication import make_authentication
from quarantine.presentation.hold import make_status
from quarantine.presentation.message import make_facts
from quarantine.presentation.report import make_report
from quarantine.presentation.rows import make_rows
from quarantine.presentation.senders import make_offer, tell_rules
from quarantine.presentation.signs import make_notices
from quarantine.presentation.views import seen_url, tell_viewers
from quarantine.signs import find_signs
from quarantine.states import State
from quarantine.text_view import read_text


def row_context(request: ActorRequest, hold: Hold) -> dict[str, object]:
    """Return what one line of the list reads."""
    rulebook = get_rulebook(request.actor)
    return {"rows": make_rows([hold], rulebook=rulebook)}


def status_context(
    request: ActorRequest, hold: Hold, rights: Rights | None = None
) -> dict[str, object]:
    """Return how the release of a hold went, and what may be done."""
    rights = rights or get_rulebook(request.actor).rights(hold)
    attempts = access.list_attempts(request.actor, hold)
    requests = access.list_requests(request.actor, hold)
    return {
        "hold": hold,
        "status": make_status(hold, attempts, rights=rights, requests=requests),
        "offer": make_offer(request.actor, hold, rights=rights),
        "rules": tell_rules(request.actor, hold, rights=rights),
        "can_unblock": hold.state == State.DISCARDED,
    }


def trouble_context(status: int) -> dict[str, object]:
    """Return why a decision was not made, by the status of its answer."""
    return {"was_late": status == 409, "is_unconfirmed": status == 422}


def hold_page(request: ActorRequest, hold: Hold, *, status: int = 200) -> HttpResponse:
    """Return the whole page of a hold."""
    view = read_text(hold.message)
    known = access.find_known(request.actor, hold.header_from_name)
    rights = get_rulebook(request.actor).rights(hold)
    reported = access.find_report(request.actor, hold)
    views = list_views(request.actor, hold)
    context = status_context(request, hold, rights) | {
        "seen_url": seen_url(request.actor, hold, views),
        "viewers": tell_viewers(request.actor, views),
        "facts": make_facts(hold),
        "authentication": make_authentication(hold),
        "view": view,
        "notices": make_notices(find_signs(view.outline, known)),
        "report": make_report(
            hold, reported, rights=rights, is_admin=request.actor.is_admin
        ),
        "may_see_raw": request.actor.can(Permission.VIEW_RAW),
        "may_keep": request.actor.can(Permission.KEEP),
        "may_erase": request.actor.can(Permission.ERASE),
        "is_styled": request.GET.get("view") == "styled",
    }
    context |= trouble_context(status)
    return render(request, "quarantine/hold.html", context, status=status)
