"""Which probes the list shows, and from where on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.keyset import Place
from diagnostics.causes import title_and_remedy
from diagnostics.search import Criteria, Show


class ProbeListForm(forms.Form):
    """Filters and place; what nobody offers counts as not said."""

    show = forms.ChoiceField(label=_("Zeigen"), choices=Show.choices, required=False)
    cause = forms.ChoiceField(label=_("Ursache"), required=False)
    after = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, causes: list[str], **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        language = translation.get_language() or "de"
        titles = [(slug, title_and_remedy(slug, language)[0]) for slug in causes]
        choices = [("", _("Alle Ursachen")), *sorted(titles, key=lambda one: one[1])]
        self.fields["cause"].choices = choices  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def criteria(self) -> Criteria:
        """What is looked for."""
        said = self.cleaned_data
        return Criteria(show=said.get("show", ""), cause=said.get("cause", ""))

    @property
    def places(self) -> dict[str, Place | None]:
        """Where the page begins, as `find_page` takes it."""
        said = self.cleaned_data
        return {name: Place.parse(said.get(name, "")) for name in ("before", "after")}
