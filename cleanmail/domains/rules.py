"""The rules for held mail at a glance: a term and a sentence each."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Policy
from accounts.models.customers import Category, DigestRhythm, FactorDemand
from accounts.release_floor import left_to_policy


def list_rules(policy: Policy) -> list[tuple[str, str]]:
    """Return what holds, worded."""
    return [
        (_("Zurückhalten"), _names(filter(policy.holds, Category))),
        (_("Benutzer geben selbst frei"), _names(_released(policy))),
        (_("Aufbewahren"), _retention(policy)),
        (_("Übersicht per E-Mail"), _digest(policy)),
        *([] if policy.domain_id else [(_("Zweiter Faktor"), _factor(policy))]),
    ]


def _released(policy: Policy) -> list[str]:
    return [item for item in left_to_policy() if item in policy.member_categories]


def _names(categories: Iterable[str]) -> str:
    named = set(categories)
    labels = [str(item.label) for item in Category if item in named]
    return ", ".join(labels) or _("nichts")


def _retention(policy: Policy) -> str:
    own = [item for item in Category if item.value in policy.category_days]
    said = [f"{item.label}: {_days(policy.days_for(item))}" for item in own]
    return "; ".join([_days(policy.retention_days), *said])


def _days(days: int) -> str:
    return ngettext("%(count)d Tag", "%(count)d Tage", days) % {"count": days}


def _digest(policy: Policy) -> str:
    rhythm = DigestRhythm(policy.digest_rhythm)
    if rhythm == DigestRhythm.NEVER:
        return str(rhythm.label)
    said = {"rhythm": rhythm.label, "time": time_format(policy.digest_at, "H:i")}
    if policy.may_release_by_link:
        return _("%(rhythm)s um %(time)s, Freigabe ohne Anmeldung") % said
    return _("%(rhythm)s um %(time)s") % said


def _factor(policy: Policy) -> str:
    demand = FactorDemand(policy.second_factor)
    if demand == FactorDemand.NOBODY:
        return _("freiwillig")
    if policy.second_factor_from is None:
        return _("verlangt von %(whom)s") % {"whom": demand.label}
    said = {
        "whom": demand.label,
        "day": date_format(policy.second_factor_from, "SHORT_DATE_FORMAT"),
    }
    return _("verlangt von %(whom)s ab %(day)s") % said
