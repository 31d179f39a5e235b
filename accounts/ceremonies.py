"""A passkey ceremony: what a page hands to the browser, and what that must sign.

The challenge lies in the session: random, for one purpose and one person, for five
minutes, and good once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts import passkeys, second_factor, throttles
from accounts.errors import RateLimited
from accounts.models import User
from accounts.passkeys import LIFETIME


class Purpose(StrEnum):
    """What a challenge opens; it opens nothing else."""

    ENROL = "enrol"
    LOGIN = "login"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the page shows: options for the browser, or where passkeys work instead."""

    options: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """What was asked; an empty challenge if nothing that still counts was."""

    challenge: bytes = b""
    handle: bytes = b""


def begin_enrolment(request: HttpRequest, user: User) -> Ceremony:
    """Ask for a new passkey, of no authenticator that has one of the person's."""
    party = passkeys.find_party()
    if party is None or find_elsewhere(request):
        return Ceremony(elsewhere=find_elsewhere(request))
    devices = second_factor.list_passkeys(user)
    handles = [bytes(device.user_handle) for device in devices]
    handle = handles[0] if handles else passkeys.new_handle()
    options = passkeys.creation_options(
        party,
        challenge=_issue(request, Purpose.ENROL, user, handle),
        handle=handle,
        account=user.email,
        known=[device.credential for device in devices],
    )
    return Ceremony(options=options)


def begin_use(request: HttpRequest, user: User, purpose: Purpose) -> Ceremony:
    """Ask for a signature of any of the person's passkeys."""
    party = passkeys.find_party()
    if party is None or find_elsewhere(request):
        return Ceremony(elsewhere=find_elsewhere(request))
    options = passkeys.request_options(
        party,
        challenge=_issue(request, purpose, user),
        known=[device.credential for device in second_factor.list_passkeys(user)],
    )
    return Ceremony(options=options)


def find_elsewhere(request: HttpRequest) -> str:
    """Return the origin where passkeys work, empty if here, or nowhere."""
    party = passkeys.find_party()
    if party is None or urlsplit(party.origin).netloc == request.get_host().lower():
        return ""
    return party.origin


def take(request: HttpRequest, user: User, purpose: Purpose) -> Pending:
    """Return what this session was last asked for the purpose, once."""
    asked = request.session.pop(_key(purpose), None)
    if asked is None or asked["user"] != str(user.pk) or asked["until"] < time.time():
        return Pending()
    seconds = int(LIFETIME.total_seconds())
    try:
        # Two requests at the same moment have both read the session.
        throttles.spend("passkey.once", asked["challenge"], limit=1, seconds=seconds)
    except RateLimited:
        return Pending()
    return Pending(
        base64url_to_bytes(asked["challenge"]), base64url_to_bytes(asked["handle"])
    )


def _issue(
    request: HttpRequest, purpose: Purpose, user: User, handle: bytes = b""
) -> bytes:
    challenge = passkeys.new_challenge()
    request.session[_key(purpose)] = {
        "user": str(user.pk),
        "until": int(time.time() + LIFETIME.total_seconds()),
        "challenge": bytes_to_base64url(challenge),
        "handle": bytes_to_base64url(handle),
    }
    return challenge


def _key(purpose: Purpose) -> str:
    return f"passkey.{purpose}"
