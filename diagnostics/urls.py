"""The front door of diagnostics."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "diagnostics"
urlpatterns: list[URLPattern] = []
