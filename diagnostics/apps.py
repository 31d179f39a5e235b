"""The Django app `diagnostics`."""

from __future__ import annotations

from django.apps import AppConfig


class DiagnosticsConfig(AppConfig):
    """The app `diagnostics`."""

    name = "diagnostics"
