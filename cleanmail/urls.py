"""The front door of the house."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from cleanmail import health, views
from cleanmail.demo import views as demo_views

urlpatterns = [
    path("", views.start, name="start"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", views.set_language, name="set_language"),
    path("", include("accounts.factor_urls")),
    path("", include("accounts.urls")),
    path("", include("quarantine.urls")),
    path("", include("diagnostics.urls")),
    path("dashboard/", include("cleanmail.dashboard.urls")),
    path("domains/", include("cleanmail.domains.urls")),
    path("admin/", admin.site.urls),
]

# Codes and reset links stand there: never on an installation that people reach.
if settings.DEMO_PASSWORD and not settings.HTTPS:
    urlpatterns += [
        path("outbox/", demo_views.outbox, name="demo_outbox"),
        path("outbox/<str:name>", demo_views.outbox_mail, name="demo_outbox_mail"),
    ]

handler500 = "cleanmail.views.server_error"
