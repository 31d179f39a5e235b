"""Every limit there is, on rows of Throttle: tries that fail, and things spent.

Subjects are kept as a keyed hash: the table holds no address of anybody.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.errors import RateLimited
from accounts.models import Throttle


@dataclass(frozen=True, slots=True)
class Rule:
    """After `free` tries wait `first_seconds`, then doubling, at most `most_seconds`.

    A subject that stays quiet for `forget_seconds` starts anew.
    """

    free: int
    first_seconds: int
    most_seconds: int
    forget_seconds: int


# A pair of account and network is stopped soon; an account as a whole late, never for
# long, and not where its owner got in before, so that a stranger with many networks
# cannot keep the owner out; a network late, for offices share one. A browser from which
# the owner got in before counts alone (OWASP: device cookies), so that not even a
# stranger in the same office can.
PAIR = Rule(free=5, first_seconds=30, most_seconds=900, forget_seconds=6 * 3600)
ACCOUNT = Rule(free=30, first_seconds=30, most_seconds=300, forget_seconds=6 * 3600)
NETWORK = Rule(free=40, first_seconds=30, most_seconds=900, forget_seconds=3600)
RULES: dict[str, Rule] = {
    "password": PAIR,
    "password.account": ACCOUNT,
    "password.network": NETWORK,
    # Of a million codes three are valid: at one try in five minutes a thief who has the
    # password needs years, and the owner never waits longer than that.
    "code": PAIR,
    "code.account": ACCOUNT,
    "code.network": NETWORK,
    "enrol": PAIR,
    "enrol.network": NETWORK,
    # Wrong links of invitations, counted by the network that tries them.
    "token": NETWORK,
}
KNOWN = "known"
KNOWN_FOR = timedelta(days=30)


def check(scope: str, subject: str) -> None:
    """Raise RateLimited while the subject has to wait; count nothing."""
    blocked = Throttle.objects.filter(
        key=_key(scope, subject), blocked_until__gt=timezone.now()
    ).first()
    if blocked is not None and blocked.blocked_until is not None:
        raise RateLimited(_seconds_until(blocked.blocked_until))


def hit(scope: str, subject: str) -> None:
    """Count a try before its outcome is known; raise RateLimited while it must wait.

    Counting first keeps a hundred tries at the same moment from all passing the check.
    A refused try is not counted: nobody can prolong the wait of somebody else.
    """
    wait = _count_try(_key(scope, subject), RULES[scope])
    if wait:
        raise RateLimited(wait)


def hit_each(*limits: tuple[str, str]) -> None:
    """Count one try under several limits, the narrowest first; raise RateLimited.

    All are asked before any counts: whom their own limit refuses must not use up the
    tries of the account or of the office, or they keep its owner out.
    """
    for scope, subject in limits:
        check(scope, subject)
    for scope, subject in limits:
        hit(scope, subject)


def count_try(scope: str, account: str, network: str, browser: str = "") -> None:
    """Count a try at somebody's password or code; raise RateLimited.

    `browser` names the browser if the account's owner got in from it before.
    """
    if browser:
        hit(scope, _pair(account, browser))
        return
    pair = _pair(account, network)
    limits = [(scope, pair), (f"{scope}.network", network)]
    if not _is_known(scope, pair):
        limits.append((f"{scope}.account", account))
    hit_each(*limits)


def note_right(scope: str, account: str, network: str, browser: str = "") -> None:
    """Take back what `count_try` counted, and know the network for a while."""
    pair = _pair(account, network)
    if browser:
        reset(scope, _pair(account, browser))
    else:
        forgive(f"{scope}.network", network)
        reset(f"{scope}.account", account)
        reset(scope, pair)
    Throttle.objects.update_or_create(
        key=_key(f"{KNOWN}.{scope}", pair),
        defaults={"window_started_at": timezone.now()},
    )


def reset(scope: str, subject: str) -> None:
    """Forget the tries: the last one was right."""
    mine = Throttle.objects.filter(key=_key(scope, subject))
    mine.update(count=0, blocked_until=None)


def forgive(scope: str, subject: str) -> None:
    """Take back one try that was right, where others share the subject."""
    mine = Throttle.objects.filter(key=_key(scope, subject), count__gt=0)
    mine.update(count=F("count") - 1, blocked_until=None)


def spend(scope: str, subject: str, *, limit: int, seconds: int) -> int:
    """Use one of `limit` within `seconds`; raise RateLimited when none is left.

    Return how many are used: each number once, so that who sees it can act on it.
    """
    used, wait = _count_spending(
        _key(scope, subject), limit, timedelta(seconds=seconds)
    )
    if wait:
        raise RateLimited(wait)
    return used


def seconds_left(scope: str, subject: str, *, limit: int, seconds: int) -> int:
    """Return how long `spend` would refuse; use nothing."""
    row = Throttle.objects.filter(key=_key(scope, subject), count__gte=limit).first()
    if row is None:
        return 0
    ends_at = row.window_started_at + timedelta(seconds=seconds)
    return _seconds_until(ends_at) if ends_at > timezone.now() else 0


def tally(scope: str, subject: str, *, seconds: int) -> int:
    """Count without a limit; return the how-manieth within `seconds` this one is."""
    return _count_spending(_key(scope, subject), math.inf, timedelta(seconds=seconds))[
        0
    ]


def forget_old() -> int:
    """Delete what has been quiet for two days, later what is known; return how many."""
    now = timezone.now()
    quiet = Q(window_started_at__lt=now - timedelta(days=2))
    unknown = Q(window_started_at__lt=now - KNOWN_FOR)
    old = Throttle.objects.filter(quiet & ~Q(key__startswith=KNOWN) | unknown)
    return old.delete()[0]


def client_network(request: HttpRequest | None) -> str:
    """Return the network a request comes from: an IPv4 address or an IPv6 /64."""
    if request is None:
        return "shell"
    text = client_address(request)
    if text is None:
        return "unknown"
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def client_address(request: HttpRequest) -> str | None:
    """Return the address a request comes from, None if there is no telling.

    With n trusted proxies it is the n-th `X-Forwarded-For` item from the right: what
    stands further left is whatever the client wrote.
    """
    text = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = settings.TRUSTED_PROXIES
    if hops and len(forwarded) >= hops:
        text = forwarded[-hops].strip() or text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _pair(account: str, network: str) -> str:
    return f"{account}\0{network}"


def _is_known(scope: str, pair: str) -> bool:
    since = timezone.now() - KNOWN_FOR
    known = Throttle.objects.filter(key=_key(f"{KNOWN}.{scope}", pair))
    return known.filter(window_started_at__gt=since).exists()


def _key(scope: str, subject: str) -> str:
    digest = salted_hmac(f"throttle.{scope}", subject, algorithm="sha256").hexdigest()
    return f"{scope}:{digest[:40]}"


def _seconds_until(moment: datetime) -> int:
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))


def _lock_row(key: str) -> Throttle:
    """Return the row of the key, made if missing, locked until the transaction ends."""
    now = timezone.now()
    try:
        with transaction.atomic():
            Throttle.objects.get_or_create(key=key, defaults={"window_started_at": now})
    except IntegrityError:  # somebody else made it in the same moment
        pass
    return Throttle.objects.select_for_update().get(key=key)


@transaction.atomic(durable=True)  # or a failing action would take the count back
def _count_try(key: str, rule: Rule) -> int:
    row, now = _lock_row(key), timezone.now()
    if row.blocked_until is not None and row.blocked_until > now:
        return _seconds_until(row.blocked_until)
    if now - row.window_started_at > timedelta(seconds=rule.forget_seconds):
        row.count = 0
    row.count += 1
    row.window_started_at = now
    row.blocked_until = None
    if row.count >= rule.free:
        delay = rule.first_seconds * 2 ** min(row.count - rule.free, 20)
        row.blocked_until = now + timedelta(seconds=min(delay, rule.most_seconds))
    row.save()
    return 0


@transaction.atomic(durable=True)
def _count_spending(key: str, limit: float, window: timedelta) -> tuple[int, int]:
    row, now = _lock_row(key), timezone.now()
    if now - row.window_started_at >= window:
        row.count, row.window_started_at = 0, now
    if row.count >= limit:
        return row.count, _seconds_until(row.window_started_at + window)
    row.count += 1
    row.save()
    return row.count, 0
