"""The Django app `diagnostics`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiagnosticsConfig(AppConfig):
    """The app `diagnostics`."""

    name = "diagnostics"
    verbose_name = _("Diagnose")
