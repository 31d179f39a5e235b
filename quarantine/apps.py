"""The Django app `quarantine`."""

from __future__ import annotations

from django.apps import AppConfig


class QuarantineConfig(AppConfig):
    """The app `quarantine`."""

    name = "quarantine"
