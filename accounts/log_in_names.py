"""Addresses by which people log in: one spelling each, to compare, keep, mail to."""

from __future__ import annotations

from accounts.domain_names import to_a_label
from accounts.errors import DomainNameRefused


def normalize(typed: str) -> str:
    """Return the address in lower case, its domain in A-labels by IDNA 2008.

    What mail libraries do to a domain in other letters is IDNA 2003, which makes
    strasse.ch of straße.ch: the link would go to somebody else. What is no domain name
    stays as it is, for `is_mailable` to refuse.
    """
    address = typed.strip().lower()
    local_part, at, domain = address.rpartition("@")
    try:
        return f"{local_part}{at}{to_a_label(domain)}"
    except DomainNameRefused:
        return address


def is_mailable(address: str) -> bool:
    """Say whether every mail server reads the address as we do."""
    return address.isascii()
