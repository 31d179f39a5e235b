"""The front door of accounts."""

from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("abmelden/", views.logout, name="logout"),
    path("konto/", views.profile, name="profile"),
    path("konto/passwort/", views.change_password, name="change_password"),
    path("konto/faktor/entfernen/", views.remove_factor, name="remove_factor"),
    path("konto/bestaetigung/", views.step_up, name="step_up"),
    path(
        "konto/bestaetigung/sms/senden/",
        views.send_step_up_code,
        name="send_step_up_code",
    ),
    path("konto/sms/", views.sms_status, name="sms_status"),
    path("passwort/", views.password_reset, name="password_reset"),
    path("passwort/gesendet/", views.password_reset_sent, name="password_reset_sent"),
    path("passwort/gesetzt/", views.password_reset_done, name="password_reset_done"),
    path(
        "passwort/<uidb64>/<token>/",
        views.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
]
