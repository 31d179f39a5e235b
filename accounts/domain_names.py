"""Domain names: read as people type them, kept as A-labels (IDNA 2008), registrable.

What is refused here is refused without asking anybody: the list of public suffixes
comes with a package. Whether a name exists, only the DNS can tell.
"""

from __future__ import annotations

from functools import cache

import idna
from publicsuffixlist import PublicSuffixList

from accounts.errors import DomainNameRefused

# RFC 1035 section 2.3.4, less the label of the record that proves control.
NAME_MAX = 253 - len("_cleanmail.")


@cache
def _public_suffixes() -> PublicSuffixList:
    """Return Mozilla's list; reading it takes 50 ms, once a process."""
    return PublicSuffixList()


def to_a_label(name: str) -> str:
    """Return the name in lower-case A-labels; raise DomainNameRefused if it is none.

    IDNA 2008 with the mapping of UTS 46, not transitional: straße.ch stays itself.
    """
    name = name.strip().removesuffix(".").lower()
    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainNameRefused("syntax") from error
    if encoded.endswith("."):
        raise DomainNameRefused("syntax")
    if len(encoded) > NAME_MAX:
        raise DomainNameRefused("length")
    return encoded


def parse_domain(name: str) -> str:
    """Return the A-label of a name that somebody can hold; raise DomainNameRefused."""
    if "@" in name:
        raise DomainNameRefused("address")
    encoded = to_a_label(name)
    labels = encoded.split(".")
    # RFC 3696 section 2: no top-level domain is all digits, every IPv4 address ends so.
    if labels[-1].isdigit():
        raise DomainNameRefused("syntax")
    if len(labels) < 2 or _public_suffixes().privatesuffix(encoded) is None:
        raise DomainNameRefused("suffix")
    return encoded


def to_unicode(name: str) -> str:
    """Return the name as people write it; the A-label where that cannot be done."""
    try:
        return str(idna.decode(name))
    except (idna.IDNAError, UnicodeError):
        return name


def registrable_part(name: str) -> str:
    """Return the part of an A-label that somebody registered; empty if none is."""
    return _public_suffixes().privatesuffix(name) or ""
