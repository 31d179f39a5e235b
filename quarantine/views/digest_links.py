"""What the links of a digest open, for whoever is not logged in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.errors import RateLimited
from accounts.throttles import client_network
from quarantine.access import holds as access
from quarantine.access.rights import get_rulebook
from quarantine.actions import digests as actions
from quarantine.digests.links import (
    Action,
    OpenLink,
    find_link,
    is_free,
    is_untouched,
    may_act,
)
from quarantine.errors import LinkVoid, NotHeld
from quarantine.presentation.hold import make_status
from quarantine.presentation.link import make_question, make_used

LinkView = Callable[[HttpRequest, OpenLink, str], HttpResponse]


def link_page(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open the link, in its person's zone; say the same of any that opens nothing."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        try:
            link = find_link(token, network=client_network(request))
            language = _language(request, link)
            with translation.override(language), timezone.override(link.user.zone):
                response = view(request, link, token)
        except LinkVoid:
            response = _void(request, 404)
        except RateLimited as error:
            response = _void(request, 429)
            response["Retry-After"] = str(error.retry_after)
        # Without path, so that no page learns the token; "no-referrer" would take the
        # origin from the form, too, which the check of its CSRF token needs.
        response["Referrer-Policy"] = "strict-origin"
        return response

    return login_not_required(never_cache(wrapped))


@require_safe
@link_page
def digest_link(request: HttpRequest, link: OpenLink, token: str) -> HttpResponse:
    """Show the button that acts, what became of it, or lead to the log-in."""
    hold = link.hold
    if link.token.used_at is not None and is_free(link):
        context = _used_context(link, token)
        return render(request, "quarantine/digest_used.html", context)
    if _is_reader(request, link) or not may_act(link):
        return redirect("quarantine:hold", pk=hold.pk)
    if not is_untouched(link):
        return _decided(request, link)
    context = {"hold": hold, "question": make_question(link), "token": token}
    return render(request, "quarantine/digest_link.html", context)


@require_POST
@link_page
def digest_act(request: HttpRequest, link: OpenLink, token: str) -> HttpResponse:
    """Do what the link is good for; the form's own fields say nothing about what."""
    if link.token.used_at is None:
        if not may_act(link):
            return redirect("quarantine:hold", pk=link.hold.pk)
        try:
            actions.act_by_link(link)
        except NotHeld:
            return _decided(request, link)
    response = HttpResponseRedirect(reverse("quarantine:digest_link", args=[token]))
    response.status_code = 303
    return response


@require_safe
@link_page
def digest_status(request: HttpRequest, link: OpenLink, token: str) -> HttpResponse:
    """Show what became of a used link alone, while its release is on the way."""
    if link.token.used_at is None or not is_free(link):
        raise LinkVoid
    return render(request, "quarantine/_digest_status.html", _used_context(link, token))


# The one-click request of RFC 8058 comes from a mail provider, without a cookie: the
# token alone says whose digests end, and nothing else can be done with it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@link_page
def digest_stop(request: HttpRequest, link: OpenLink, token: str) -> HttpResponse:
    """Ask whether digests shall end; by POST they do."""
    if link.token.action != Action.UNSUBSCRIBE:
        raise LinkVoid
    if request.method == "POST":
        actions.unsubscribe(link.actor)
    context = {"is_done": request.method == "POST", "token": token}
    return render(request, "quarantine/digest_stop.html", context)


def _used_context(link: OpenLink, token: str) -> dict[str, object]:
    rights = get_rulebook(link.actor).rights(link.hold)
    attempts = access.list_attempts(link.actor, link.hold)
    status = make_status(link.hold, attempts, rights=rights)
    return {
        "hold": link.hold,
        "used": make_used(link),
        "status": status,
        "token": token,
    }


def _is_reader(request: HttpRequest, link: OpenLink) -> bool:
    """Say whether the person is logged in anyway, for this customer."""
    actor = getattr(request, "actor", None)
    mine = (link.actor.user_id, link.actor.customer_id)
    return actor is not None and (actor.user_id, actor.customer_id) == mine


def _decided(request: HttpRequest, link: OpenLink) -> HttpResponse:
    context = {"hold": link.hold}
    return render(request, "quarantine/digest_decided.html", context, status=409)


def _void(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "quarantine/digest_void.html", status=status)


def _language(request: HttpRequest, link: OpenLink) -> str:
    """Return the reader's language, unless this browser was told another."""
    was_told = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    known = link.user.language in dict(settings.LANGUAGES)
    if known and not was_told:
        return link.user.language
    return translation.get_language() or settings.LANGUAGE_CODE
