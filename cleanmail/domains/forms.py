"""What admins type about their domains."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.domain_names import parse_domain
from accounts.errors import DomainNameRefused
from accounts.models import Domain
from accounts.models.customers import NextHopTls
from accounts.next_hops import NextHop

PLAIN: dict[str, str] = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
}


class DomainForm(forms.Form):
    """A domain to add."""

    name = forms.CharField(
        label=_("Name der Domain"),
        help_text=_("Was in Ihren Adressen nach dem @ steht, zum Beispiel muster.ch."),
        max_length=300,
        widget=forms.TextInput(attrs=PLAIN | {"inputmode": "url"}),
    )

    def clean_name(self) -> str:
        """Return the A-label."""
        try:
            return parse_domain(self.cleaned_data["name"])
        except DomainNameRefused as error:
            raise ValidationError(error.user_message) from error


class NextHopForm(forms.Form):
    """Where released mail goes."""

    host = forms.CharField(
        label=_("Server"),
        help_text=_("Name oder IP-Adresse des Servers, der Ihre Post annimmt."),
        max_length=255,
        widget=forms.TextInput(attrs=PLAIN | {"inputmode": "url"}),
    )
    port = forms.TypedChoiceField(label=_("Port"), coerce=int)
    tls = forms.ChoiceField(
        label=_("Verschlüsselung"),
        choices=NextHopTls,
        help_text=_(
            "«Immer» heisst: Gelingt sie nicht, wird nicht zugestellt. «Gültig» ist "
            "ein Zertifikat, das eine bekannte Stelle auf genau diesen Namen "
            "ausgestellt hat."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ports = [(port, str(port)) for port in settings.ALLOWED_PORTS]
        self.fields["port"].choices = ports  # type: ignore[attr-defined]  # its field

    @classmethod
    def of(cls, domain: Domain) -> NextHopForm:
        """Return the form filled with what stands now."""
        host, port = domain.next_hop_host, domain.next_hop_port
        return cls(initial={"host": host, "port": port, "tls": domain.next_hop_tls})

    def next_hop(self) -> NextHop:
        """Return what was typed."""
        typed = self.cleaned_data
        return NextHop(typed["host"], typed["port"], NextHopTls(typed["tls"]))


class TrialForm(forms.Form):
    """The address that the next hop is asked about."""

    recipient = forms.CharField(
        label=_("Testadresse"),
        help_text=_("Wir fragen den Server nach ihr und senden nichts."),
        max_length=320,
        widget=forms.EmailInput(attrs=PLAIN),
    )


class RemovalForm(forms.Form):
    """The name once more, so that nobody removes the wrong one."""

    name = forms.CharField(
        label=_("Name der Domain, zur Bestätigung"),
        max_length=300,
        widget=forms.TextInput(attrs=PLAIN),
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain = domain

    def clean_name(self) -> str:
        """Refuse another name."""
        try:
            name = parse_domain(self.cleaned_data["name"])
        except DomainNameRefused:
            name = ""
        if name != self.domain.name:
            raise ValidationError(_("Das ist nicht der Name dieser Domain."))
        return name
