"""Keeps sessions of the scanner's log, and finds out whose they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import OutboundAccount
from diagnostics.added_evidence import append_evidence
from diagnostics.errors import PastesFull
from diagnostics.models import (
    AgentRun,
    Probe,
    ScannerSession,
    UnmatchedSession,
)
from diagnostics.scanner_log import ScannerSession as LoggedSession
from diagnostics.scanner_log import make_evidence
from diagnostics.scanner_log.observation import VANTAGE

PER_PROBE = 40
PRUNED_AT_ONCE = 5000
MATCHED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a session is, and how that is known."""

    customer_id: UUID
    match: str
    probe: Probe | None = None


def store(sessions: Sequence[LoggedSession]) -> int:
    """Keep what is new of them, within the caller's transaction; return how many."""
    oldest = timezone.now() - timedelta(days=settings.SCANNER_LOG_DAYS)
    keys = {_key(one): one for one in sessions if one.ended_at > oldest.timestamp()}
    for model in (ScannerSession, UnmatchedSession):
        known = model._base_manager.filter(key__in=keys)  # noqa: SLF001
        for key in known.values_list("key", flat=True):
            del keys[key]
    accounts = _find_accounts(keys.values())
    for key, session in keys.items():
        _store_one(key, session, accounts)
    return len(keys)


def _key(session: LoggedSession) -> str:
    return hashlib.sha256(session.key.encode()).hexdigest()


def _find_accounts(sessions: Iterable[LoggedSession]) -> dict[str, OutboundAccount]:
    """Return the accounts whose names were tried, with a blank or a domain too much."""
    names = {
        form
        for session in sessions
        for login in session.logins
        for form in _name_forms(str(login["username"]))
    }
    found = OutboundAccount.objects.filter(username__in=names)
    return {one.username: one for one in found.select_related("customer")}


def _name_forms(typed: str) -> tuple[str, ...]:
    name = typed.lower()
    bare = name.strip()
    return (name, bare, bare.partition("@")[0])


def _store_one(
    key: str, session: LoggedSession, accounts: dict[str, OutboundAccount]
) -> None:
    account = _judge_name(session, accounts)
    owner = _find_owner(session, account)
    seen = make_evidence(session)
    values: dict[str, Any] = {
        "key": key,
        "started_at": datetime.fromtimestamp(session.started_at, UTC),
        "ended_at": datetime.fromtimestamp(session.ended_at, UTC),
        "client_address": _address(session),
        "nonce": session.nonce,
        "status": seen.status,
        "facts": seen.facts,
        "transcript": seen.transcript,
    }
    if owner is None:
        UnmatchedSession.objects.create(**values)
        return
    made = ScannerSession.objects.create(
        customer_id=owner.customer_id, match=owner.match, probe=owner.probe, **values
    )
    if owner.probe is not None:
        _add_to_probe(owner.probe, made)
    if owner.match != ScannerSession.Match.ADDRESS:
        _claim_address(made)


def _judge_name(
    session: LoggedSession, accounts: dict[str, OutboundAccount]
) -> OutboundAccount | None:
    """Return the account that the session meant; say what the log could not know."""
    login = session.last_login()
    if login is None:
        return None
    typed = str(login["username"]).lower()
    for form, slip in zip(_name_forms(typed), ("", "", "domain-added"), strict=True):
        account = accounts.get(form) if form else None
        if account is None:
            continue
        if login["result"] == "failed" and form != typed:
            login.update({"class": "user", "slip": login["slip"] or slip})
        elif login["result"] == "failed" and _is_closed(account):
            login.update({"class": "disabled", "reason": "user disabled"})
        elif login["result"] == "failed" and not login["class"]:
            login.update({"class": "password", "reason": "password mismatch"})
        return account
    return None


def _is_closed(account: OutboundAccount) -> bool:
    return not (account.is_live and account.customer.is_active)


def _find_owner(
    session: LoggedSession, account: OutboundAccount | None
) -> Owner | None:
    if session.nonce:
        probe = Probe.objects.filter(nonce=session.nonce).first()
        if probe is not None:
            return Owner(probe.customer_id, ScannerSession.Match.NONCE, probe)
    if account is not None:
        return Owner(account.customer_id, ScannerSession.Match.ACCOUNT)
    customer_id = find_customer_at(_address(session))
    if customer_id is None:
        return None
    return Owner(customer_id, ScannerSession.Match.ADDRESS)


def _address(session: LoggedSession) -> str | None:
    try:
        return str(ip_address(session.client_address))
    except ValueError:
        return None


def find_customer_at(address: str | None) -> UUID | None:
    """Return whose server sends from there; None if nobody's, or that of several.

    Known by log-ins that were right, and by agents that the portal saw there: whoever
    guesses at an account, or says where they are, is not believed.
    """
    if address is None or address in settings.PORTAL_ADDRESSES:
        return None
    since = timezone.now() - timedelta(days=settings.SCANNER_LOG_DAYS)
    right = ScannerSession.objects.filter(
        client_address=address,
        match=ScannerSession.Match.ACCOUNT,
        facts__sasl__result="ok",
    )
    agents = AgentRun.objects.filter(public_address=address, last_seen_at__gte=since)
    customers = {
        customer_id
        for proved in (right, agents)
        for customer_id in proved.values_list("customer_id", flat=True).distinct()[:2]
    }
    return customers.pop() if len(customers) == 1 else None


def _claim_address(made: ScannerSession) -> None:
    """Move the sessions of nobody that came from the same address before."""
    address = made.client_address
    if find_customer_at(address) != made.customer_id:
        return
    mine = UnmatchedSession.objects.filter(client_address=address)
    for session in mine.order_by("-ended_at")[:MATCHED_AT_ONCE]:
        fields = ("id", "key", "started_at", "ended_at", "client_address", "nonce",
                  "status", "facts", "transcript")  # fmt: skip
        values = {name: getattr(session, name) for name in fields}
        match = ScannerSession.Match.ADDRESS
        ScannerSession.objects.create(
            customer_id=made.customer_id, match=match, **values
        )
        session.delete()


def _add_to_probe(probe: Probe, session: ScannerSession) -> None:
    """Make the session evidence of the probe that greeted with its nonce."""
    # Two followers may come with sessions of one probe: one at a time.
    locked = Probe.objects.select_for_update().get(pk=probe.pk)
    with suppress(PastesFull):
        append_evidence(locked, VANTAGE, [session.as_observation()], limit=PER_PROBE)


def prune() -> int:
    """Forget sessions that are older than they are kept; return how many."""
    before = timezone.now() - timedelta(days=settings.SCANNER_LOG_DAYS)
    gone = 0
    for model in (ScannerSession, UnmatchedSession):
        old = model._base_manager.filter(ended_at__lt=before)  # noqa: SLF001
        chosen = list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])
        model._base_manager.filter(pk__in=chosen).delete()  # noqa: SLF001
        gone += len(chosen)
    return gone
