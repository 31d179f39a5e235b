"""What Exchange, MDaemon, Outlook and Windows itself say, in four languages."""

from typing import Tuple

from diagnostics.error_text.groups import GROUPS
from diagnostics.error_text.rule import EXACT, VAGUE, Rule

_TOO_OLD = ("tls-too-old", "firewall-rst-clienthello", "client-cert-unusable")
_STALL = ("mtu-blackhole", "firewall-stall-tls", "packet-loss")
_SILENT = ("port25-blocked-drop", *GROUPS["T-TMO"].causes[:4])
_REFUSED = ("port25-blocked-rst", *GROUPS["T-REF"].causes[:4])
_RESET = ("firewall-rst-clienthello", "tls-too-old", "firewall-rst-banner")
_HIDDEN_LOGIN = ("starttls-off", "tls-too-old", "tls-intercept-noauth")

_EXCHANGE: Tuple[Rule, ...] = (
    Rule("T-XCH", ("4.2.1 unable to connect",), "tcp", mta="exchange"),
    Rule("T-TMO", ("4.4.1 connection timed out",), "tcp", _SILENT, mta="exchange"),
    Rule(
        "T-XCH",
        ("tls negotiation failed with error", "credentials"),
        "tls",
        ("client-cert-unusable",),
        weight=EXACT,
        mta="exchange",
    ),
    Rule(
        "T-XCH",
        ("tls negotiation failed with error", "socketerror"),
        "tls",
        _TOO_OLD,
        "own-certificate",
        EXACT,
        "exchange",
    ),
    Rule(
        "T-XCH",
        ("tls negotiation failed", "timedout"),
        "tls",
        _STALL,
        "small-segments",
        EXACT,
        "exchange",
    ),
    Rule("T-TLS", ("tls negotiation failed",), "tls", _TOO_OLD, "own-certificate"),
    Rule(
        "T-XCH",
        ("connection dropped due to timedout",),
        "tls",
        _STALL,
        "small-segments",
        mta="exchange",
    ),
    Rule(
        "T-XCH",
        ("connection dropped due to socketerror",),
        "tls",
        _TOO_OLD,
        "own-certificate",
        mta="exchange",
    ),
    Rule(
        "T-XCH",
        ("require basic authentication",),
        "auth",
        _HIDDEN_LOGIN,
        "read-log",
        mta="exchange",
    ),
    Rule(
        "T-XCH",
        ("cannot achieve exchange server authentication",),
        "auth",
        ("sasl-mech-mismatch", "smtp-inspection-mask", "tls-intercept-noauth"),
        "show-config",
        mta="exchange",
    ),
    Rule("T-NOTLS", ("send connector requires t",), "starttls", mta="exchange"),
    Rule("T-NOTLS", ("unable to establish tls",), "starttls", mta="exchange"),
    Rule("T-NOTLS", ("starttls is required to send mail",), "starttls"),
    Rule("T-DNS", ("dns query failed",), "names", mta="exchange"),
    Rule("T-REF", ("4.4.316", "refused"), "tcp", _REFUSED, mta="exchange"),
    Rule("T-REF", ("5.4.316", "refused"), "tcp", _REFUSED, mta="exchange"),
    Rule("T-XCH", ("failed to connect.",), "tcp", weight=VAGUE, mta="exchange"),
    Rule("T-XCH", ("error encountered while communicating with",), "tcp", weight=VAGUE),
    Rule("T-XCH", ("primary target ip address responded",), "tcp", weight=VAGUE),
    Rule("T-SENDER", ("sendasdenied",), "mail"),
    Rule("T-SENDER", ("not allowed to send as",), "mail"),
)


def _everywhere(
    group: str, causes: Tuple[str, ...], check: str, *phrases: str
) -> Tuple[Rule, ...]:
    """Return a rule a language; the system words them, whatever program logs them."""
    stage = {"T-NX": "names", "T-DNS": "names", "T-CERT": "certificate"}
    found = stage.get(group, "tls" if group == "T-TLS" else "tcp")
    return tuple(
        Rule(
            group,
            tuple(phrase.split("&")),
            found,
            causes,
            check or GROUPS[group].next_check,
        )
        for phrase in phrases
    )


_SOCKETS: Tuple[Rule, ...] = (
    _everywhere(
        "T-TMO", (), "",
        "sock&10060", "connected party did not properly respond",
        "gegenstelle nach einer bestimmten zeitspanne nicht richtig reagiert",
        "n'a pas répondu convenablement au-delà d'une certaine durée",
        "risposta non corretta della parte connessa",
        "wartezeit für die verbindung ist abgelaufen", "etimedout",
        "connexion terminée par expiration du délai", "tempo di connessione scaduto",
    )
    + _everywhere(
        "T-REF", (), "",
        "sock&10061", "target machine actively refused",
        "zielcomputer die verbindung verweigert",
        "ordinateur cible l'a expressément refusée",
        "rifiuto persistente del computer di destinazione",
        "verbindungsaufbau abgelehnt", "connexion refusée", "connessione rifiutata",
        "econnrefused", "connectionrefusederror",
    )
    + _everywhere(
        "T-LOST", _RESET, "probe-portal",
        "sock&10054", "existing connection was forcibly closed",
        "vorhandene verbindung wurde vom remotehost geschlossen",
        "connexion existante a dû être fermée par l'hôte distant",
        "interrotta forzatamente dall'host remoto", "econnreset",
    )
    + _everywhere(
        "T-LOST", ("tls-intercept-av", *_RESET), "run-agent",
        "sock&10053", "aborted by the software in your host machine",
        "softwaregesteuert durch den hostcomputer abgebrochen",
        "abandonnée par un logiciel de votre ordinateur hôte",
        "interrotta dal software del computer host",
    )
    + _everywhere(
        "T-HOST", ("no-internet", "no-default-route", "link-down", "ipv6-broken"), "",
        "sock&10051", "attempted to an unreachable network",
        "bezog sich auf ein nicht verfügbares netzwerk",
        "tentée sur un réseau impossible à atteindre",
        "verso una rete non raggiungibile", "enetunreach",
    )
    + _everywhere(
        "T-HOST", (), "",
        "sock&10065", "attempted to an unreachable host",
        "bezog sich auf einen nicht verfügbaren host",
        "tentée sur un hôte impossible à atteindre", "verso un host non raggiungibile",
        "keine route zum zielrechner", "aucun chemin d'accès pour atteindre l'hôte",
        "nessun instradamento per l'host", "ehostunreach",
    )
    + _everywhere(
        "T-REF", ("host-firewall-out", "firewall-egress-process"), "as-mta-user",
        "sock&10013", "forbidden by its access permissions",
        "aufgrund der zugriffsrechte des sockets unzulässig",
        "manière interdite par ses autorisations d'accès",
        "non consentite dalle rispettive autorizzazioni", "eacces",
    )
    + _everywhere(
        "T-LOCAL", (), "", "sock&10055", "sock&10024", "emfile", "enobufs",
    )
    + _everywhere(
        "T-NX", (), "",
        "sock&11001", "no such host is known", "der angegebene host ist unbekannt",
        "es ist kein solcher host bekannt", "hôte inconnu", "host sconosciuto",
        "enotfound", "unknownhostexception",
    )
    + _everywhere(
        "T-DNS", (), "",
        "sock&11002", "temporary error during hostname resolution",
        "zeitweiliger fehler bei der auflösung",
        "erreur temporaire qui se produit durant la résolution",
        "errore temporaneo durante la risoluzione", "eai_again",
    )
    + _everywhere(
        "T-CERT", (), "",
        "remote certificate is invalid", "remotezertifikat ist",
        "certificat distant n'est pas valide", "certificato remoto non", "0x80090325",
        "pkix path building failed",
    )
    + _everywhere(
        "T-TLS", ("tls-too-old", "cipher-mismatch"), "read-log",
        "do not possess a common algorithm", "über einen gemeinsamen algorithmus",
        "ne possèdent pas un algorithme commun",
        "non dispongono di un algoritmo comune", "0x80090331",
    )
    + _everywhere(
        "T-TLS", ("implicit-tls-on-587", "starttls-garbage"), "show-config",
        "plaintext connection?", "0x80090308",
    )
)  # fmt: skip

_OUTLOOK: Tuple[Rule, ...] = (
    Rule("T-NX", ("0x800ccc0d",), "names", mta="outlook"),
    Rule("T-TMO", ("0x800ccc0e",), "tcp", _SILENT[:3] + _REFUSED[:3], mta="outlook"),
    Rule("T-LOST", ("0x800ccc0f",), "ehlo", mta="outlook"),
    Rule("T-DNS", ("0x800ccc13",), "names", mta="outlook"),
    Rule("T-TMO", ("0x800ccc19",), "tcp", mta="outlook"),
    Rule("T-TMO", ("0x80042109",), "tcp", _SILENT, mta="outlook"),
    Rule("T-TMO", ("0x8004210b",), "data", _SILENT[:3] + _STALL, mta="outlook"),
    Rule("T-TLS", ("0x800ccc1a",), "tls", mta="outlook"),
    Rule("T-NOTLS", ("0x800ccc7d",), "starttls", mta="outlook"),
    Rule("T-535", ("0x800ccc18",), "auth", mta="outlook"),
    Rule("T-535", ("0x800ccc92",), "auth", mta="outlook"),
    Rule("T-MECH", ("0x800ccc80",), "auth", mta="outlook"),
    Rule("T-RELAY", ("0x800ccc79",), "rcpt", mta="outlook"),
    Rule("T-SENDER", ("0x800ccc78",), "mail", (*GROUPS["T-RELAY"].causes,), "read-log"),
)
RULES = _EXCHANGE + _OUTLOOK + _SOCKETS
