"""Log-in and enrolment, under the names that two_factor and Django expect."""

from __future__ import annotations

from django.urls import path

from accounts.enrolment import SetupView
from accounts.sign_in import LoginView

app_name = "two_factor"
urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("account/factor/", SetupView.as_view(), name="setup"),
]
