"""What is refused about people: roles, addresses, lists of them."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors.base import CleanmailError


class LastAdmin(CleanmailError):
    """A customer keeps at least one admin who can act."""

    @property
    def user_message(self) -> str:
        """Say what must come first."""
        return gettext(
            "Das ist der einzige Administrator. "
            "Machen Sie zuerst jemand anderen zum Administrator."
        )


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


class ProposalDecided(CleanmailError):
    """Somebody has decided about the proposed address already."""

    @property
    def user_message(self) -> str:
        """Say so."""
        return gettext("Über diese Adresse ist schon entschieden.")


class CustomerActive(CleanmailError):
    """The customer is still active, so nothing of theirs may be erased."""
