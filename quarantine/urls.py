"""The front door of quarantine."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "quarantine"
urlpatterns: list[URLPattern] = []
