"""How the pages of codes answer: a form's status, a code on its way, recovery codes."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import recovery, second_factor, sms, throttles
from accounts.actions import codes
from accounts.errors import RateLimited, SmsUnavailable
from accounts.models import SmsCode, User

# What the limits have counted; what else is wrong was refused unread.
TRIED = frozenset({"invalid_login", "wrong"})


def send_code(request: HttpRequest, user: User, number: str, purpose: str) -> str:
    """Send a code and remember its SMS for the status line; return what went wrong."""
    network = throttles.client_network(request)
    try:
        message = codes.send_code(
            user,
            number,
            purpose,
            network=network,
            binding=second_factor.bind_code(request),
        )
    except RateLimited as error:
        return error.user_message
    except SmsUnavailable:
        return _(
            "Zurzeit können keine SMS gesendet werden. Nehmen Sie einen anderen Weg."
        )
    request.session["sms_message"] = str(message.pk)
    return ""


def state_of_code(
    request: HttpRequest, user: User, number: str, purpose: str
) -> dict[str, object]:
    """Return what the pages say about a code for the number, and about another one."""
    message = sms.find_message(request.session.get("sms_message", ""), number)
    has_failed = message is not None and message.has_failed
    binding = second_factor.binding_of(request)
    return {
        "sms": message,
        "code_is_out": not has_failed
        and SmsCode.is_out(user, number, purpose, binding=binding),
        "resend_in": codes.seconds_until_resend(user),
    }


def show_codes(
    request: HttpRequest, shown: list[str], *, target: str, is_enrolment: bool
) -> HttpResponse:
    """Answer with the recovery codes, to print, copy or save: this one time."""
    heading = _("Ersatzcodes für %(portal)s, %(email)s, vom %(date)s") % {
        "portal": settings.PORTAL_NAME,
        "email": request.user.email,  # type: ignore[union-attr]  # logged in
        "date": date_format(timezone.localdate(), "SHORT_DATE_FORMAT"),
    }
    context = {
        "codes": shown,
        "heading": heading,
        "download": recovery.as_download(shown, heading),
        "next": target,
        "is_enrolment": is_enrolment,
    }
    return render(request, "accounts/recovery_codes.html", context)


def status_of(form: forms.BaseForm | None) -> int:
    """Return 429 for too many tries, 422 for what else is wrong, else 200."""
    if form is None or not form.is_bound or form.is_valid():
        return 200
    return 429 if _is_limited(form) else 422


def was_tried(form: forms.BaseForm | None) -> bool:
    """Say whether a password or code was looked at, and is not right."""
    found = form.errors.as_data() if form is not None else {}
    return any(e.code in TRIED for errors in found.values() for e in errors)


def _is_limited(form: forms.BaseForm) -> bool:
    """Say whether the form was refused because of too many tries."""
    data = form.errors.as_data()
    return any(e.code == "limited" for errors in data.values() for e in errors)
