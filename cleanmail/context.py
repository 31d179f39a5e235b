"""What the shell around each page needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.tenancy import Actor, Permission
from accounts.time_zones import name_city


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation."""

    label: str
    url: str
    is_current: bool


def _navigation(actor: Actor, path: str) -> list[NavItem]:
    items = (
        (_("Übersicht"), "dashboard:dashboard", Permission.VIEW_DASHBOARD),
        (_("Zurückgehalten"), "quarantine:holds", Permission.VIEW_HOLDS),
        (
            pgettext("Navigation", "Absender"),
            "quarantine:own_senders",
            Permission.KEEP_OWN_SENDERS,
        ),
        (_("Domains"), "domains:domains", Permission.MANAGE_DOMAINS),
        (_("Personen"), "accounts:people", Permission.MANAGE_PEOPLE),
        (_("Diagnose"), "diagnostics:probes", Permission.VIEW_PROBES),
        (_("Verwaltung"), "accounts:administration", Permission.VIEW_AUDIT),
    )
    return [
        NavItem(label, url := reverse(name), path.startswith(url))
        for label, name, permission in items
        if actor.can(permission)
    ]


def _zone_name() -> str:
    """Return city and offset of the reader's zone, such as "Zürich (UTC+01:00)"."""
    city = name_city(timezone.get_current_timezone_name())
    offset = timezone.localtime().isoformat()[-6:]
    return f"{city} (UTC{offset})"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return portal name, navigation, customer, languages and the reader's zone."""
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "portal_name": settings.PORTAL_NAME,
        "languages": settings.LANGUAGES,
        "nav": _navigation(actor, request.path) if actor else [],
        "in_profile": request.path.startswith(reverse("accounts:profile")),
        "customer": getattr(request, "customer", None),
        "zone_name": _zone_name(),
        "factor_coming": getattr(request, "factor_coming", None),
    }
