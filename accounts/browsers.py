"""The browser behind a request: named in words, known by its cookie, trusted a while.

The cookie says only which browser it is. It exempts nobody from the password, and from
the code only where the person has asked for it and customer and operator allow it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import throttles
from accounts.keyring import fingerprints
from accounts.log_in_names import normalize
from accounts.models import KnownBrowser, Policy, TrustedBrowser, User

COOKIE_DAYS = 400  # browsers keep none longer
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# For so long a browser of the same kind in the same network is no news.
FAMILIAR_FOR = timedelta(days=60)

# The first that fits: each browser also claims to be those further down.
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"CrOS", "ChromeOS"),
    (r"Windows", "Windows"),
    (r"Macintosh|Mac OS X", "macOS"),
    (r"Linux|X11", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says of where it comes from; `token` is empty for a new browser.

    `network` is masked, fit to be shown; `network_hash` stands for the whole of it.
    """

    token: str
    browser: str
    system: str
    network: str
    network_hash: str


def describe(request: HttpRequest) -> Caller:
    """Return the caller of a request; whatever the cookie holds, nothing breaks."""
    network = throttles.client_network(request)
    agent = request.headers.get("User-Agent", "")[:1000]
    token = request.COOKIES.get(cookie_name(), "")
    return Caller(
        token=token if TOKEN.fullmatch(token) else "",
        browser=_first_fit(BROWSERS, agent),
        system=_first_fit(SYSTEMS, agent),
        network=mask_network(network),
        network_hash=salted_hmac(
            "accounts.browsers.network", network, algorithm="sha256"
        ).hexdigest(),
    )


def mask_network(network: str) -> str:
    """Return the network without its last part: enough to recognise, not to locate."""
    if ":" in network:
        groups = network.partition("::")[0].partition("/")[0].split(":")
        return ":".join(groups[:3]) + ":x"
    if network.count(".") == 3:
        return network.rpartition(".")[0] + ".x"
    return ""


def cookie_name() -> str:
    """Return the cookie's name; with HTTPS no other host of the domain can set it."""
    return "__Host-browser" if settings.HTTPS else "browser"


def new_token() -> str:
    """Return 256 random bits as the cookie holds them."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what a row keeps of a token."""
    return fingerprints(token, purpose="browser")[0]


def list_hashes(token: str) -> list[str]:
    """Return what rows may have kept of a token, also under older keys of the ring."""
    return fingerprints(token, purpose="browser") if token else []


def set_cookie(response: HttpResponseBase, token: str) -> None:
    """Let the browser be known again."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_DAYS * 86400,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def find_known(user: User, caller: Caller) -> KnownBrowser | None:
    """Return the browser if the person got in from it before, by its cookie."""
    if not caller.token:
        return None
    mine = KnownBrowser.objects.filter(user=user)
    return mine.filter(token_hash__in=list_hashes(caller.token)).first()


def name_known(request: HttpRequest | None, email: str) -> str:
    """Return the name under which `throttles` counts this browser alone, if known.

    The query is the same for an address that is nobody's.
    """
    caller = describe(request) if request is not None else None
    if caller is None or not caller.token:
        return ""
    mine = KnownBrowser.objects.filter(
        user__email=normalize(email), token_hash__in=list_hashes(caller.token)
    )
    known = mine.values_list("pk", flat=True).first()
    return str(known) if known else ""


def is_familiar(user: User, caller: Caller) -> bool:
    """Say whether a log-in from there is no news: known, alike, or the very first."""
    mine = KnownBrowser.objects.filter(user=user)
    if not mine.exists():
        return not user.sign_ins.exists()
    alike = Q(
        browser=caller.browser,
        system=caller.system,
        network_hash=caller.network_hash,
        last_seen_at__gt=timezone.now() - FAMILIAR_FOR,
    )
    return mine.filter(alike | Q(token_hash__in=list_hashes(caller.token))).exists()


def may_trust(user: User) -> bool:
    """Say whether the person may have a browser trusted; staff never may."""
    if user.is_staff or not settings.REMEMBER_BROWSER_DAYS:
        return False
    mine = user.memberships.filter(customer__is_active=True)
    forbidding = Policy.objects.filter(
        customer__in=mine.values("customer"), domain=None, may_trust_browsers=False
    )
    return not forbidding.exists()


def find_trusted(user: User, caller: Caller) -> TrustedBrowser | None:
    """Return the trust that the browser enjoys now, None if the code is to be asked."""
    if not caller.token or not may_trust(user):
        return None
    mine: TrustedBrowser | None = TrustedBrowser.objects.filter(
        user=user,
        known__token_hash__in=list_hashes(caller.token),
        expires_at__gt=timezone.now(),
    ).first()
    return mine


def forget_old() -> int:
    """Delete trust that is over and browsers not seen since; return how many."""
    now = timezone.now()
    TrustedBrowser.objects.filter(expires_at__lt=now).delete()
    unseen = KnownBrowser.objects.filter(
        last_seen_at__lt=now - timedelta(days=COOKIE_DAYS)
    )
    return unseen.delete()[0]


def _first_fit(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, agent)), "")
