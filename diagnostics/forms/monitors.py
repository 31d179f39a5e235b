"""What the admin may choose for a monitor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Domain
from accounts.tenancy import Actor
from diagnostics.access import monitors as access
from diagnostics.models import Monitor

SCANNER = "scanner"


class MonitorForm(forms.Form):
    """What to watch, and how often; only what is not watched yet can be chosen."""

    subject = forms.ChoiceField(label=_("Was überwachen?"))
    interval = forms.TypedChoiceField(
        label=_("Wie oft?"),
        coerce=int,
        choices=Monitor.Interval.choices,
        initial=Monitor.Interval.HOUR,
    )

    def __init__(self, actor: Actor, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._domains = {str(one.pk): one for one in access.list_unwatched(actor)}
        choices: list[tuple[str, Any]] = []
        if not access.is_scanner_watched(actor):
            choices.append((SCANNER, _("Outbound Scanner")))
        choices += [
            (key, _("Nächster Server von %(domain)s") % {"domain": one.name})
            for key, one in self._domains.items()
        ]
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]

    @property
    def has_choice(self) -> bool:
        """Whether anything is left to watch."""
        return bool(self.fields["subject"].choices)  # type: ignore[attr-defined]

    @property
    def domain(self) -> Domain | None:
        """The domain chosen, None for the scanner; call it on a valid form only."""
        return self._domains.get(self.cleaned_data["subject"])


class IntervalForm(forms.Form):
    """How often a monitor runs."""

    interval = forms.TypedChoiceField(
        label=_("Wie oft?"), coerce=int, choices=Monitor.Interval.choices
    )
