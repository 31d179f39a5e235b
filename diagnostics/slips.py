"""Which usual slip a refused log-in was: found by trying, told as a class only.

The same classes as `deploy/dovecot/slips.lua` finds at the scanner. Only a hash of the
password is stored, so a password that was cut short cannot be told from a wrong one: a
cut is seen where the typed one has something too much.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

from django.db.models import Q

from accounts.models import OutboundAccount
from diagnostics.checks.evidence import FAILED
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import Probe

# Each costs one slow hash.
MAX_TRIES = 8
LONGEST = 200
REFUSED = 535
_BLANKS = " \t\r\n\v\f\u00a0\u00ad\u200b\u2060\ufeff"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚´‹›", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("–—", "-"),
        "…": "...",
        "\u00a0": " ",
    }
)


def explain(probe: Probe, seen: Observation, password: str | None) -> None:
    """Add to a refused log-in the class of its slip, if it was a usual one.

    Facts `slip` and, where the name has a blank or the like, `username_slip`.
    """
    is_refused = seen.check == "auth" and seen.status == FAILED
    if not is_refused or seen.facts.get("code") != REFUSED or password is None:
        return
    account, slip = _find_account(probe)
    if account is None:
        return
    if slip == "":
        slip = find_slip(account, password)
        seen.facts["slip"] = slip
    elif slip.startswith("domain-"):
        seen.facts["slip"] = slip
    else:
        seen.facts["username_slip"] = slip


def _find_account(probe: Probe) -> tuple[OutboundAccount | None, str]:
    """Return the customer's account that was meant, and what is wrong with its name."""
    typed = probe.username.lower()
    bare = typed.strip(_BLANKS)
    local = bare.partition("@")[0]
    meant = Q(username__in={typed, bare, local}) | Q(username__startswith=f"{bare}@")
    mine = OutboundAccount.objects.filter(
        meant, customer_id=probe.customer_id, ended_at=None
    )
    found = {account.username: account for account in mine}
    for name, slip in ((typed, ""), (bare, "blank"), (local, "domain-added")):
        if name in found:
            return found[name], slip
    return next(iter(found.values()), None), "domain-missing"


def find_slip(account: OutboundAccount, typed: str) -> str:
    """Return the class of the slip, empty if it is none of the usual ones."""
    if len(typed) > LONGEST:
        return ""
    for slip, meant in list_candidates(typed):
        if account.has_password(meant):
            return slip
    return ""


def list_candidates(typed: str) -> list[tuple[str, str]]:
    """Return what was likely meant, the likeliest first, each with its class."""
    known = {typed, ""}
    found: list[tuple[str, str]] = []
    for slip, meant in _guess(typed):
        if meant not in known:
            known.add(meant)
            found.append((slip, meant))
    return found[:MAX_TRIES]


def _guess(typed: str) -> Iterator[tuple[str, str]]:
    plain = typed.translate(_PLAIN)
    yield "blank", typed.strip(_BLANKS)
    yield "case", typed.swapcase()
    yield "quotes", _unquoted(typed)
    yield "quotes", plain
    yield "quotes", _unquoted(plain)
    yield "html", html.unescape(typed)
    yield "encoding", _read_as_utf8(typed)
    yield "encoding", unicodedata.normalize("NFC", typed)
    yield "encoding", unicodedata.normalize("NFD", typed)
    yield "cut", re.split(r"\s*#", typed, maxsplit=1)[0]
    yield "cut", typed.partition(":")[2]
    yield "case", typed[:1].lower() + typed[1:]
    yield "html", html.escape(typed)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 2 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if is_quoted else text


def _read_as_utf8(text: str) -> str:
    """Return what was UTF-8 before somebody took it for Latin-1."""
    with suppress(UnicodeError):
        return text.encode("latin-1").decode()
    return text
