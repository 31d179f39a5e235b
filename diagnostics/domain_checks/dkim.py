"""Which keys for signatures the domain publishes (RFC 6376 section 3.6.1)."""

from __future__ import annotations

import base64
import binascii
from functools import partial

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from diagnostics.checks.evidence import Facts
from diagnostics.domain_checks.asking import ANSWER, FINAL, NXDOMAIN
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.subject import Subject
from diagnostics.domain_checks.tags import read_tags

GOOD, REVOKED, BAD, SHORT, WEAK = "good", "revoked", "bad", "short", "weak"
# RFC 8301: below 1024 bits nobody may accept; 2048 should be used.
SHORT_BITS, WEAK_BITS = 1024, 2048
ED25519_BYTES = 32
SELECTORS_LIMIT = 30


def check_dkim(lookup: Lookup, subject: Subject) -> Facts:
    """Look for the known selectors: DNS has no list of those there are."""
    selectors = subject.dkim_selectors[:SELECTORS_LIMIT]
    parent = f"_domainkey.{subject.domain}"
    questions = [
        partial(lookup.own, f"{selector}.{parent}", "TXT") for selector in selectors
    ]
    above, *replies = lookup.asker.at_once(
        [partial(lookup.own, parent, "TXT"), *questions]
    )
    keys = [
        describe_key(selector, text)
        for selector, reply in zip(selectors, replies, strict=True)
        for text in reply.values[:3]
        if reply.state == ANSWER
    ]
    answered = above.state in FINAL or any(r.state in FINAL for r in replies)
    return {
        "found": [f"{key['selector']}: {key['text']}" for key in keys],
        "expected": "",
        "record": None,
        "is_answered": answered,
        # Nothing stands below: no selector at all, whatever its name.
        "is_empty": above.state == NXDOMAIN,
        "keys": keys,
    }


def describe_key(selector: str, text: str) -> Facts:
    """Return what a key record says and how sound it is."""
    tags = read_tags(text)
    key: Facts = {"selector": selector, "text": text[:300], "kind": "", "bits": 0}
    key["is_testing"] = False
    if tags is None or not _has_right_version(tags):
        return {**key, "state": BAD}
    told = dict(tags)
    key["kind"] = told.get("k", "rsa").lower()
    key["is_testing"] = "y" in told.get("t", "").lower().split(":")
    public = "".join(told.get("p", "").split())
    if "p" in told and not public:
        return {**key, "state": REVOKED}
    key["bits"] = _bits(key["kind"], public)
    return {**key, "state": _strength(key["kind"], key["bits"])}


def _has_right_version(tags: list[tuple[str, str]]) -> bool:
    """If v= is there it comes first and says DKIM1."""
    versions = [value for name, value in tags if name == "v"]
    return not versions or tags[0] == ("v", "DKIM1")


def _bits(kind: str, public: str) -> int:
    """Return the key's length, 0 where it is no key."""
    try:
        raw = base64.b64decode(public, validate=True)
        if kind == "ed25519":
            return 256 if len(raw) == ED25519_BYTES else 0
        key = load_der_public_key(raw)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


def _strength(kind: str, bits: int) -> str:
    if not bits or kind not in {"rsa", "ed25519"}:
        return BAD
    if kind == "ed25519" or bits >= WEAK_BITS:
        return GOOD
    return WEAK if bits >= SHORT_BITS else SHORT
