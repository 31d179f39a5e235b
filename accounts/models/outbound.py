"""The outbound scanner, the operator's, and the customers' accounts for it."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.tenancy import TenantOwned


def default_ports() -> list[int]:
    """Return the ports a scanner offers unless told otherwise."""
    return [25, 587]


class OutboundScanner(models.Model):
    """An authenticated relay of the operator's that customers send through."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.CharField(_("Hostname"), max_length=255, unique=True)
    ports = models.JSONField(_("Ports"), default=default_ports)
    addresses = models.JSONField(_("erwartete IP-Adressen"), default=list, blank=True)
    pin_sha256 = models.CharField(
        _("SHA-256 des Zertifikats"), max_length=64, blank=True
    )
    ca_file = models.CharField(_("CA-Datei"), max_length=500, blank=True)
    is_default = models.BooleanField(_("Standard"), default=True)

    class Meta:
        verbose_name = _("Outbound Scanner")
        verbose_name_plural = _("Outbound Scanner")

    def __str__(self) -> str:
        return self.host

    @property
    def port_list(self) -> str:
        """The ports as people read them, best first."""
        return ", ".join(str(port) for port in self.ports)


# What Dovecot reads. Its libsodium knows one lane only; OWASP's least cost is enough:
# nobody guesses what was drawn from 140 bits, and log-ins at the scanner are many.
SCHEME = "{ARGON2ID}"
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class OutboundAccount(TenantOwned):
    """A customer's credentials for the outbound scanner, the password hashed.

    Several may be live at once, so that a new one takes over before the old one ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("Bezeichnung"), max_length=100, blank=True)
    username = models.CharField(_("Benutzername"), max_length=255, unique=True)
    password_hash = models.CharField(max_length=255, editable=False)
    created_at = models.DateTimeField(
        _("erstellt"), default=timezone.now, editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    ended_at = models.DateTimeField(_("beendet"), null=True, blank=True, editable=False)
    # Written by Dovecot after a log-in (`deploy/dovecot`), at most once in ten minutes.
    last_used_at = models.DateTimeField(
        _("zuletzt benutzt"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("Outbound-Konto")
        verbose_name_plural = _("Outbound-Konten")

    def __str__(self) -> str:
        return self.username

    @property
    def label(self) -> str:
        """What people call it: its name, else its user name."""
        return self.name or self.username

    @property
    def is_live(self) -> bool:
        """Whether it lets in, as long as its customer is active."""
        return self.ended_at is None

    def set_password(self, password: str) -> None:
        """Keep the hash of it; the row is not saved yet."""
        self.password_hash = SCHEME + HASHER.hash(password)

    def has_password(self, password: str) -> bool:
        """Compare as Dovecot does; what Dovecot cannot read lets nobody in."""
        try:
            return HASHER.verify(self.password_hash.removeprefix(SCHEME), password)
        except (InvalidHashError, VerificationError):
            return False
