"""The front door of quarantine."""

from __future__ import annotations

from django.urls import path

from quarantine import views

app_name = "quarantine"
urlpatterns = [
    path("holds/", views.holds, name="holds"),
    path("holds/rows", views.hold_rows, name="hold_rows"),
    path("holds/release", views.release_many, name="release_many"),
    path("holds/discard", views.discard_many, name="discard_many"),
    path("holds/undo", views.undo_many, name="undo_many"),
    path("holds/<uuid:pk>/", views.hold, name="hold"),
    path("holds/<uuid:pk>/row", views.hold_row, name="hold_row"),
    path("holds/<uuid:pk>/preview", views.hold_preview, name="hold_preview"),
    path("holds/<uuid:pk>/status", views.hold_status, name="hold_status"),
    path("holds/<uuid:pk>/seen", views.mark_seen, name="mark_seen"),
    path("holds/<uuid:pk>/release", views.release, name="release"),
    path("holds/<uuid:pk>/again/release", views.release_again, name="release_again"),
    path("holds/<uuid:pk>/discard", views.discard, name="discard"),
    path("holds/<uuid:pk>/undo", views.undo, name="undo"),
    path("holds/<uuid:pk>/request", views.request_release, name="request_release"),
    path("holds/<uuid:pk>/deny", views.deny, name="deny"),
    path("holds/<uuid:pk>/confirm", views.confirm_arrival, name="confirm_arrival"),
]
