"""How the pages that ask for codes answer: status of a form, and a code on its way."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import sms, throttles
from accounts.actions import codes
from accounts.errors import RateLimited, SmsUnavailable
from accounts.models import SmsCode, User

# What the limits have counted; what else is wrong was refused unread.
TRIED = frozenset({"invalid_login", "wrong"})


def send_code(request: HttpRequest, user: User, number: str, purpose: str) -> str:
    """Send a code and remember its SMS for the status line; return what went wrong."""
    network = throttles.client_network(request)
    try:
        message = codes.send_code(user, number, purpose, network=network)
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
    return {
        "sms": message,
        "code_is_out": not has_failed and SmsCode.is_out(user, number, purpose),
        "resend_in": codes.seconds_until_resend(user),
    }


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
