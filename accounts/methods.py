"""The kinds of second factor, as two_factor's registry knows them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from two_factor.plugins.registry import MethodBase, registry

from accounts import passkeys, sms_gateways
from accounts.forms.codes import FactorCodeForm, RecoveryCodeForm
from accounts.forms.factors import AppForm, NumberCodeForm, NumberForm
from accounts.forms.passkeys import NewPasskeyForm, PasskeyForm
from accounts.models import PasskeyDevice, RecoverySheet, SmsDevice, TotpDevice, User


class AppMethod(MethodBase):  # type: ignore[misc]  # two_factor is not typed
    """An authenticator app."""

    code = "app"
    verbose_name = _("Authenticator-App")
    description = _(
        "Zeigt alle 30 Sekunden einen neuen Code, auch ohne Empfang. "
        "Zum Beispiel Aegis, 2FAS oder die App Ihres Passwortmanagers."
    )
    icon = "app"
    is_recommended = True
    is_available = True

    def get_devices(self, user: User) -> QuerySet[TotpDevice]:
        """Return the person's confirmed apps."""
        own: QuerySet[TotpDevice] = TotpDevice.objects.filter(user=user, confirmed=True)
        return own

    def recognize_device(self, device: object) -> bool:
        """Say whether the device is an app."""
        return isinstance(device, TotpDevice)

    def get_setup_forms(self, _wizard: object) -> dict[str, Any]:
        """Return the one step: scan and type the first code."""
        return {"app": AppForm}

    def get_token_form_class(self) -> type[FactorCodeForm]:
        """Return the form for a code at log-in."""
        return FactorCodeForm


class PasskeyMethod(MethodBase):  # type: ignore[misc]  # two_factor is not typed
    """A passkey or a security key."""

    code = "passkey"
    verbose_name = _("Passkey")
    description = _(
        "Fingerabdruck, Gesicht oder PIN dieses Geräts, oder ein Sicherheitsschlüssel. "
        "Kein Abtippen, schützt auch vor gefälschten Anmeldeseiten."
    )
    icon = "key"
    is_recommended = False

    @property
    def is_available(self) -> bool:
        """Whether browsers allow passkeys for the portal's address."""
        return passkeys.find_party() is not None

    def get_devices(self, user: User) -> QuerySet[PasskeyDevice]:
        """Return the person's confirmed passkeys."""
        own: QuerySet[PasskeyDevice] = PasskeyDevice.objects.filter(
            user=user, confirmed=True
        )
        return own

    def recognize_device(self, device: object) -> bool:
        """Say whether the device is a passkey."""
        return isinstance(device, PasskeyDevice)

    def get_setup_forms(self, _wizard: object) -> dict[str, Any]:
        """Return the one step: what the browser makes of it."""
        return {"passkey": NewPasskeyForm}

    def get_token_form_class(self) -> type[PasskeyForm]:
        """Return the form for a signature at log-in."""
        return PasskeyForm


class SmsMethod(MethodBase):  # type: ignore[misc]  # two_factor is not typed
    """A code by SMS."""

    code = "sms"
    verbose_name = _("SMS")
    description = _(
        "Code an Ihr Mobiltelefon. "
        "Weniger sicher, weil Nummern umgeleitet werden können."
    )
    icon = "sms"
    is_recommended = False

    @property
    def is_available(self) -> bool:
        """Whether the operator has a gateway."""
        return sms_gateways.is_available()

    def get_devices(self, user: User) -> QuerySet[SmsDevice]:
        """Return the person's confirmed numbers."""
        own: QuerySet[SmsDevice] = SmsDevice.objects.filter(user=user, confirmed=True)
        return own

    def recognize_device(self, device: object) -> bool:
        """Say whether the device is a number."""
        return isinstance(device, SmsDevice)

    def get_setup_forms(self, _wizard: object) -> dict[str, Any]:
        """Return the two steps: the number, the code that was sent there."""
        return {"number": NumberForm, "number_code": NumberCodeForm}

    def get_token_form_class(self) -> type[FactorCodeForm]:
        """Return the form for a code at log-in."""
        return FactorCodeForm


class RecoveryMethod(MethodBase):  # type: ignore[misc]  # two_factor is not typed
    """A recovery code: another way in, never a kind to choose at enrolment."""

    code = "recovery"
    verbose_name = _("Ersatzcode")
    is_available = False

    def get_devices(self, user: User) -> QuerySet[RecoverySheet]:
        """Return the person's sheet of codes, if there is one."""
        own: QuerySet[RecoverySheet] = RecoverySheet.objects.filter(user=user)
        return own

    def recognize_device(self, device: object) -> bool:
        """Say whether the device is a sheet of codes."""
        return isinstance(device, RecoverySheet)

    def get_token_form_class(self) -> type[RecoveryCodeForm]:
        """Return the form for a code at log-in."""
        return RecoveryCodeForm


# The package's own method would offer its device with a plaintext secret.
registry.unregister("generator")
registry.register(AppMethod())
registry.register(PasskeyMethod())
registry.register(SmsMethod())
registry.register(RecoveryMethod())
