"""The front door of accounts."""

from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("logout/", views.logout, name="logout"),
    path("account/", views.profile, name="profile"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/factor/remove/", views.remove_factor, name="remove_factor"),
    path("account/factor/rename/", views.rename_factor, name="rename_factor"),
    path("account/codes/", views.recovery_codes, name="recovery_codes"),
    path("account/codes/kept/", views.recovery_codes_kept, name="recovery_codes_kept"),
    path("account/confirm/", views.step_up, name="step_up"),
    path(
        "account/confirm/sms/send/",
        views.send_step_up_code,
        name="send_step_up_code",
    ),
    path("account/sms/", views.sms_status, name="sms_status"),
    path("password/", views.password_reset, name="password_reset"),
    path("password/sent/", views.password_reset_sent, name="password_reset_sent"),
    path("password/done/", views.password_reset_done, name="password_reset_done"),
    path(
        "password/<uidb64>/<token>/",
        views.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
]
