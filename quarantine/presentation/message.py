"""The facts of a held message, as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from quarantine.models import Hold
from quarantine.presentation.rows import (
    score_text,
    sender_name,
    short_time,
    subject_text,
)
from quarantine.visible import show_line

SYMBOLS_MAX = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what it is."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A rule of the filter that spoke, with its points."""

    name: str
    points: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Who, what, when, and what the filter said."""

    subject: str
    sender: str
    sender_address: str
    recipient: str
    received: str
    received_iso: str
    lines: list[Fact]
    symbols: list[Symbol]


def make_facts(hold: Hold) -> Facts:
    """Return the facts; of the envelope only the reader's own recipient."""
    return Facts(
        subject=subject_text(hold),
        sender=sender_name(hold),
        sender_address=show_line(hold.header_from) if hold.header_from_name else "",
        recipient=show_line(hold.envelope_recipient),
        received=_received(hold.received_at),
        received_iso=hold.received_at.isoformat(timespec="seconds"),
        lines=_lines(hold),
        symbols=_symbols(hold.reason),
    )


def _lines(hold: Hold) -> list[Fact]:
    message = hold.message
    local = timezone.localtime(hold.received_at)
    client = " ".join(
        part for part in (message.client_name, _bracket(message.client_address)) if part
    )
    told: tuple[tuple[str, str], ...] = (
        (_("Von"), hold.header_from),
        (_("Zurück an"), message.envelope_sender or _("niemanden (Systemmeldung)")),
        (_("An"), hold.envelope_recipient),
        (_("Betreff"), subject_text(hold)),
        (_("Eingang"), f"{local:%d.%m.%Y, %H:%M:%S}"),
        (_("Grösse"), filesizeformat(hold.size)),
        (_("Gesendet von"), client),
        (_("Stellt sich vor als"), message.client_helo),
    )
    told += tuple((_("Der Filter meldet"), alert) for alert in _alerts(hold.reason))
    return [Fact(term, show_line(text)) for term, text in told if text]


def _received(moment: datetime) -> str:
    if timezone.localdate(moment) == timezone.localdate():
        return _("heute %(time)s") % {"time": short_time(moment)}
    return short_time(moment)


def _bracket(text: str) -> str:
    return f"[{text}]" if text else ""


def _alerts(reason: object) -> list[str]:
    """Read what the filter found besides its rules: a virus, a forbidden attachment."""
    said = reason.get("alerts") if isinstance(reason, dict) else None
    return [text for text in said if isinstance(text, str)] if said else []


def _symbols(reason: object) -> list[Symbol]:
    """Read the filter's rules; what is shaped otherwise is left out."""
    said = reason.get("symbols") if isinstance(reason, dict) else None
    symbols = []
    for item in said[:SYMBOLS_MAX] if isinstance(said, list) else []:
        match item:
            case {"name": str(name), "score": int() | float() as score}:
                symbols.append(Symbol(show_line(name), score_text(float(score))))
            case {"name": str(name)}:
                symbols.append(Symbol(show_line(name), score_text(None)))
    return symbols
