"""What can go wrong in diagnostics, one class a failure."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext

from accounts.errors import CleanmailError


class ProbeGone(CleanmailError):
    """The probe is no longer this worker's: ended by the sweep, or deleted."""


class NoScanner(CleanmailError):
    """The operator has not entered an outbound scanner yet."""


class PasswordLost(CleanmailError):
    """The sealed password is too old, or belongs to another probe."""


class TargetBusy(CleanmailError):
    """There is no place at the server now: the probe waits in line again."""


class AlreadyWatched(CleanmailError):
    """There is a monitor of it already."""

    @property
    def user_message(self) -> str:
        """Say that there is nothing to add."""
        return gettext("Das wird schon überwacht.")


class AgentReportRefused(CleanmailError):
    """What the agent sent, or somebody in its name, is no report we keep."""

    @property
    def user_message(self) -> str:
        """Say what to paste instead."""
        return gettext(
            "Das ist kein ganzer Bericht. Kopieren Sie alles, auch die Zeilen mit "
            "BEGIN und END."
        )


class AgentRunOver(CleanmailError):
    """A newer run has begun, or there were too many: nothing more is taken."""


class NotVerified(CleanmailError):
    """Only the next hop of a domain whose control is proved is connected to."""

    @property
    def user_message(self) -> str:
        """Say what has to be done before."""
        return gettext("Bestätigen Sie zuerst, dass Ihnen die Domain gehört.")


class ForeignRecipient(CleanmailError):
    """The test address is no address of the domain."""

    @property
    def user_message(self) -> str:
        """Say which addresses can be tried."""
        return gettext("Geben Sie eine Adresse dieser Domain ein.")


class CaseNotMoved(CleanmailError):
    """The case is in another state than whoever acted on it believed."""

    @property
    def user_message(self) -> str:
        """Say that somebody was first."""
        return gettext("Der Fall hat sich inzwischen geändert. Sehen Sie ihn neu an.")


class CaseExists(CleanmailError):
    """The probe has an unfinished case already; `pk` is its key."""

    def __init__(self, pk: UUID) -> None:
        super().__init__(pk)
        self.pk = pk


class ProbeUnfinished(CleanmailError):
    """There is nothing to send yet: the probe still runs."""

    @property
    def user_message(self) -> str:
        """Say that it takes a moment."""
        return gettext("Die Prüfung läuft noch. Warten Sie, bis sie zu Ende ist.")


class ReportUnreadable(CleanmailError):
    """A file given to `judge` is none that a probe or the agent has written."""

    def __init__(self, path: object, reason: object) -> None:
        super().__init__(path, reason)

    def __str__(self) -> str:
        return ": ".join(str(one) for one in self.args)


class PasteNotUnderstood(CleanmailError):
    """Nothing in the pasted text is the output of a command that we know."""

    @property
    def user_message(self) -> str:
        """Say what is read."""
        return gettext(
            "Darin ist keine Ausgabe, die wir lesen können. Fügen Sie den Befehl mit "
            "allem ein, was danach auf dem Bildschirm stand."
        )


class PastesFull(CleanmailError):
    """No more pasted evidence fits into the probe."""

    @property
    def user_message(self) -> str:
        """Say how it goes on."""
        return gettext("Zu dieser Prüfung ist genug eingefügt. Starten Sie eine neue.")


class LogFollowedTwice(CleanmailError):
    """Another follower has read the same log on meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(name)

    def __str__(self) -> str:
        return str(self.args[0])
