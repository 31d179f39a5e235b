"""Which sender rule has decided over a hold, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.domain_names import to_unicode
from quarantine.lookalikes import is_latin
from quarantine.models import Hold, SenderRule
from quarantine.visible import show_line


def readable(pattern: str) -> str:
    """Return a pattern with its domain as people write it.

    In letters of other alphabets than ours it may look like somebody else's: then with
    its A-label.
    """
    head, at, name = pattern.rpartition("@")
    prefix = "*." if name.startswith("*.") else ""
    written = to_unicode(name.removeprefix("*."))
    label = "" if is_latin(written) else f" ({name.removeprefix('*.')})"
    return show_line(f"{head}{at}{prefix}{written}{label}")


def tell_rule(hold: Hold) -> tuple[str, ...]:
    """Return what a rule did when the mail came in; nothing where none decided.

    Who has set it is not told: whoever looks at a mailbox sees that it was.
    """
    reason: object = hold.reason
    rule = reason.get("rule") if isinstance(reason, dict) else None
    if not rule:
        return ()
    if rule["verb"] == SenderRule.Verb.BLOCK:
        told = _("Zurückgehalten, weil der Absender gesperrt ist: %(sender)s.")
    else:
        told = _(
            "Ohne Rückfrage weitergeleitet, weil der Absender zugelassen ist: "
            "%(sender)s."
        )
    return (told % {"sender": readable(rule["pattern"])},)
