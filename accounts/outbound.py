"""Draws names and passwords for the outbound scanner, and reaches customers' accounts.

Some mail servers spoil signs that mean something to a shell, a URL or a map file, and
people mix up others when they read them out: neither kind is ever drawn.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import OutboundAccount
from accounts.models.outbound import OutboundScanner
from accounts.tenancy import Actor, Permission, require_permission

if TYPE_CHECKING:
    from django.db.models import QuerySet

# [A-Za-z0-9] without 0 O 1 I l: 57 signs, 5.8 bits each.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
PASSWORD_LENGTH = 24
# Lower case only: Dovecot compares names so, and some servers fold them.
NAME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
NAME_LENGTH = 10
LIVE_LIMIT = 10
# Within an hour; whoever makes more is a machine.
MADE_LIMIT = 20
ENDED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account and its password in clear, to be shown this one time."""

    account: OutboundAccount
    password: str


def draw_password() -> str:
    """Return a password of 140 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))


def draw_username() -> str:
    """Return a user name that tells nothing about the customer."""
    return "out" + "".join(secrets.choice(NAME_ALPHABET) for _ in range(NAME_LENGTH))


def list_accounts(actor: Actor) -> QuerySet[OutboundAccount]:
    """Return the customer's accounts, newest first; raise NotPermitted."""
    require_permission(actor, Permission.MANAGE_OUTBOUND)
    accounts = OutboundAccount.objects.visible_to(actor).select_related("created_by")
    return cast("QuerySet[OutboundAccount]", accounts.order_by("-created_at", "-pk"))


def list_live(actor: Actor) -> list[OutboundAccount]:
    """Return the accounts that let in."""
    return list(list_accounts(actor).filter(ended_at=None))


def list_ended(actor: Actor) -> list[OutboundAccount]:
    """Return the accounts that ended last, latest first."""
    ended = list_accounts(actor).exclude(ended_at=None).order_by("-ended_at", "-pk")
    return list(ended[:ENDED_SHOWN])


def get_account(actor: Actor, pk: UUID) -> OutboundAccount:
    """Return the account; raise Http404 if it is missing or out of reach."""
    account: OutboundAccount = get_object_or_404(list_accounts(actor), pk=pk)
    return account


def find_scanner() -> OutboundScanner | None:
    """Return the scanner that customers set their server to, None without one."""
    scanners = OutboundScanner.objects.order_by("-is_default", "host")
    scanner: OutboundScanner | None = scanners.first()
    return scanner
