"""The ends that have looked, as a reader knows them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORDS = {
    "server": gettext_lazy("das Portal"),
    "agent": gettext_lazy("Ihr Mailserver"),
    "scanner_log": gettext_lazy("das Protokoll des Scanners"),
    "text": gettext_lazy("die Fehlermeldung"),
    "pasted": gettext_lazy("eingefügte Ausgaben"),
}


def words_of(vantages: Iterable[str]) -> str:
    """Return the ends in a sentence, empty for none."""
    ends = [str(WORDS[vantage]) for vantage in vantages]
    if not ends:
        return ""
    return _("Hier hat hingesehen: %(ends)s.") % {"ends": ", ".join(ends)}
