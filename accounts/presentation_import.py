"""What the pages about an uploaded list show: its rows before, its progress after."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import PeopleImport
from accounts.people_csv import Row
from accounts.people_import import open_rows
from accounts.tenancy import Role

REASONS: dict[str, Promise] = {
    "form": _("Das ist keine E-Mail-Adresse."),
    "twice": _("Diese Adresse steht schon weiter oben."),
    "known": _("Diese Person gehört schon dazu."),
    "foreign": _("Diese Domain ist nicht als Ihre bestätigt."),
    "name": _("Dieser Name enthält Zeichen, die nicht gehen."),
    "role": _("Diese Rolle gibt es nicht."),
    "addresses": _("Eine der Adressen gehört nicht zu Ihnen."),
}
SHOWN_RIGHT = 100


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as the preview shows it."""

    row: Row

    @property
    def role_label(self) -> str:
        """The role in words, what was typed if there is no such role."""
        labels = dict(Role.choices)
        return str(labels.get(self.row.role, self.row.role))

    @property
    def problem(self) -> str:
        """What is wrong, empty if nothing is."""
        return str(REASONS[self.row.reason]) if self.row.reason else ""

    @property
    def addresses(self) -> str:
        """Whose mail the person will see."""
        return ", ".join(self.row.addresses) or self.row.email


@dataclass(frozen=True, slots=True)
class Preview:
    """A list before it is confirmed: all wrong rows, the first right ones."""

    wrong: list[PreviewRow]
    right: list[PreviewRow]
    hidden_count: int


def show_preview(found: PeopleImport) -> Preview:
    """Return what an admin looks at before anything is written."""
    rows = [PreviewRow(row) for row in open_rows(found)]
    right = [row for row in rows if not row.problem]
    return Preview(
        wrong=[row for row in rows if row.problem],
        right=right[:SHOWN_RIGHT],
        hidden_count=max(len(right) - SHOWN_RIGHT, 0),
    )
