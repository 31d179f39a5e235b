"""What is said of a domain's stations: a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

# code: (what was found, what to do)
_TEXTS: dict[str, tuple[Any, Any]] = {
    "not-seen": (_("Noch nicht geprüft."), ""),
}


def sentence_text(code: str, values: Mapping[str, Any]) -> str:
    """Return what was found, in the reader's language."""
    return str(_TEXTS.get(code, _TEXTS["not-seen"])[0]) % values


def remedy_text(code: str, values: Mapping[str, Any]) -> str:
    """Return what to do about it, "" where nothing is to be done."""
    return str(_TEXTS.get(code, _TEXTS["not-seen"])[1]) % values
