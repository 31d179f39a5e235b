"""The roof's Django apps: it loads the Celery app and the admin site."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig


class RoofConfig(AppConfig):
    """Loads the Celery app, so that `@shared_task` binds to it."""

    name = "cleanmail"

    def ready(self) -> None:
        """Load the Celery app; make the folders of SQLite and the folder broker."""
        import_module("cleanmail.celery")
        if not settings.REDIS_URL:
            for folder in ("queue", "processed", "control"):
                path = settings.BROKER_DIR / folder
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = settings.DATABASES["default"]
        if database["ENGINE"].endswith("sqlite3"):
            Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)


class PortalAdminConfig(AdminConfig):
    """Django admin, for verified staff only."""

    default_site = "cleanmail.admin_site.StaffSite"
