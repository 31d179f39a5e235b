"""The outbound scanner, the operator's, and the customers' accounts for it."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
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


class OutboundAccount(TenantOwned):
    """A customer's credentials for the outbound scanner, the password hashed."""

    username = models.CharField(_("Benutzername"), max_length=255, unique=True)
    password_hash = models.CharField(max_length=255, editable=False)
    is_active = models.BooleanField(_("aktiv"), default=True)

    class Meta:
        verbose_name = _("Outbound-Konto")
        verbose_name_plural = _("Outbound-Konten")

    def __str__(self) -> str:
        return self.username

    def set_password(self, password: str) -> None:
        """Keep the hash of it; the row is not saved yet."""
        self.password_hash = make_password(password)

    def has_password(self, password: str) -> bool:
        """Compare in constant time."""
        return check_password(password, self.password_hash)
