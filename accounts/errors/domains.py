"""What is refused about domains: names, next hops, scanner accounts."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors.base import CleanmailError


class DomainTaken(CleanmailError):
    """The domain belongs to a customer already."""

    @property
    def user_message(self) -> str:
        """Say so to the customer whose own list holds it."""
        return gettext("Diese Domain steht schon in Ihrer Liste.")


NAME_REASONS = {
    "syntax": _("Das ist kein Domainname. Beispiel: muster.ch."),
    "length": _("Dieser Name ist zu lang."),
    "address": _("Hier steht die Domain allein, ohne @ und was davor kommt."),
    "suffix": _(
        "Unter diesem Namen melden viele ihre Domain an, er gehört niemandem allein. "
        "Beispiel: muster.ch statt ch."
    ),
}


class DomainNameRefused(CleanmailError):
    """No domain that a customer can hold; `reason` is a key of NAME_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with the name, in the language of whoever reads it."""
        return str(NAME_REASONS[self.reason])


class DomainGone(CleanmailError):
    """The domain was removed meanwhile."""


NEXT_HOP_REASONS = {
    "syntax": _("Das ist weder ein Servername noch eine IP-Adresse."),
    "port": _("Diesen Port lässt der Betreiber nicht zu."),
    "missing": _("Diesen Namen gibt es im DNS nicht."),
    "temporary": _(
        "Der Name lässt sich gerade nicht auflösen. Versuchen Sie es später nochmals."
    ),
    "network": _(
        "Dieser Server liegt in einem internen Netz. Das Portal geht dort nicht hin."
    ),
    "loop": _("Das ist unser eigener Server. Die Post käme im Kreis zu uns zurück."),
}


class NextHopRefused(CleanmailError):
    """Mail must not be sent there; `reason` is a key of NEXT_HOP_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say why, in the language of whoever reads it."""
        return str(NEXT_HOP_REASONS[self.reason])


class OutboundAccountEnded(CleanmailError):
    """The account for the outbound scanner is over: no successor, no second end."""


class TooManyOutboundAccounts(CleanmailError):
    """As many accounts are live as a customer may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    @property
    def user_message(self) -> str:
        """Say what to do first."""
        return gettext(
            "Es sind bereits %(limit)d Konten in Betrieb. Beenden Sie zuerst eines."
        ) % {"limit": self.limit}
