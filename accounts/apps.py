"""The Django app `accounts`."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from accounts import checks


class AccountsConfig(AppConfig):
    """The app `accounts`."""

    name = "accounts"
    verbose_name = _("Konten")

    def ready(self) -> None:
        """Let `manage.py` look at the settings before it starts anything."""
        register(checks.check_sms)
