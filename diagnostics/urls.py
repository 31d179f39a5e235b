"""The front door of diagnostics."""

from __future__ import annotations

from django.urls import path

from diagnostics.views import probes

app_name = "diagnostics"
urlpatterns = [
    path("diagnostics/", probes.probes, name="probes"),
    path("diagnostics/start", probes.probe_start, name="probe_start"),
    path("diagnostics/<uuid:pk>/", probes.probe, name="probe"),
    path(
        "diagnostics/<uuid:pk>/progress", probes.probe_progress, name="probe_progress"
    ),
]
