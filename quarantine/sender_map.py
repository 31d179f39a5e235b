"""The sender rules of customers and domains as a map that Rspamd reads."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Domain
from quarantine.models import CustomerMapToken, SenderRule, SiteMapToken

# 256 bits.
TOKEN_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=10)
# Rspamd begins a comment there; intake still knows such an address.
UNSPEAKABLE = "#"
# Of one customer: each domain repeats the customer's own rules, and Rspamd reads all of
# it for everybody. Intake knows what does not find room.
LINES_MAX = 100_000

logger = logging.getLogger(__name__)

Token = CustomerMapToken | SiteMapToken


def draw_token() -> tuple[str, str]:
    """Return a new token, and the hash that is kept of it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Return what is kept of a token: it is random, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_token(token: str) -> Token | None:
    """Return the row of a token that opens something."""
    told = {"token_hash": hash_token(token), "revoked_at": None}
    site = SiteMapToken.objects.filter(**told).first()
    own = CustomerMapToken.objects.filter(customer__is_active=True, **told)
    return site or own.first()


def note_use(token: Token, now: datetime) -> None:
    """Write down, now and then, that the token is in use."""
    before = now - USE_NOTED_EVERY
    seldom = Q(last_used_at=None) | Q(last_used_at__lt=before)
    type(token)._default_manager.filter(seldom, pk=token.pk).update(last_used_at=now)  # noqa: SLF001


def write_map(token: Token) -> bytes:
    """Return the lines: recipient's domain, a bar, the sender, what is to be done.

    A domain's own rule stands for the customer's about the same sender. What people
    keep for themselves is not in it: intake looks it up.
    """
    lines = ["# Senders of the portal: recipient's domain|sender, then what is done."]
    rules, domains = _read(token)
    for customer_id, names in sorted(domains.items()):
        everywhere = rules.get((customer_id, None), {})
        room = len(lines) + LINES_MAX
        for domain_id, name in names:
            told = everywhere | rules.get((customer_id, domain_id), {})
            lines += [f"{name}|{sender} {told[sender]}" for sender in sorted(told)]
            if len(lines) > room:
                logger.warning("map of senders: customer %s is cut short", customer_id)
                del lines[room:]
                break
    return "".join(f"{line}\n" for line in lines).encode()


Rules = dict[tuple[UUID, UUID | None], dict[str, str]]
Domains = dict[UUID, list[tuple[UUID, str]]]


def _read(token: Token) -> tuple[Rules, Domains]:
    running = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    kept = SenderRule.objects.filter(running, owner=None, removed_at=None)
    served = Domain.objects.filter(verified_at__isnull=False, customer__is_active=True)
    if isinstance(token, CustomerMapToken):
        kept = kept.filter(customer_id=token.customer_id)
        served = served.filter(customer_id=token.customer_id)
    rules: Rules = defaultdict(dict)
    for customer_id, domain_id, pattern, verb in kept.values_list(
        "customer_id", "domain_id", "pattern", "verb"
    ):
        if UNSPEAKABLE not in pattern:
            rules[customer_id, domain_id][pattern] = verb
    domains: Domains = defaultdict(list)
    for row in served.order_by("name"):
        # Rules of a domain are its aliases' too.
        domains[row.customer_id].append((row.alias_of_id or row.pk, row.name))
    return rules, domains


def make_etag(body: bytes) -> str:
    """Return a strong validator of these very bytes (RFC 9110 section 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()}"'
