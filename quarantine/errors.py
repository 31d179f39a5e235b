"""What can go wrong in the quarantine, one class a failure."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import CleanmailError, NotPermitted


class NotHeld(CleanmailError):
    """The hold is not in a state that allows the move: somebody was first."""


class ReservedForAdmin(NotPermitted):
    """The policy leaves releases of this category to the customer's admin."""


class NotConfirmed(CleanmailError):
    """The person has not said that they know what they are about to release."""


class NotReportable(CleanmailError):
    """There is no verdict that a filter could learn from, or it was reported before."""


class StoreUnavailable(CleanmailError):
    """Content could not be made durable: disk full, folder missing, database away."""


class ContentLost(CleanmailError):
    """Content is not where the row says, or its hash differs."""


class ContentErased(CleanmailError):
    """The data key of the message was dropped: nobody can read it any more."""


class ClaimLost(CleanmailError):
    """The release is no longer this worker's: it was given up as lost meanwhile."""


class LoopFound(CleanmailError):
    """The message has gone round: it carries too many traces, of ours or of others."""


class NotReadable(CleanmailError):
    """There is no such attachment, or the message is too odd to take it out."""


class NotErasable(CleanmailError):
    """The mail is kept for a case ("kept"), or is being released ("releasing")."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class LinkVoid(CleanmailError):
    """The link of a digest opens nothing: wrong, over, or its person has left."""


class RuleExists(CleanmailError):
    """There is a rule for this sender already, for the same people."""


class TooManyTokens(CleanmailError):
    """So many tokens of the map of senders are in use already."""


class TooManyRules(CleanmailError):
    """The list of this person or customer is full."""


PATTERN_REASONS = {
    "empty": _("Geben Sie eine Adresse oder eine Domain ein."),
    "several": _("Geben Sie einen Absender nach dem andern ein."),
    "local_part": _("Vor dem @ stehen Zeichen, die in keiner Adresse vorkommen."),
    "domain": _(
        "Das ist weder eine Adresse noch eine Domain. Schreiben Sie zum Beispiel "
        "name@beispiel.ch, beispiel.ch oder *.beispiel.ch."
    ),
    "suffix": _(
        "Das gälte für alle Domains mit dieser Endung. Geben Sie eine einzelne Domain "
        "ein, zum Beispiel beispiel.ch."
    ),
    "everybody": _(
        "Bei diesem Anbieter kann jeder eine Adresse haben. Lassen Sie eine einzelne "
        "Adresse zu."
    ),
    "wildcard": _("Ein * darf nur ganz vorn stehen und für Subdomains: *.beispiel.ch."),
}


class PatternRefused(CleanmailError):
    """No sender that a rule can be about; `reason` is a key of PATTERN_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def user_message(self) -> str:
        """Say what is wrong with it."""
        return str(PATTERN_REASONS[self.reason])


class TooManyJobs(CleanmailError):
    """So many bulk jobs of this person are at work already."""

    @property
    def user_message(self) -> str:
        """Say what to do."""
        return gettext(
            "So viele Sammelaufträge laufen schon. Warten Sie, bis einer zu Ende ist."
        )


class BulkJobVoid(CleanmailError):
    """The bulk job is confirmed, over or too old for that, or cannot do it at all."""

    @property
    def user_message(self) -> str:
        """Say that something has changed meanwhile."""
        return gettext("Diese Auswahl gilt nicht mehr. Wählen Sie noch einmal aus.")
