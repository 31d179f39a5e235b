"""The front door of the overview."""

from __future__ import annotations

from django.urls import path

from cleanmail.dashboard import views

app_name = "dashboard"
urlpatterns = [path("", views.dashboard, name="dashboard")]
