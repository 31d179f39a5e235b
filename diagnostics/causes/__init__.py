"""The catalogue of causes: slug, who must act, and in four languages what to say."""

from typing import Any, Dict, NamedTuple, Tuple, TypeVar

from diagnostics.causes import (
    texts_de,
    texts_en,
    texts_fr,
    texts_it,
    together_de,
    together_en,
    together_fr,
    together_it,
)

Text = TypeVar("Text")

CUSTOMER = "customer"
PROVIDER = "provider"
US = "us"

_CAUSES: Dict[str, Dict[str, Tuple[str, str]]] = {
    "de": {**texts_de.CAUSES, **together_de.CAUSES},
    "en": {**texts_en.CAUSES, **together_en.CAUSES},
    "fr": {**texts_fr.CAUSES, **together_fr.CAUSES},
    "it": {**texts_it.CAUSES, **together_it.CAUSES},
}
_REASONS: Dict[str, Dict[str, str]] = {
    "de": {**texts_de.REASONS, **together_de.REASONS},
    "en": {**texts_en.REASONS, **together_en.REASONS},
    "fr": {**texts_fr.REASONS, **together_fr.REASONS},
    "it": {**texts_it.REASONS, **together_it.REASONS},
}
_NEXT_CHECKS: Dict[str, Dict[str, str]] = {
    "de": {**texts_de.NEXT_CHECKS, **together_de.NEXT_CHECKS},
    "en": {**texts_en.NEXT_CHECKS, **together_en.NEXT_CHECKS},
    "fr": {**texts_fr.NEXT_CHECKS, **together_fr.NEXT_CHECKS},
    "it": {**texts_it.NEXT_CHECKS, **together_it.NEXT_CHECKS},
}
DEFAULT_LANGUAGE = "de"

_OURS = (
    "portal-ip-filtered", "rate-limited-421", "scanner-auth-backend-down",
    "scanner-cert-expired", "scanner-cert-no-chain", "scanner-cert-self-signed",
    "scanner-cert-wrong-name", "scanner-down", "scanner-tls-broken", "greet-delay",
    "account-disabled", "auth-lockout", "scanner-disk-full",
)  # fmt: skip
_PROVIDERS = (
    "port25-blocked-drop", "port25-blocked-rst", "port25-blocked-icmp",
    "isp-policy-554", "no-internet", "return-path-asymmetric", "dnsbl-listed",
    "ptr-missing", "ptr-mismatch", "packet-loss", "slow-uplink",
)  # fmt: skip


class Cause(NamedTuple):
    """An entry of the catalogue."""

    slug: str
    who: str


def _who(slug: str) -> str:
    if slug in _OURS:
        return US
    return PROVIDER if slug in _PROVIDERS else CUSTOMER


CATALOGUE: Dict[str, Cause] = {
    slug: Cause(slug, _who(slug)) for slug in _CAUSES[DEFAULT_LANGUAGE]
}


def _pick(tables: Dict[str, Dict[str, Text]], key: str, language: str) -> Text:
    """Return the text, German where a language has none yet."""
    own = tables.get(language[:2], {})
    return own[key] if key in own else tables[DEFAULT_LANGUAGE][key]


def title_and_remedy(slug: str, language: str) -> Tuple[str, str]:
    """Return the sentence that names the cause, and what helps."""
    return _pick(_CAUSES, slug, language)


def reason_text(code: str, values: Dict[str, Any], language: str) -> str:
    """Return why a cause is named."""
    return _pick(_REASONS, code, language).format(**values)


def next_check_text(code: str, language: str) -> str:
    """Return what would tell the listed causes apart; empty for no code."""
    return _pick(_NEXT_CHECKS, code, language) if code else ""
