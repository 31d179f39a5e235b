"""Where people are logged in, and the browsers they came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.identifiers import uuid7

# What `name` of a device, or its lack, is called on the page of log-ins.
FACTORS = {
    "": _("nur Passwort"),
    "app": _("Authenticator-App"),
    "sms": _("SMS"),
    "passkey": _("Passkey"),
    "recovery": _("Ersatzcode"),
    "trusted": _("vertrauter Browser"),
}


class Seen(models.Model):
    """What a request says of the browser behind it, in words, the network masked."""

    browser = models.CharField(max_length=32, blank=True)
    system = models.CharField(max_length=32, blank=True)
    network = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def browser_label(self) -> str:
        """Browser and system in words."""
        if not self.browser:
            return gettext("Unbekannter Browser")
        if not self.system:
            return self.browser
        return gettext("%(browser)s auf %(system)s") % {
            "browser": self.browser,
            "system": self.system,
        }


class KnownBrowser(Seen):
    """A browser from which a person got in; its cookie's token is kept as a hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_browsers"
    )
    token_hash = models.CharField(max_length=64)
    # Of the whole network, to compare: what is shown is masked.
    network_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["token_hash", "user"], name="browser_known_once_per_person"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class TrustedBrowser(Device):  # type: ignore[misc]  # django-otp is not typed
    """A known browser that is not asked for the code for a while: at log-in only.

    It is the device that verifies such a session, so that the session falls back to the
    password alone in the moment in which the trust is withdrawn.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    known = models.OneToOneField(KnownBrowser, models.CASCADE, related_name="trust")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta(Device.Meta):  # type: ignore[misc]  # django-otp is not typed
        verbose_name = _("vertrauter Browser")
        verbose_name_plural = _("vertraute Browser")

    def verify_token(self, token: str) -> bool:  # noqa: ARG002 - django-otp's signature
        """No code is ever right: only the cookie counts, and only at log-in."""
        return False


class SignIn(Seen):
    """A person is logged in somewhere: the session holds the row's id, no row its key.

    Runs until `ended_at`; `end_reason` says why it ended.
    """

    class End(models.TextChoices):
        """Why a log-in is over."""

        NOT_YET = "", ""
        LOGGED_OUT = "logged_out", _("abgemeldet")
        IDLE = "idle", _("zu lange nichts getan")
        TOO_OLD = "too_old", _("Höchstdauer erreicht")
        ENDED = "ended", _("beendet")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins"
    )
    known = models.ForeignKey(
        KnownBrowser, models.SET_NULL, null=True, related_name="sign_ins"
    )
    factor = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(
        max_length=16, choices=End, blank=True, default=End.NOT_YET
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["user"],
                name="sign_in_running",
                condition=models.Q(ended_at=None),
            ),
            models.Index(fields=["last_seen_at"], name="sign_in_last_seen"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def factor_label(self) -> str:
        """By what the person got in."""
        return str(FACTORS.get(self.factor, self.factor))
