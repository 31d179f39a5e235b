"""What people may type in the quarantine: the search, and a selection of holds."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Category
from accounts.tenancy import Actor
from quarantine.access.addresses import Reach, find_reach
from quarantine.criteria import Criteria, Show, When, split_words
from quarantine.places import Cursor
from quarantine.search import WORD_LETTERS_MIN

SELECTION_MAX = 200
# Longer lists of addresses are searched, not scrolled.
ADDRESSES_MAX = 50
# No mail is older; beyond the last one there is no midnight to add.
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class ItemsWanted(TypedDict):
    """Arguments of the page of a bulk job's holds."""

    after: int
    is_troubled: bool


class DayInput(forms.DateInput):
    """A day as browsers ask for it, in any language the same on the wire."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of day to the minute, as browsers ask for it."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PointsInput(forms.NumberInput):
    """Points of the filter, in tenths."""

    def __init__(self) -> None:
        super().__init__(attrs={"step": "0.1", "inputmode": "decimal"})


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
    why = forms.MultipleChoiceField(
        label=_("Grund"),
        required=False,
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    to = forms.CharField(label=_("An"), required=False, max_length=320)
    sender = forms.CharField(label=_("Absender"), required=False, max_length=320)
    subject = forms.CharField(label=_("Betreff"), required=False, max_length=200)
    when = forms.ChoiceField(label=_("Zeitraum"), required=False, choices=When.choices)
    since = forms.DateField(
        label=_("Eingang ab"), required=False, widget=DayInput, validators=DAYS
    )
    since_time = forms.TimeField(label=_("um"), required=False, widget=ClockInput)
    until = forms.DateField(
        label=_("Eingang bis"), required=False, widget=DayInput, validators=DAYS
    )
    until_time = forms.TimeField(label=_("um"), required=False, widget=ClockInput)
    low = forms.FloatField(label=_("Punkte ab"), required=False, widget=PointsInput)
    high = forms.FloatField(label=_("Punkte bis"), required=False, widget=PointsInput)
    show = forms.ChoiceField(label=_("Stand"), required=False, choices=Show.choices)

    def __init__(self, data: object, *, actor: Actor) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        reach = find_reach(actor, at_most=ADDRESSES_MAX)
        if reach is not None and len(reach) < 2:
            del self.fields["to"]
        elif reach is not None:
            self.fields["to"] = forms.ChoiceField(
                label=_("An"), required=False, choices=_group(reach)
            )

    def add_prefix(self, field_name: str) -> str:
        """Say "from" in the address: a name that no Python field can have."""
        return "from" if field_name == "sender" else field_name

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields behind "Filter", one line each."""
        names = ("to", "sender", "subject", "show", "when")
        return [self[name] for name in names if name in self.fields]

    @property
    def ranges(self) -> list[list[forms.BoundField]]:
        """The filters of two fields each: days with a time of day, points."""
        pairs = (("since", "since_time"), ("until", "until_time"), ("low", "high"))
        return [[self[name] for name in pair] for pair in pairs]

    def clean_q(self) -> str:
        """Refuse words too short to be looked up, unless a longer one is there."""
        text: str = self.cleaned_data["q"]
        words = split_words(text)
        if words and max(len(word) for word in words) < WORD_LETTERS_MIN:
            raise ValidationError(_("Geben Sie mindestens drei Zeichen ein."))
        return text

    def name_address(self, value: str) -> str:
        """Return the address that was chosen, as the list offers it."""
        field = self.fields.get("to")
        for _label, group in getattr(field, "choices", ())[1:]:
            for key, name in group:
                if key == value:
                    return str(name)
        return value

    def read(self) -> Criteria:
        """Return what was understood."""
        self.is_valid()
        said: dict[str, Any] = self.cleaned_data
        return Criteria(
            words=split_words(said.get("q", "")),
            why=tuple(said.get("why", ())),
            to=said.get("to", ""),
            sender=said.get("sender", ""),
            subject=said.get("subject", ""),
            when=said.get("when", ""),
            since=said.get("since"),
            since_time=said.get("since_time"),
            until=said.get("until"),
            until_time=said.get("until_time"),
            low=said.get("low"),
            high=said.get("high"),
            show=said.get("show", ""),
        )


def _group(reach: Reach) -> list[Any]:
    groups = {
        _("Eigene Adressen"): [(str(one.pk), str(one)) for one in reach.own],
        # What mail to another name was held for is told by what the sender wrote.
        _("Weitere Namen"): [(str(one), str(one)) for one in reach.aliases],
        _("Gemeinsame Adressen"): [(str(one.pk), str(one)) for one in reach.shared],
        _("Adressen anderer"): [(str(one.pk), str(one)) for one in reach.others],
    }
    told = [(label, choices) for label, choices in groups.items() if choices]
    return [("", _("Alle Adressen")), *told]


class PlaceForm(forms.Form):
    """Where in the list a page begins; a place that nobody wrote is the beginning."""

    after = forms.CharField(required=False, max_length=60)
    before = forms.CharField(required=False, max_length=60)

    def read(self) -> dict[str, Cursor | None]:
        """Return the places as `find_page` takes them."""
        self.is_valid()
        said: dict[str, str] = self.cleaned_data
        return {name: Cursor.parse(said.get(name, "")) for name in ("before", "after")}


class ItemsForm(forms.Form):
    """Which holds of a bulk job are shown: from where on, all or the troubled ones."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    troubled = forms.BooleanField(required=False)

    def read(self) -> ItemsWanted:
        """Return what was understood."""
        self.is_valid()
        said: dict[str, Any] = self.cleaned_data
        after: int = said.get("after") or 0
        return {"after": after, "is_troubled": bool(said.get("troubled"))}


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
