"""Says what an audit event means, in words of the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# Prefixes of actions, as people look for them.
KINDS = {
    "signin": (_("Anmeldungen"), ("auth.", "browser.", "password.")),
    "factor": (_("Zweite Faktoren"), ("factor.", "recovery.", "sms.")),
    "mail": (_("E-Mails"), ("hold.", "bulk.", "content", "digest.")),
    "people": (
        _("Personen und Adressen"),
        ("person.", "people.", "membership.", "invitation.", "grant.", "address."),
    ),
    "domain": (
        _("Domains und Regeln"),
        ("domain.", "next_hop.", "policy.", "customer.", "sender."),
    ),
    "outbound": (_("Ausgang"), ("outbound.", "probe.")),
    "audit": (_("Protokoll"), ("audit.", "keys.")),
    "staff": (_("Betreiber und Support"), ("staff.",)),
}

WORDS = {
    "address.accept": _("nahm eine vorgeschlagene Adresse an"),
    "address.alias": _("machte eine Adresse zum Alias"),
    "address.ask": _("fragte nach einer Adresse"),
    "address.ignore": _("verwarf einen Vorschlag für eine Adresse"),
    "audit.export": _("lud das Protokoll herunter"),
    "auth.end": _("beendete eine Anmeldung"),
    "auth.end_by_admin": _("beendete die Anmeldungen einer Person"),
    "auth.end_by_operator": _("Der Betreiber beendete die Anmeldungen einer Person"),
    "auth.end_others": _("beendete alle anderen Anmeldungen"),
    "auth.failed": _("meldete sich nicht mit dem richtigen Passwort oder Code an"),
    "auth.login": _("meldete sich an"),
    "auth.logout": _("meldete sich ab"),
    "browser.distrust": _("vergass einen vertrauten Browser"),
    "browser.trust": _("vertraute einem Browser"),
    "bulk.cancel": _("brach einen Sammelauftrag ab"),
    "bulk.end": _("Ein Sammelauftrag wurde fertig"),
    "bulk.export": _("lud die Liste zurückgehaltener E-Mails herunter"),
    "bulk.start": _("begann einen Sammelauftrag"),
    "bulk.stop": _("Ein Sammelauftrag hielt an, weil ein Recht fehlte"),
    "content_read_by_command": _("las gespeicherten Inhalt aus"),
    "customer.create": _("erfasste den Kunden"),
    "customer.erase": _("löschte den Kunden"),
    "digest.choose": _("wählte, wann die Übersicht kommt"),
    "digest.unsubscribe": _("bestellte die Übersicht ab"),
    "domain.add": _("fügte eine Domain hinzu"),
    "domain.contested": _("Ein anderer Kunde beansprucht die Domain"),
    "domain.control_back": _("Der Eintrag, der die Domain bestätigt, ist wieder da"),
    "domain.taken_over": _("Die Domain ging an einen anderen Kunden"),
    "domain.check": _("prüfte eine Domain"),
    "domain.lost": _("Die Domain gilt nicht mehr als bestätigt"),
    "domain.missing": _("Der Eintrag, der die Domain bestätigt, fehlt"),
    "domain.next_hop": _("änderte den nächsten Server einer Domain"),
    "domain.remove": _("entfernte eine Domain"),
    "domain.soon_lost": _("Die Bestätigung der Domain läuft bald ab"),
    "domain.verified": _("Die Domain wurde bestätigt"),
    "factor.cloned": _("Ein Passkey wurde vermutlich kopiert und abgewiesen"),
    "factor.enrol": _("richtete einen zweiten Faktor ein"),
    "factor.remove": _("entfernte einen zweiten Faktor"),
    "factor.rename": _("benannte einen zweiten Faktor um"),
    "factor.reset": _("Die zweiten Faktoren wurden zurückgesetzt"),
    "grant.give": _("gab Zugriff auf eine Adresse"),
    "grant.take": _("nahm Zugriff auf eine Adresse weg"),
    "hold.by_link": _("entschied ohne Anmeldung, über den Link der Übersicht"),
    "hold.confirm_arrival": _("bestätigte, dass eine E-Mail ankam"),
    "hold.deny_request": _("lehnte eine Freigabe ab"),
    "hold.discard": _("verwarf eine E-Mail"),
    "hold.download": _("lud einen Anhang herunter"),
    "hold.end_keep": _("liess eine aufbewahrte E-Mail wieder ablaufen"),
    "hold.erase": _("löschte den Inhalt einer E-Mail"),
    "hold.keep": _("bewahrte eine E-Mail über ihre Frist hinaus auf"),
    "hold.release": _("gab eine E-Mail frei"),
    "hold.request_release": _("fragte eine Freigabe an"),
    "hold.undo_discard": _("nahm ein Verwerfen zurück"),
    "hold.view_raw": _("sah den Quelltext einer E-Mail an"),
    "invitation.accept": _("nahm eine Einladung an"),
    "invitation.send": _("lud eine Person ein"),
    "invitation.withdraw": _("zog eine Einladung zurück"),
    "keys.rotate": _("Der Betreiber wechselte den Schlüssel der Ablage"),
    "membership.end": _("beendete den Zugang einer Person"),
    "membership.role": _("änderte die Rolle einer Person"),
    "next_hop.check": _("prüfte den nächsten Server einer Domain"),
    "outbound.create": _("erstellte ein Outbound-Konto"),
    "outbound.end": _("beendete ein Outbound-Konto"),
    "outbound.renew": _("erstellte den Nachfolger eines Outbound-Kontos"),
    "password.change": _("änderte das Passwort"),
    "password.reset": _("setzte das Passwort neu"),
    "people.import": _("lud eine Liste von Personen ein"),
    "person.settings": _("änderte die eigenen Angaben"),
    "policy.change": _("änderte die Regeln"),
    "policy.extend_held": _("liess die Regeln auch für schon Zurückgehaltenes gelten"),
    "policy.drop": _("entfernte die Regeln einer Domain"),
    "probe.start": _("prüfte die Verbindung zum Outbound Scanner"),
    "recovery.issue": _("erstellte neue Ersatzcodes"),
    "recovery.use": _("benutzte einen Ersatzcode"),
    "sender.add": _("trug einen Absender ein"),
    "sender.change": _("änderte den Eintrag eines Absenders"),
    "sender.remove": _("entfernte einen Absender"),
    "sender.restore": _("holte einen entfernten Absender zurück"),
    "sender.token": _("erstellte einen Schlüssel für die Absenderliste"),
    "sender.revoke": _("widerrief einen Schlüssel für die Absenderliste"),
    "sms.budget": _("Die SMS des Tages waren aufgebraucht"),
    "staff.add": _("erfasste einen Eintrag in der Verwaltung"),
    "staff.change": _("änderte einen Eintrag in der Verwaltung"),
    "staff.delete": _("löschte einen Eintrag in der Verwaltung"),
    "staff.history": _("sah den Verlauf eines Eintrags in der Verwaltung an"),
    "staff.list": _("sah eine Liste in der Verwaltung an"),
    "staff.view": _("sah einen Eintrag in der Verwaltung an"),
    "staff.act": _("führte eine Sammelaktion in der Verwaltung aus"),
}


def describe(action: str) -> str:
    """Return the words of an action; the slug itself if nobody gave it any."""
    return str(WORDS.get(action, action))


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds to choose from, all first."""
    return [
        ("", str(_("alle"))),
        *((slug, str(label)) for slug, (label, _prefixes) in KINDS.items()),
    ]
