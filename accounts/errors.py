"""What can go wrong in accounts, one class a failure."""

from __future__ import annotations

import math

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class CleanmailError(Exception):
    """Whatever we raise ourselves."""


class SealBroken(CleanmailError):
    """A sealed value does not open: key gone, wrong purpose or altered."""


class NotPermitted(CleanmailError, PermissionDenied):
    """Visible, but the role does not allow it; Django answers 403."""


class RateLimited(CleanmailError):
    """Too many tries; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    @property
    def user_message(self) -> str:
        """Say how long to wait, in the language of whoever reads it."""
        if self.retry_after < 120:
            return ngettext(
                "Zu viele Versuche. Warten Sie %(count)d Sekunde.",
                "Zu viele Versuche. Warten Sie %(count)d Sekunden.",
                self.retry_after,
            ) % {"count": self.retry_after}
        return gettext("Zu viele Versuche. Warten Sie %(count)d Minuten.") % {
            "count": math.ceil(self.retry_after / 60)
        }


class CodeTooSoon(RateLimited):
    """Another code by SMS was asked for right after the last one."""

    @property
    def user_message(self) -> str:
        """Say when there can be another."""
        return ngettext(
            "Einen neuen Code können Sie in %(count)d Sekunde anfordern.",
            "Einen neuen Code können Sie in %(count)d Sekunden anfordern.",
            self.retry_after,
        ) % {"count": self.retry_after}


class CodesUsedUp(RateLimited):
    """This person, number or network has had enough codes by SMS for a while."""

    @property
    def user_message(self) -> str:
        """Say how long; there are other ways."""
        minutes = math.ceil(self.retry_after / 60)
        if minutes <= 90:
            wait = ngettext("%(count)d Minute", "%(count)d Minuten", minutes) % {
                "count": minutes
            }
        else:
            hours = math.ceil(minutes / 60)
            wait = ngettext("%(count)d Stunde", "%(count)d Stunden", hours) % {
                "count": hours
            }
        return gettext(
            "Es wurden zu viele Codes angefordert. Nehmen Sie einen anderen Weg, "
            "oder warten Sie %(wait)s."
        ) % {"wait": wait}


NUMBER_REASONS = {
    "invalid": _("Diese Nummer gibt es nicht. Beispiel: 079 123 45 67."),
    "kind": _(
        "An diese Nummer können wir keine SMS senden. Nehmen Sie ein Mobiltelefon."
    ),
    "country": _("In dieses Land senden wir keine Codes. Nehmen Sie die App."),
}


class NumberRefused(CleanmailError):
    """A phone number that gets no code; `reason` is invalid, kind or country."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with the number, in the language of whoever reads it."""
        return str(NUMBER_REASONS[self.reason])


class GatewayFailed(CleanmailError):
    """An SMS gateway did not take the message."""


class GatewaySilent(GatewayFailed):
    """An SMS gateway did not even answer, which took its time."""


class SmsUnavailable(CleanmailError):
    """No SMS gateway is set up, or what all may send in a day is used up."""


PASSKEY_REASONS = {
    "stale": _("Das hat zu lange gedauert. Versuchen Sie es noch einmal."),
    "wrong": _(
        "Dieser Passkey passt nicht. Versuchen Sie es noch einmal oder nehmen Sie "
        "einen anderen Weg."
    ),
    "taken": _("Dieser Passkey ist schon eingerichtet. Nehmen Sie einen anderen."),
    "cloned": _(
        "Diesen Passkey haben wir abgelehnt, weil es eine Kopie davon zu geben "
        "scheint. Nehmen Sie einen anderen Weg und entfernen Sie ihn in Ihrem Konto."
    ),
}


class PasskeyRefused(CleanmailError):
    """A passkey that does not count; `reason` is stale, wrong, taken or cloned."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with it, in the language of whoever reads it."""
        return str(PASSKEY_REASONS[self.reason])


class FactorDemanded(CleanmailError):
    """The last second factor of somebody who must have one stays."""


class FactorMissing(CleanmailError):
    """Recovery codes are for people who have a second factor."""


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


class LastAdmin(CleanmailError):
    """A customer keeps at least one admin who can act."""

    @property
    def user_message(self) -> str:
        """Say what must come first."""
        return gettext(
            "Das ist der einzige Administrator. "
            "Machen Sie zuerst jemand anderen zum Administrator."
        )


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


class AlreadyMember(CleanmailError):
    """Whoever is invited belongs to the customer already."""

    @property
    def user_message(self) -> str:
        """Say where to look."""
        return gettext("Diese Person gehört schon dazu.")


class InvitationVoid(CleanmailError):
    """The link is used, withdrawn, too old, or somebody else's."""


ADDRESS_REASONS = {
    "form": _("Das ist keine E-Mail-Adresse."),
    "foreign": _("Diese Domain gehört nicht zu Ihnen."),
}


class AddressRefused(CleanmailError):
    """A typed mailbox address that is none of the customer's; says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with it, in the language of whoever reads it."""
        return str(ADDRESS_REASONS[self.reason])


TABLE_REASONS = {
    "size": _("Die Datei ist zu gross. Erlaubt ist 1 MB."),
    "rows": _("Die Liste ist zu lang. Erlaubt sind 2000 Zeilen."),
    "binary": _("Das ist keine Tabelle. Speichern Sie sie als CSV."),
    "empty": _("In dieser Datei steht niemand."),
}


class TableRefused(CleanmailError):
    """An uploaded file that is no table of people, or too much of one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with it, in the language of whoever reads it."""
        return str(TABLE_REASONS[self.reason])


class ImportVoid(CleanmailError):
    """The list is too old, confirmed already, or somebody else's."""

    @property
    def user_message(self) -> str:
        """Say what to do."""
        return gettext("Diese Liste gilt nicht mehr. Laden Sie die Datei noch einmal.")


# What an admin reads must not tell of which other customer a person is.
RESET_REASONS = {
    "self": _("Ihren eigenen zweiten Faktor ändern Sie in Ihrem Konto."),
    "staff": _("Bei dieser Person kann nur der Betreiber zurücksetzen."),
    "shared": _("Bei dieser Person kann nur der Betreiber zurücksetzen."),
    "gone": _("Diese Person gehört nicht mehr dazu."),
}


class ResetRefused(CleanmailError):
    """Whose second factor an admin must not reset; says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say who can, in the language of whoever reads it."""
        return str(RESET_REASONS[self.reason])


class ProposalDecided(CleanmailError):
    """Somebody has decided about the proposed address already."""

    @property
    def user_message(self) -> str:
        """Say so."""
        return gettext("Über diese Adresse ist schon entschieden.")


class AuditBroken(CleanmailError):
    """The audit chain does not hold, so nothing is added to it; `fault` says how."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class MailUnsure(CleanmailError):
    """A mail that must not be sent twice was perhaps taken: the session broke."""


class CustomerActive(CleanmailError):
    """The customer is still active, so nothing of theirs may be erased."""
