"""What is said of a domain's stations: a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from diagnostics.hop_wording import HOP_TEXTS

# code: (what was found, what to do)
_TEXTS: dict[str, tuple[Any, Any]] = {
    "not-seen": (_("Noch nicht geprüft."), ""),
    "control-found": (_("Der Eintrag steht an allen Nameservern der Domain."), ""),
    "control-vouched": (_("Der Betreiber hat die Domain bestätigt."), ""),
    "control-missing": (
        _("Der Eintrag, der die Domain bestätigt, ist nicht da."),
        "",  # the page says where the record belongs
    ),
    "control-other": (
        _("An dieser Stelle steht ein anderer Eintrag."),
        "",
    ),
    "control-alias": (
        _("An dieser Stelle steht ein Alias (CNAME); er bestätigt nichts."),
        _("Ersetzen Sie ihn durch diesen TXT-Eintrag."),
    ),
    "control-partly": (
        _("Erst ein Teil der Nameserver hat den Eintrag."),
        _("Warten Sie einige Minuten und prüfen Sie noch einmal."),
    ),
    "control-bogus": (
        _("Der Eintrag ist da, zählt aber nicht: Die DNSSEC-Signatur ist falsch."),
        _("Lassen Sie zuerst DNSSEC in Ordnung bringen."),
    ),
    "control-no-domain": (
        _("Diese Domain gibt es im DNS nicht."),
        _(
            "Prüfen Sie die Schreibweise und ob die Domain registriert ist. Eine "
            "Unterdomain gibt es, sobald dieser Eintrag steht."
        ),
    ),
    "control-unanswered": (
        _("Die Nameserver der Domain gaben keine Auskunft."),
        _("Prüfen Sie später noch einmal; an Ihrer Bestätigung ändert sich nichts."),
    ),
    "delegation-good": (_("Alle Nameserver antworten gleich: %(servers)s."), ""),
    "delegation-missing": (
        _("Diese Domain gibt es im DNS nicht."),
        _("Prüfen Sie die Schreibweise und ob die Domain noch registriert ist."),
    ),
    "delegation-dead": (
        _("Kein Nameserver gibt Auskunft über die Domain: %(servers)s."),
        _("Fragen Sie den Anbieter Ihrer Domain; so kommt keine Post mehr an."),
    ),
    "delegation-dnssec": (
        _("Die DNSSEC-Signatur der Domain ist falsch."),
        _(
            "Viele Server verwerfen so alle Einträge. Der Anbieter muss die Zone neu "
            "signieren oder den DS-Eintrag berichtigen."
        ),
    ),
    "delegation-lame": (
        _("Nicht zuständig, obwohl eingetragen: %(servers)s."),
        _("Lassen Sie diese Nameserver entfernen oder in Gang setzen."),
    ),
    "delegation-silent": (
        _("Keine Antwort von %(servers)s."),
        _("Lassen Sie diese Nameserver in Gang setzen oder entfernen."),
    ),
    "delegation-no-address": (
        _("Ohne Adresse: %(servers)s."),
        _("Lassen Sie diese Nameserver entfernen oder ihren Namen berichtigen."),
    ),
    "delegation-forbidden": (
        _("Im öffentlichen Internet nicht erreichbar: %(servers)s."),
        _("Lassen Sie Nameserver mit privaten Adressen entfernen."),
    ),
    "delegation-differs": (
        _("Die Zone nennt andere Nameserver als ihre Registrierung: %(servers)s."),
        _("Lassen Sie beide Listen angleichen."),
    ),
    "delegation-disagree": (
        _("Die Nameserver geben verschiedene Antworten: %(servers)s."),
        _(
            "Nach einer Änderung ist das für Minuten normal. Bleibt es so, fragen Sie "
            "den Anbieter Ihrer Domain."
        ),
    ),
    "delegation-unanswered": (
        _("Die Nameserver der Domain liessen sich nicht ermitteln."),
        _("Prüfen Sie später noch einmal."),
    ),
    "mx-good": (_("Die Post kommt zu uns: %(found)s."), ""),
    "mx-unjudged": (_("Eingetragen: %(found)s."), ""),
    "mx-missing": (
        _("Es gibt keinen MX-Eintrag."),
        _("Tragen Sie unsere Server beim Anbieter Ihrer Domain ein."),
    ),
    "mx-alias": (
        _("Die Domain ist ein Alias (CNAME)."),
        _("Ersetzen Sie ihn durch eigene Einträge, darunter diese MX-Einträge."),
    ),
    "mx-null": (
        _("Der MX-Eintrag sagt, dass die Domain keine Post annimmt."),
        _("Ersetzen Sie den MX-Eintrag «0 .» durch unsere Server."),
    ),
    "mx-foreign": (
        _("Die Post geht nicht zu uns, sondern zu %(found)s."),
        _("Ersetzen Sie die MX-Einträge, sobald die Domain eingerichtet ist."),
    ),
    "mx-foreign-first": (
        _("Vor unseren Servern steht ein fremder: %(foreign)s."),
        _("Entfernen Sie ihn; die Post geht sonst am Filter vorbei."),
    ),
    "mx-foreign-extra": (
        _("Neben unseren Servern steht ein fremder: %(foreign)s."),
        _("Entfernen Sie ihn; Spam wählt gern den letzten Server, am Filter vorbei."),
    ),
    "mx-target-alias": (
        _("Der MX-Eintrag %(name)s ist nur ein Alias (CNAME) für unseren Server."),
        _("Tragen Sie unsere Namen selbst ein; Aliase sind hier nicht erlaubt."),
    ),
    "mx-own-name": (
        _("Der MX-Eintrag %(name)s führt unter eigenem Namen zu uns."),
        _("Tragen Sie unsere Namen ein; ändern wir eine Adresse, fehlt sonst Post."),
    ),
    "mx-incomplete": (
        _("Es fehlt %(missing)s."),
        _("Tragen Sie alle unsere Server ein, damit keine Post warten muss."),
    ),
    "mx-unanswered": (
        _("Die MX-Einträge liessen sich nicht lesen."),
        _("Prüfen Sie später noch einmal."),
    ),
    "spf-good": (_("Der SPF-Eintrag erlaubt unseren Versand."), ""),
    "spf-found": (_("Der SPF-Eintrag ist gültig."), ""),
    "spf-optional": (
        _("Der SPF-Eintrag ist gültig. Senden Sie über uns, so gehören wir hinein."),
        "",
    ),
    "spf-missing": (
        _("Es gibt keinen SPF-Eintrag."),
        _("Tragen Sie ihn ein, damit andere Ihrem Versand trauen."),
    ),
    "spf-multiple": (
        _("Es gibt mehrere SPF-Einträge; so gilt keiner."),
        _("Fassen Sie alle in einem Eintrag zusammen."),
    ),
    "spf-syntax": (
        _("Unverständlich im SPF-Eintrag: %(terms)s."),
        _("Berichtigen Sie den Eintrag; so verwerfen ihn andere ganz."),
    ),
    "spf-pass-all": (
        _("Der SPF-Eintrag erlaubt der ganzen Welt den Versand (+all)."),
        _("Ersetzen Sie das Ende durch «~all» oder «-all»."),
    ),
    "spf-too-many": (
        _("Der SPF-Eintrag braucht %(count)s Abfragen; erlaubt sind %(limit)s."),
        _("Entfernen Sie, was Sie nicht mehr brauchen; so verwerfen ihn andere ganz."),
    ),
    "spf-broken": (
        _("Der SPF-Eintrag verweist auf %(broken)s; dort steht kein gültiger."),
        _("Entfernen oder berichtigen Sie diesen Verweis."),
    ),
    "spf-not-included": (
        _("Unser Versand fehlt im SPF-Eintrag."),
        _("Ersetzen Sie den bestehenden Eintrag; es darf nur einen geben."),
    ),
    "spf-open": (
        _("Der SPF-Eintrag sagt nicht, was mit fremdem Versand geschehen soll."),
        _("Schliessen Sie ihn mit «~all» oder «-all» ab."),
    ),
    "spf-include-unanswered": (
        _("Ein Verweis im SPF-Eintrag liess sich nicht lesen: %(names)s."),
        _("Prüfen Sie später noch einmal."),
    ),
    "spf-unanswered": (
        _("Der SPF-Eintrag liess sich nicht lesen."),
        _("Prüfen Sie später noch einmal."),
    ),
    "dkim-good": (_("Schlüssel gefunden: %(selectors)s."), ""),
    "dkim-bad": (
        _("Der Schlüssel %(selector)s ist unlesbar."),
        _("Tragen Sie ihn so ein, wie ihn Ihr Mailserver ausgibt, ohne Umbrüche."),
    ),
    "dkim-short": (
        _("Der Schlüssel %(selector)s hat nur %(bits)s Bit; er zählt nicht mehr."),
        _("Erzeugen Sie einen Schlüssel mit 2048 Bit."),
    ),
    "dkim-weak": (
        _("Der Schlüssel %(selector)s hat nur %(bits)s Bit."),
        _("Erzeugen Sie bei Gelegenheit einen Schlüssel mit 2048 Bit."),
    ),
    "dkim-testing": (
        _("Der Schlüssel steht im Testbetrieb: %(selectors)s."),
        _("Entfernen Sie «t=y», sobald die Unterschriften stimmen."),
    ),
    "dkim-revoked": (
        _("Alle gefundenen Schlüssel sind widerrufen: %(selectors)s."),
        _("Tragen Sie den Schlüssel ein, mit dem Ihr Mailserver unterschreibt."),
    ),
    "dkim-none": (
        _("Es gibt keinen DKIM-Schlüssel."),
        _("Lassen Sie Ihren Mailserver unterschreiben; tragen Sie den Schlüssel ein."),
    ),
    "dkim-unknown": (
        _("Unter den üblichen Namen steht kein DKIM-Schlüssel; es kann andere geben."),
        _("Unterschreibt Ihr Mailserver schon, ist nichts zu tun."),
    ),
    "dkim-unanswered": (
        _("DKIM-Schlüssel liessen sich nicht lesen."),
        _("Prüfen Sie später noch einmal."),
    ),
    "dmarc-good": (_("Die Regel gilt: p=%(policy)s."), ""),
    "dmarc-inherited": (_("Die Regel von %(above)s gilt: %(policy)s."), ""),
    "dmarc-watching": (
        _("Nur Beobachtung (p=none): Gefälschte Post wird nicht aufgehalten."),
        _("Verschärfen Sie auf p=quarantine, sobald die Berichte sauber sind."),
    ),
    "dmarc-missing": (
        _("Es gibt keine DMARC-Regel."),
        _("Beginnen Sie mit diesem Eintrag; er beobachtet nur."),
    ),
    "dmarc-multiple": (
        _("Es gibt mehrere DMARC-Einträge; so gilt keiner."),
        _("Lassen Sie nur einen stehen."),
    ),
    "dmarc-syntax": (
        _("Der DMARC-Eintrag ist unverständlich."),
        _("Er beginnt mit «v=DMARC1;» und nennt p=none, p=quarantine oder p=reject."),
    ),
    "dmarc-unanswered": (
        _("Die DMARC-Regel liess sich nicht lesen."),
        _("Prüfen Sie später noch einmal."),
    ),
    **HOP_TEXTS,
}


def sentence_text(code: str, values: Mapping[str, Any]) -> str:
    """Return what was found, in the reader's language."""
    return str(_TEXTS[code][0]) % _shown(values)


def remedy_text(code: str, values: Mapping[str, Any]) -> str:
    """Return what to do about it, "" where nothing is to be done."""
    return str(_TEXTS[code][1]) % _shown(values)


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the day as people read it."""
    day = values.get("not_after")
    if not day:
        return dict(values)
    written = date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")
    return {**values, "not_after": written}
