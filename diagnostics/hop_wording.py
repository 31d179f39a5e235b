"""What is said of a next hop: a sentence, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

# code: (what was found, what to do)
HOP_TEXTS: dict[str, tuple[Any, Any]] = {
    "hop-unseen": (_("Noch nicht geprüft."), ""),
    "hop-unfinished": (
        _("Die Prüfung von %(host)s wurde nicht fertig."),
        _("Prüfen Sie noch einmal."),
    ),
    "hop-good": (
        _("%(host)s nimmt Post an, verschlüsselt (%(version)s)."),
        "",
    ),
    "hop-good-unvouched": (
        _(
            "%(host)s nimmt Post an, verschlüsselt (%(version)s), mit einem eigenen "
            "Zertifikat."
        ),
        "",
    ),
    "hop-no-name": (
        _("Den Namen %(host)s gibt es nicht."),
        _("Prüfen Sie die Schreibweise."),
    ),
    "hop-name-unanswered": (
        _("Der Name %(host)s liess sich nicht auflösen."),
        _("Prüfen Sie später noch einmal."),
    ),
    "hop-address-forbidden": (
        _("%(host)s führt zu einer Adresse, zu der wir nicht verbinden."),
        _("Nennen Sie einen Server, der im öffentlichen Internet erreichbar ist."),
    ),
    "hop-port-forbidden": (
        _("Zu Port %(port)s verbinden wir nicht."),
        _("Post wird auf Port 25 angenommen."),
    ),
    "hop-silent": (
        _("%(host)s antwortet auf Port %(port)s nicht."),
        _("Lassen Sie auf der Firewall eingehende Verbindungen von uns zu."),
    ),
    "hop-refused": (
        _("%(host)s weist Verbindungen auf Port %(port)s ab."),
        _("Setzen Sie den Mailserver in Gang, oder nennen Sie den richtigen Port."),
    ),
    "hop-mute": (
        _("%(host)s nimmt die Verbindung an und schweigt dann."),
        _("Prüfen Sie Mailserver und Firewall; oft wartet er auf ein fremdes System."),
    ),
    "hop-implicit-tls": (
        _("Auf Port %(port)s wartet %(host)s auf eine Verschlüsselung von Anfang an."),
        _("Post zwischen Servern geht über Port 25."),
    ),
    "hop-no-smtp": (
        _("Auf Port %(port)s von %(host)s spricht kein Mailserver."),
        _("Prüfen Sie Name und Port."),
    ),
    "hop-cut": (
        _("%(host)s bricht die Verbindung ab."),
        _("Sehen Sie im Protokoll des Mailservers nach, was er beanstandet."),
    ),
    "hop-closed": (
        _("%(host)s will nicht mit uns sprechen: %(reply)s"),
        _("Erlauben Sie unseren Servern auf dem Mailserver den Zugang."),
    ),
    "hop-busy": (
        _("%(host)s kann zurzeit nichts annehmen: %(reply)s"),
        _("Prüfen Sie später noch einmal; Post wartet solange bei uns."),
    ),
    "hop-greylisted": (
        _("%(host)s lässt uns warten (Greylisting): %(reply)s"),
        _("Nehmen Sie unsere Server davon aus; freigegebene Post kommt sonst später."),
    ),
    "hop-wants-tls": (
        _("%(host)s nimmt nur verschlüsselt etwas an: %(reply)s"),
        _("Prüfen Sie, warum STARTTLS dort nicht gelingt."),
    ),
    "hop-wants-login": (
        _("%(host)s verlangt auf Port %(port)s eine Anmeldung: %(reply)s"),
        _("Nennen Sie den Port, auf dem er Post von aussen annimmt, meist 25."),
    ),
    "hop-no-bounces": (
        _("%(host)s nimmt keine Unzustellbarkeitsmeldungen an: %(reply)s"),
        _("Erlauben Sie den leeren Absender (MAIL FROM:<>), wie es RFC 5321 verlangt."),
    ),
    "hop-blocked": (
        _("%(host)s sperrt unsere Adresse: %(reply)s"),
        _("Nehmen Sie unsere Server von Sperrlisten aus."),
    ),
    "hop-relay-denied": (
        _("%(host)s ist für die Domain nicht zuständig: %(reply)s"),
        _("Nennen Sie den richtigen Server, oder tragen Sie die Domain dort ein."),
    ),
    "hop-no-recipient": (
        _("%(host)s kennt die Testadresse nicht: %(reply)s"),
        _("Prüfen Sie mit einer Adresse, die es gibt."),
    ),
    "hop-rejected": (
        _("%(host)s lehnt die Testadresse ab: %(reply)s"),
        _("Sehen Sie im Protokoll des Mailservers nach, was er beanstandet."),
    ),
    "hop-is-us": (
        _("%(host)s ist einer unserer eigenen Server; die Post ginge im Kreis."),
        _("Nennen Sie den Server, auf dem Ihre Postfächer liegen."),
    ),
    "hop-no-tls": (
        _("%(host)s bietet keine Verschlüsselung an, Ihre Domain verlangt sie aber."),
        _("Schalten Sie dort STARTTLS ein, oder verlangen Sie es nicht."),
    ),
    "hop-tls-broken": (
        _("Die Verschlüsselung mit %(host)s kommt nicht zustande: %(reply)s"),
        _("Prüfen Sie Zertifikat und TLS-Einstellungen des Mailservers."),
    ),
    "hop-clear": (
        _("%(host)s nimmt Post an, aber nur unverschlüsselt."),
        _("Schalten Sie dort STARTTLS ein."),
    ),
    "hop-clear-after-tls": (
        _("%(host)s bietet eine Verschlüsselung an, die nicht zustande kommt."),
        _("Prüfen Sie dort Zertifikat und TLS; die Post geht unverschlüsselt."),
    ),
    "hop-certificate-expired": (
        _("Das Zertifikat von %(host)s ist am %(not_after)s abgelaufen."),
        _("Erneuern Sie es; die Post geht trotzdem verschlüsselt."),
    ),
    "hop-certificate-name": (
        _("Das Zertifikat von %(host)s gilt für einen anderen Namen: %(names)s."),
        _("Nennen Sie den Server bei diesem Namen, oder erneuern Sie das Zertifikat."),
    ),
    "hop-demands-unexpired": (
        _(
            "Das Zertifikat von %(host)s ist am %(not_after)s abgelaufen, Ihre Domain "
            "verlangt aber ein gültiges."
        ),
        _("Erneuern Sie es; bis dahin wird dorthin nichts zugestellt."),
    ),
    "hop-demands-name": (
        _(
            "Das Zertifikat von %(host)s gilt für einen anderen Namen: %(names)s. Ihre "
            "Domain verlangt ein gültiges."
        ),
        _("Nennen Sie den Server bei diesem Namen, oder erneuern Sie das Zertifikat."),
    ),
    "hop-demands-vouched": (
        _(
            "Für das Zertifikat von %(host)s bürgt niemand, den wir kennen; Ihre "
            "Domain verlangt ein gültiges."
        ),
        _("Verwenden Sie ein öffentliches Zertifikat, samt Zwischenzertifikaten."),
    ),
    "hop-certificate-unknown": (
        _("Für das Zertifikat von %(host)s bürgt niemand, den wir kennen."),
        _("Verwenden Sie ein öffentliches Zertifikat, samt Zwischenzertifikaten."),
    ),
}
