"""Who is asking: actor, language and zone, and whether the second factor was shown."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accounts import second_factor, sessions
from accounts.detours import lead_to
from accounts.factor_demand import find_coming, list_demands
from accounts.models import Membership, User
from accounts.models.people import make_actor

Handler = Callable[[HttpRequest], HttpResponse]


class SignInMiddleware:
    """Ends log-ins that have lasted or idled too long, or that their person ended."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on as nobody once the log-in is over, and keep why for the log-in page."""
        user = request.user
        if isinstance(user, User):
            over = sessions.keep_up(request, user)
            if over:
                auth.logout(request)
                request.session[sessions.ENDED_KEY] = str(over)
        return self.get_response(request)


class ActorMiddleware:
    """Sets `request.actor` from a Membership read afresh; None for whoever has none.

    A person of several customers acts for the one chosen in the session.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the membership of this request's person."""
        request.actor = None  # type: ignore[attr-defined]  # ActorRequest types it
        request.memberships = []  # type: ignore[attr-defined]  # for pages to list
        if request.user.is_authenticated and request.user.is_active:
            memberships = Membership.objects.select_related("customer").filter(
                user=request.user, customer__is_active=True
            )
            chosen = request.session.get("customer_id")
            own = {str(item.customer_id): item for item in memberships.order_by("pk")}
            request.memberships = list(own.values())  # type: ignore[attr-defined]
            membership = own.get(str(chosen)) or next(iter(own.values()), None)
            if membership is not None:
                request.actor = make_actor(membership)  # type: ignore[attr-defined]
                request.customer = membership.customer  # type: ignore[attr-defined]
        return self.get_response(request)


class LogInMiddleware(LoginRequiredMiddleware):
    """Leads the whole page to the log-in, also where htmx asked for a part of it."""

    def handle_no_permission(  # type: ignore[override]  # htmx has its own redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Redirect; a fragment's answer must not be the log-in page."""
        if getattr(request, "htmx", False):
            return lead_to(request, settings.LOGIN_URL)
        return super().handle_no_permission(request, view_func)


class PersonMiddleware:
    """Speaks the person's language and tells times in their zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate language and zone for this request only."""
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(user.zone):
            return self.get_response(request)


# What a session may reach whose second factor is enrolled but not shown yet.
REACHABLE_UNVERIFIED = frozenset(
    {
        "two_factor:login",
        "two_factor:setup",  # answers 403 itself; see enrolment.py
        "accounts:step_up",
        "accounts:send_step_up_code",
        "accounts:sms_status",
        "accounts:logout",
        "accounts:password_reset",
        "accounts:password_reset_sent",
        "accounts:password_reset_confirm",
        "accounts:password_reset_done",
        "set_language",
        "healthz",
        "readyz",
    }
)


class SecondFactorMiddleware:
    """Lets nobody past whose second factor is enrolled or demanded and still missing.

    Portal and Django admin alike. Static files are WhiteNoise's and do not come here.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let nobody act whose factor is missing, not even on an error page."""
        user = request.user
        unproved = (
            isinstance(user, User)
            and not second_factor.is_verified(request)
            and second_factor.has_factor(user)
        )
        request.factor_unproved = unproved  # type: ignore[attr-defined]
        if unproved:
            request.actor = None  # type: ignore[attr-defined]
            request.customer = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, *_args: object
    ) -> HttpResponseBase | None:
        """Lead to the code, or to enrolment, before any other page."""
        match = request.resolver_match
        user = request.user
        if not isinstance(user, User) or second_factor.is_verified(request):
            return None
        if match is not None and match.view_name in REACHABLE_UNVERIFIED:
            return None
        if request.factor_unproved:  # type: ignore[attr-defined]
            return lead_to(request, "accounts:step_up")
        demands = list_demands(user)
        if any(demand.is_enforced for demand in demands):
            return lead_to(request, "two_factor:setup")
        request.factor_coming = find_coming(demands)  # type: ignore[attr-defined]
        return None
