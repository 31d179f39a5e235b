"""What people may type in the quarantine: the search, and a selection of holds."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Address
from accounts.models.customers import Category
from accounts.tenancy import Actor
from quarantine.access.holds import list_addresses
from quarantine.search import (
    WORD_LETTERS_MIN,
    Criteria,
    Cursor,
    Show,
    When,
    split_words,
)

SELECTION_MAX = 200
# Longer lists of addresses are searched, not scrolled.
ADDRESSES_MAX = 50


class SearchForm(forms.Form):
    """The search and its filters; what is not understood is left out."""

    q = forms.CharField(
        label=_("Suchen"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Absender, Betreff, Adresse")}
        ),
    )
    why = forms.ChoiceField(
        label=_("Grund"),
        required=False,
        choices=[("", _("Alle Gründe")), *Category.choices],
    )
    to = forms.ChoiceField(label=_("An"), required=False)
    when = forms.ChoiceField(label=_("Zeitraum"), required=False, choices=When.choices)
    show = forms.ChoiceField(
        required=False, choices=Show.choices, widget=forms.HiddenInput
    )

    def __init__(self, data: object, *, actor: Actor) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        own: list[Address] = []
        if actor.is_admin or len(actor.viewable) > 1:
            own = list(list_addresses(actor)[: ADDRESSES_MAX + 1])
        if 1 < len(own) <= ADDRESSES_MAX:
            named = [(str(address.pk), str(address)) for address in own]
            self.fields["to"].choices = [("", _("Alle Adressen")), *named]  # type: ignore[attr-defined]
        else:
            del self.fields["to"]

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields behind "Filter"."""
        return [self[name] for name in ("why", "to", "when") if name in self.fields]

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is on, so that it is seen."""
        return any(field.value() for field in self.filters)

    def clean_q(self) -> str:
        """Refuse words too short to be looked up, unless a longer one is there."""
        text: str = self.cleaned_data["q"]
        words = split_words(text)
        if words and max(len(word) for word in words) < WORD_LETTERS_MIN:
            raise ValidationError(_("Geben Sie mindestens drei Zeichen ein."))
        return text

    def read(self) -> Criteria:
        """Return what was understood."""
        self.is_valid()
        said: dict[str, str] = self.cleaned_data
        return Criteria(
            words=split_words(said.get("q", "")),
            why=said.get("why", ""),
            to=said.get("to", ""),
            when=said.get("when", ""),
            show=said.get("show", ""),
        )


class PlaceForm(forms.Form):
    """Where in the list a page begins; a place that nobody wrote is the beginning."""

    after = forms.CharField(required=False, max_length=60)
    before = forms.CharField(required=False, max_length=60)

    def read(self) -> dict[str, Cursor | None]:
        """Return the places as `find_page` takes them."""
        self.is_valid()
        said: dict[str, str] = self.cleaned_data
        return {name: Cursor.parse(said.get(name, "")) for name in ("before", "after")}


class KeysField(forms.Field):
    """Several keys of rows, as ticked."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: object) -> list[UUID]:
        """Return the keys; raise ValidationError if one of them is none."""
        texts = value if isinstance(value, list) else []
        if len(texts) > SELECTION_MAX:
            raise ValidationError(_("So viele E-Mails auf einmal gehen nicht."))
        try:
            return [UUID(text) for text in dict.fromkeys(texts)]
        except (ValueError, AttributeError, TypeError) as error:
            raise ValidationError(_("Diese Auswahl gibt es nicht.")) from error


class SelectionForm(forms.Form):
    """The holds that somebody has ticked."""

    hold = KeysField(
        error_messages={"required": _("Wählen Sie zuerst E-Mails aus.")},
    )

    @property
    def problem(self) -> str:
        """Say what is wrong with the selection."""
        return str(self.errors["hold"][0])
