"""Addresses and passwords."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.errors import RateLimited

WRONG_PASSWORD = _("E-Mail-Adresse oder Passwort stimmt nicht.")


class EmailForm(forms.Form):
    """The address to send a link to."""

    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class SignInForm(AuthenticationForm):
    """Address and password; the limits answer before the password is looked at."""

    error_messages = {"invalid_login": WRONG_PASSWORD, "inactive": WRONG_PASSWORD}

    username = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        self.fields["username"].label = _("Ihre E-Mail-Adresse")

    def clean(self) -> dict[str, Any]:
        """Log in; a limit that is reached becomes a sentence."""
        try:
            return super().clean()
        except RateLimited as error:
            raise ValidationError(error.user_message, code="limited") from error


class PasswordForm(forms.Form):
    """The person's own password, asked again."""

    password = forms.CharField(
        label=_("Passwort"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = request

    def clean_password(self) -> str:
        """Refuse a wrong one; raise nothing but ValidationError."""
        return _check_own_password(self.request, self.cleaned_data["password"])


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # no generic at run time
    """A new password, twice."""

    new_password1 = forms.CharField(
        label=_("Neues Passwort"),
        help_text=_("Mindestens 12 Zeichen. Ein Satz ist leichter zu merken."),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password2 = forms.CharField(
        label=_("Neues Passwort noch einmal"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, then a new one, twice.

    A fresh second factor alone would let whoever finds an open browser take it over.
    """

    field_order = ("old_password", "new_password1", "new_password2")

    old_password = forms.CharField(
        label=_("Bisheriges Passwort"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request.user, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Refuse a wrong one; raise nothing but ValidationError."""
        return _check_own_password(self.request, self.cleaned_data["old_password"])


def _check_own_password(request: HttpRequest, password: str) -> str:
    """Return the password if it is the person's own; raise ValidationError."""
    try:
        right = second_factor.verify_password(request.user, password, request)  # type: ignore[arg-type]
    except RateLimited as error:
        raise ValidationError(error.user_message, code="limited") from error
    if not right:
        raise ValidationError(_("Dieses Passwort stimmt nicht."), code="wrong")
    return password
