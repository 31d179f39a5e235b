"""The signs that a message deceives, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from quarantine.signs import Kind, Sign
from quarantine.visible import show_line


@dataclass(frozen=True, slots=True)
class Notice:
    """One sign as the page shows it: what it is, what it means, what is compared."""

    tone: str
    icon: str
    title: str
    text: str
    expected_term: str
    expected: str
    found: str


def make_notices(signs: list[Sign]) -> list[Notice]:
    """Return the signs in words, in their order."""
    return [_word(sign) for sign in signs]


def _word(sign: Sign) -> Notice:
    title, text, term = _words(sign.kind)
    is_bad = sign.kind in {Kind.COLLEAGUE, Kind.LOOKALIKE, Kind.NAME_IS_ADDRESS}
    return Notice(
        tone="is-bad" if is_bad else "is-warn",
        icon="alert",
        title=title,
        text=text,
        expected_term=term,
        expected=show_line(sign.expected),
        found=show_line(sign.found),
    )


def _words(kind: Kind) -> tuple[str, str, str]:
    """Return title, explanation, and what the expected one is called."""
    return {
        Kind.NAME_IS_ADDRESS: (
            _("Der Name ist eine andere Adresse."),
            _(
                "Als Name steht eine E-Mail-Adresse da, die nicht die des "
                "Absenders ist."
            ),
            _("Als Name"),
        ),
        Kind.COLLEAGUE: (
            _("Der Name ist echt, die Adresse nicht."),
            _(
                "In Ihrer Firma heisst jemand so, schreibt aber von einer "
                "anderen Adresse."
            ),
            _("Sonst"),
        ),
        Kind.LOOKALIKE: (
            _("Die Domain sieht Ihrer zum Verwechseln ähnlich."),
            _("Wer flüchtig liest, hält die E-Mail für eine aus Ihrer Firma."),
            _("Ihre"),
        ),
        Kind.MIXED_SCRIPTS: (
            _("Die Domain mischt Buchstaben aus mehreren Alphabeten."),
            _("So sieht sie aus wie eine andere. Das ist selten Zufall."),
            "",
        ),
        Kind.REPLY_ELSEWHERE: (
            _("Eine Antwort ginge an eine andere Domain."),
            _(
                "Bei Newslettern ist das üblich, bei einer Bitte um Geld ein "
                "Warnzeichen."
            ),
            _("Absender"),
        ),
        Kind.SEVERAL_SENDERS: (
            _("Die E-Mail nennt mehrere Absender."),
            _("Andere Programme zeigen vielleicht einen anderen als diese Seite."),
            "",
        ),
        Kind.AMBIGUOUS: (
            _("Diese E-Mail lässt sich auf mehrere Arten lesen."),
            _("Ihr Mailprogramm zeigt vielleicht anderes als diese Seite."),
            "",
        ),
    }[kind]
