"""The front door of diagnostics."""

from __future__ import annotations

from django.urls import path

from diagnostics import views

app_name = "diagnostics"
urlpatterns = [
    path("diagnostics/", views.probes, name="probes"),
    path("diagnostics/start", views.probe_start, name="probe_start"),
    path("diagnostics/<uuid:pk>/", views.probe, name="probe"),
    path("diagnostics/<uuid:pk>/progress", views.probe_progress, name="probe_progress"),
]
