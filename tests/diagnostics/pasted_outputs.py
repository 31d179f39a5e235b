"""Output of commands as systems of four languages print it.

Written by hand after what these systems are known to print and recorded from none: no
Windows, no macOS and no telnet ran here. What ran here stands in the test itself.
"""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """A paste and, for each evidence, check, subject, status and facts it must have."""

    name: str
    text: str
    expected: tuple[tuple[str, str, str, dict[str, object]], ...]


HOST = "smtp.cleanmail.example"
V4, V6 = "192.0.2.25", "2001:db8::25"

WINDOWS_TELNET = {
    "en": "Connecting To smtp.cleanmail.example...Could not open connection to the "
    "host, on port 587: Connect failed",
    "de": "Verbindungsaufbau zu smtp.cleanmail.example...Es konnte keine Verbindung "
    "mit dem Host hergestellt werden, auf Port 587: Verbinden fehlgeschlagen",
    "fr": "Connexion à smtp.cleanmail.example...Impossible d’ouvrir une connexion à "
    "l’hôte, sur le port 587: Échec lors de la connexion",
    "it": "Connessione a smtp.cleanmail.example...Impossibile aprire la connessione "
    "con l'host. sulla porta 587: Connessione non riuscita",
}

LINUX_REFUSED = {
    "en": "Connection refused",
    "de": "Verbindungsaufbau abgelehnt",
    "fr": "Connexion refusée",
    "it": "Connessione rifiutata",
}
LINUX_TIMED_OUT = {
    "en": "Connection timed out",
    "de": "Die Wartezeit für die Verbindung ist abgelaufen",
    "fr": "Connexion terminée par expiration du délai d'attente",
    "it": "Connessione scaduta",
}
LINUX_UNKNOWN = {
    "en": "Name or service not known",
    "de": "Der Name oder der Dienst ist nicht bekannt",
    "fr": "Nom ou service inconnu",
    "it": "Nome o servizio sconosciuto",
}
LINUX_NO_ROUTE = {
    "en": "No route to host",
    "de": "Keine Route zum Zielrechner",
    "fr": "Aucun chemin d'accès pour atteindre l'hôte cible",
    "it": "Nessun instradamento per l'host",
}

NSLOOKUP = {
    "en": ("Server:  fritz.box", "Non-authoritative answer:", "Name:  "),
    "de": ("Server:  fritz.box", "Nicht autorisierende Antwort:", "Name:  "),
    "fr": ("Serveur :   fritz.box", "Réponse ne faisant pas autorité :", "Nom :  "),
    "it": ("Server:  fritz.box", "Risposta da un server non autorevole:", "Nome:  "),
}
NSLOOKUP_MISSING = {
    "en": "*** fritz.box can't find smtp.cleanmail.example: Non-existent domain",
    "de": "*** smtp.cleanmail.example wurde von fritz.box nicht gefunden: "
    "Non-existent domain.",
    "fr": "*** fritz.box ne parvient pas à trouver smtp.cleanmail.example : "
    "Non-existent domain",
    "it": "*** fritz.box non è in grado di trovare smtp.cleanmail.example: "
    "Non-existent domain",
}
NSLOOKUP_SILENT = {
    "en": "*** Request to fritz.box timed-out",
    "de": "*** Zeitüberschreitung bei Anforderung an fritz.box.",
    "fr": "*** Le délai de la requête sur fritz.box est dépassé.",
    "it": "*** Tempo scaduto per la richiesta a fritz.box",
}

WARNINGS = {
    "en": "WARNING:",
    "de": "WARNUNG:",
    "fr": "AVERTISSEMENT :",
    "it": "AVVISO:",
}

PING = {
    "en": (
        f"Pinging {HOST} [{V4}] with 32 bytes of data:",
        f"Reply from {V4}: bytes=32 time=12ms TTL=56",
        "    Packets: Sent = 4, Received = 4, Lost = 0 (0% loss),",
        f"Ping request could not find host {HOST}. Please check the name.",
        "Request timed out.",
    ),
    "de": (
        f"Ping wird ausgeführt für {HOST} [{V4}] mit 32 Bytes Daten:",
        f"Antwort von {V4}: Bytes=32 Zeit=12ms TTL=56",
        "    (0% Verlust),",
        f'Ping-Anforderung konnte Host "{HOST}" nicht finden. Prüfen Sie ihn.',
        "Zeitüberschreitung der Anforderung.",
    ),
    "fr": (
        f"Envoi d’une requête 'ping' sur {HOST} [{V4}] avec 32 octets de données :",
        f"Réponse de {V4} : octets=32 temps=12 ms TTL=56",
        "    Paquets : envoyés = 4, reçus = 4, perdus = 0 (perte 0%),",
        f"La requête Ping n’a pas pu trouver l’hôte {HOST}. Vérifiez le nom.",
        "Délai d’attente de la demande dépassé.",
    ),
    "it": (
        f"Esecuzione di Ping {HOST} [{V4}] con 32 byte di dati:",
        f"Risposta da {V4}: byte=32 durata=12ms TTL=56",
        "    Pacchetti: Trasmessi = 4, Ricevuti = 4, Persi = 0 (0% persi),",
        f"Impossibile trovare l'host {HOST}. Verificare che il nome sia corretto.",
        "Richiesta scaduta.",
    ),
}


def _telnet() -> list[Sample]:
    made = []
    for language, text in WINDOWS_TELNET.items():
        subject = f"{HOST}:587"
        failed = ("tcp", subject, "failed", {"error": "unsaid", "port": 587})
        made.append(Sample(f"telnet-windows-{language}", text, (failed,)))
    errors = (
        ("refused", LINUX_REFUSED, "ECONNREFUSED"),
        ("silent", LINUX_TIMED_OUT, "timeout"),
        ("no-route", LINUX_NO_ROUTE, "EHOSTUNREACH"),
    )
    for word, texts, error in errors:
        for language, text in texts.items():
            paste = (
                f"root@mx:~# telnet {HOST} 25\nTrying {V4}...\n"
                f"telnet: Unable to connect to remote host: {text}\n"
            )
            failed = ("tcp", f"{HOST}:25/ipv4", "failed", {"error": error})
            made.append(Sample(f"telnet-{word}-{language}", paste, (failed,)))
    for language, text in LINUX_UNKNOWN.items():
        paste = f"$ telnet {HOST} 25\ntelnet: could not resolve {HOST}/25: {text}\n"
        failed = ("names", f"{HOST} @system", "failed", {"error": "EAI_NONAME"})
        made.append(Sample(f"telnet-unknown-{language}", paste, (failed,)))
    return made


def _nslookup() -> list[Sample]:
    made = []
    for language, (server, remark, name) in NSLOOKUP.items():
        head = f"C:\\>nslookup {HOST}\n{server}\nAddress:  192.168.178.1\n\n"
        found = f"{remark}\n{name}  {HOST}\nAddresses:  {V6}\n          {V4}\n"
        asked = f"{HOST} A @192.168.178.1", f"{HOST} AAAA @192.168.178.1"
        made += [
            Sample(
                f"nslookup-{language}",
                head + found,
                (
                    ("names", asked[0], "ok", {"addresses": [V4], "rcode": 0}),
                    ("names", asked[1], "ok", {"addresses": [V6], "rcode": 0}),
                ),
            ),
            Sample(
                f"nslookup-missing-{language}",
                head.partition("\n")[2] + NSLOOKUP_MISSING[language],
                (("names", asked[0], "failed", {"rcode": 3, "addresses": []}),),
            ),
            Sample(
                f"nslookup-silent-{language}",
                "DNS request timed out.\n    timeout was 2 seconds.\n"
                + head.replace(f"C:\\>nslookup {HOST}\n", "")
                + f"DNS request timed out.\n    timeout was 2 seconds.\n"
                f"{NSLOOKUP_SILENT[language]}\n",
                (("names", asked[0], "failed", {"error": "timeout"}),),
            ),
        ]
    return made


def _powershell() -> list[Sample]:
    made = []
    for language, warning in WARNINGS.items():
        paste = f"""PS C:\\Users\\Admin> tnc {HOST} -p 25
{warning} TCP connect to ({V4} : 25) failed
{warning} Ping to {V4} failed with status: TimedOut


ComputerName           : {HOST}
RemoteAddress          : {V4}
RemotePort             : 25
InterfaceAlias         : Ethernet0
SourceAddress          : 10.1.2.3
PingSucceeded          : False
PingReplyDetails (RTT) : 0 ms
TcpTestSucceeded       : False
"""
        expected = (
            ("names", f"{HOST} @system", "ok", {"addresses": [V4]}),
            ("tcp", f"{HOST}:25/ipv4", "failed", {"local_address": "10.1.2.3"}),
            ("ping", HOST, "failed", {"error": "timeout"}),
        )
        made.append(Sample(f"test-netconnection-{language}", paste, expected))
        unknown = (
            f"PS C:\\> Test-NetConnection -ComputerName {HOST} -Port 25\n"
            f"{warning} Name resolution of {HOST} failed\n\n\n"
            f"ComputerName   : {HOST}\nRemoteAddress  : \nInterfaceAlias : \n"
            "SourceAddress  : \nPingSucceeded  : False\n"
        )
        failed = ("names", f"{HOST} @system", "failed", {"error": "EAI_NONAME"})
        name = f"test-netconnection-unknown-{language}"
        made.append(Sample(name, unknown, (failed,)))
    return made


def _ping() -> list[Sample]:
    made = []
    for language, (head, answer, loss, unknown, silent) in PING.items():
        named = ("names", f"{HOST} @system", "ok", {"addresses": [V4]})
        ok = ("ping", HOST, "ok", {"seconds": 0.012, "loss_percent": 0})
        nothing = ("ping", HOST, "failed", {"error": "timeout", "loss_percent": 100})
        failed = ("names", f"{HOST} @system", "failed", {"error": "EAI_NONAME"})
        lost = loss.replace("(0%", "(100%").replace("perte 0%", "perte 100%")
        made += [
            Sample(f"ping-{language}", f"{head}\n{answer}\n{loss}\n", (named, ok)),
            Sample(
                f"ping-silent-{language}",
                f"{head}\n{silent}\n{silent}\n{lost}\n",
                (named, nothing),
            ),
            Sample(f"ping-unknown-{language}", unknown, (failed,)),
        ]
    return made


SAMPLES = [*_telnet(), *_nslookup(), *_powershell(), *_ping()]

IPCONFIG = {
    "en": """Windows IP Configuration

   Host Name . . . . . . . . . . . . : SRV-GEHEIM
   Primary Dns Suffix  . . . . . . . : muster.example

Ethernet adapter Ethernet0:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : vmxnet3 Ethernet Adapter
   Physical Address. . . . . . . . . : 00-50-56-AB-CD-EF
   DHCP Enabled. . . . . . . . . . . : No
   Autoconfiguration Enabled . . . . : Yes
   Link-local IPv6 Address . . . . . : fe80::1c4a:9b2f:5e7d:a1%12(Preferred)
   IPv4 Address. . . . . . . . . . . : 10.1.2.3(Preferred)
   Subnet Mask . . . . . . . . . . . : 255.255.255.0
   Default Gateway . . . . . . . . . : 10.1.2.1
   DHCP Server . . . . . . . . . . . : 10.1.2.9
   DNS Servers . . . . . . . . . . . : 10.1.2.53
                                       10.1.2.54
   NetBIOS over Tcpip. . . . . . . . : Enabled
""",
    "de": """Windows-IP-Konfiguration

   Hostname  . . . . . . . . . . . . : SRV-GEHEIM
   Primäres DNS-Suffix . . . . . . . : muster.example

Ethernet-Adapter Ethernet0:

   Verbindungsspezifisches DNS-Suffix:
   Beschreibung. . . . . . . . . . . : vmxnet3 Ethernet Adapter
   Physische Adresse . . . . . . . . : 00-50-56-AB-CD-EF
   DHCP aktiviert. . . . . . . . . . : Nein
   Autokonfiguration aktiviert . . . : Ja
   Verbindungslokale IPv6-Adresse  . : fe80::1c4a:9b2f:5e7d:a1%12(Bevorzugt)
   IPv4-Adresse  . . . . . . . . . . : 10.1.2.3(Bevorzugt)
   Subnetzmaske  . . . . . . . . . . : 255.255.255.0
   Standardgateway . . . . . . . . . : 10.1.2.1
   DHCP-Server . . . . . . . . . . . : 10.1.2.9
   DNS-Server  . . . . . . . . . . . : 10.1.2.53
                                       10.1.2.54
   NetBIOS über TCP/IP . . . . . . . : Aktiviert
""",
    "fr": """Configuration IP de Windows

   Nom de l'hôte . . . . . . . . . . : SRV-GEHEIM
   Suffixe DNS principal . . . . . . : muster.example

Carte Ethernet Ethernet0 :

   Suffixe DNS propre à la connexion. . . :
   Description. . . . . . . . . . . . . . : vmxnet3 Ethernet Adapter
   Adresse physique . . . . . . . . . . . : 00-50-56-AB-CD-EF
   DHCP activé. . . . . . . . . . . . . . : Non
   Configuration automatique activée. . . : Oui
   Adresse IPv6 de liaison locale. . . . .: fe80::1c4a:9b2f:5e7d:a1%12(préféré)
   Adresse IPv4. . . . . . . . . . . . . .: 10.1.2.3(préféré)
   Masque de sous-réseau. . . . . . . . . : 255.255.255.0
   Passerelle par défaut. . . . . . . . . : 10.1.2.1
   Serveur DHCP . . . . . . . . . . . . . : 10.1.2.9
   Serveurs DNS. . .  . . . . . . . . . . : 10.1.2.53
                                       10.1.2.54
   NetBIOS sur Tcpip. . . . . . . . . . . : Activé
""",
    "it": """Configurazione IP di Windows

   Nome host . . . . . . . . . . . . . . : SRV-GEHEIM
   Suffisso DNS primario . . . . . . . . : muster.example

Scheda Ethernet Ethernet0:

   Suffisso DNS specifico per connessione:
   Descrizione . . . . . . . . . . . . . : vmxnet3 Ethernet Adapter
   Indirizzo fisico. . . . . . . . . . . : 00-50-56-AB-CD-EF
   DHCP abilitato. . . . . . . . . . . . : No
   Configurazione automatica abilitata   : Sì
   Indirizzo IPv6 locale rispetto al collegamento . : fe80::1c4a:9b2f:5e7d:a1%12(Pref)
   Indirizzo IPv4. . . . . . . . . . . . : 10.1.2.3(Preferenziale)
   Subnet mask . . . . . . . . . . . . . : 255.255.255.0
   Gateway predefinito . . . . . . . . . : 10.1.2.1
   Server DHCP . . . . . . . . . . . . . : 10.1.2.9
   Server DNS . . . . . . . . . . . . .  : 10.1.2.53
                                           10.1.2.54
   NetBIOS su TCP/IP . . . . . . . . . . : Attivato
""",
}
UNPLUGGED = {
    "en": "Windows IP Configuration\n\nEthernet adapter LAN:\n\n"
    "   Media State . . . . . . . . . . . : Media disconnected\n",
    "de": "Windows-IP-Konfiguration\n\nEthernet-Adapter LAN:\n\n"
    "   Medienstatus. . . . . . . . . . . : Medium getrennt\n",
    "fr": "Configuration IP de Windows\n\nCarte Ethernet LAN :\n\n"
    "   Statut du média. . . . . . . . . . . . : Média déconnecté\n",
    "it": "Configurazione IP di Windows\n\nScheda Ethernet LAN:\n\n"
    "   Stato supporto. . . . . . . . . . . . : Supporto disconnesso\n",
}
# ifconfig of net-tools before 2.0 was translated.
OLD_IFCONFIG = {
    "en": "eth0      Link encap:Ethernet  HWaddr 00:50:56:ab:cd:ef\n"
    "          inet addr:10.1.2.3  Bcast:10.1.2.255  Mask:255.255.255.0\n"
    "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n",
    "de": "eth0      Link encap:Ethernet  Hardware Adresse 00:50:56:ab:cd:ef\n"
    "          inet Adresse:10.1.2.3  Bcast:10.1.2.255  Maske:255.255.255.0\n"
    "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metrik:1\n",
    "fr": "eth0      Link encap:Ethernet  HWaddr 00:50:56:ab:cd:ef\n"
    "          inet adr:10.1.2.3  Bcast:10.1.2.255  Masque:255.255.255.0\n"
    "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n",
    "it": "eth0      Link encap:Ethernet  HWaddr 00:50:56:ab:cd:ef\n"
    "          indirizzo inet:10.1.2.3  Bcast:10.1.2.255  Maschera:255.255.255.0\n"
    "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n",
}


def _network() -> list[Sample]:
    made = []
    for language, text in IPCONFIG.items():
        cards = {
            "gateways": ["10.1.2.1"],
            "name_servers": ["10.1.2.53", "10.1.2.54"],
            "on_link": ["10.1.2.0/24"],
            "usable": ["1"],
        }
        expected = (
            ("interfaces", "", "ok", cards),
            ("routes", "ipv4", "ok", {"gateways": ["10.1.2.1"]}),
        )
        made.append(Sample(f"ipconfig-{language}", text, expected))
        bare = "\n".join(
            line for line in text.splitlines() if "10.1.2.1" not in line[-9:]
        )
        alone = (("routes", "ipv4", "failed", {"gateways": [], "routes": 1}),)
        made.append(Sample(f"ipconfig-no-gateway-{language}", bare, alone))
    for language, text in UNPLUGGED.items():
        failed = (("interfaces", "", "failed", {"usable": []}),)
        made.append(Sample(f"ipconfig-unplugged-{language}", text, failed))
    for language, text in OLD_IFCONFIG.items():
        card = {"name": "eth0", "addresses": ["10.1.2.3/24"], "is_up": True}
        expected = (("interfaces", "", "ok", {"interfaces": [card]}),)
        made.append(Sample(f"ifconfig-old-{language}", text, expected))
    return made


SAMPLES += _network()

TRACERT = {
    "en": (
        f"Tracing route to {HOST} [{V4}]\nover a maximum of 30 hops:",
        "Request timed out.",
        "Trace complete.",
        "reports: Destination host unreachable.",
        f"Unable to resolve target system name {HOST}.",
    ),
    "de": (
        f"Routenverfolgung zu {HOST} [{V4}]\nüber maximal 30 Hops:",
        "Zeitüberschreitung der Anforderung.",
        "Ablaufverfolgung beendet.",
        "meldet: Zielhost nicht erreichbar.",
        f'Der Zielname "{HOST}" konnte nicht aufgelöst werden.',
    ),
    "fr": (
        f"Détermination de l'itinéraire vers {HOST} [{V4}]\navec un maximum de 30 :",
        "Délai d'attente de la demande dépassé.",
        "Itinéraire déterminé.",
        "rapports : Impossible de joindre l'hôte de destination.",
        f"Impossible de résoudre le nom du système cible {HOST}.",
    ),
    "it": (
        f"Traccia instradamento verso {HOST} [{V4}]\nsu un massimo di 30 hop:",
        "Richiesta scaduta.",
        "Traccia completata.",
        "rapporti: Host di destinazione non raggiungibile.",
        f"Impossibile risolvere il nome di sistema di destinazione {HOST}.",
    ),
}


def _trace() -> list[Sample]:
    made = []
    first = "  1    <1 ms    <1 ms     1 ms  fritz.box [192.168.178.1]"
    for language, (head, silent, end, report, unknown) in TRACERT.items():
        lines = [
            head,
            "",
            first,
            f"  2     *        *        *     {silent}",
            f"  3    12 ms    11 ms    13 ms  {HOST} [{V4}]",
            "",
            end,
        ]
        reached = ("path", HOST, "ok", {"is_reached": True, "last": V4})
        made.append(Sample(f"tracert-{language}", "\n".join(lines), (reached,)))
        lines[4] = f"  3  192.168.178.1  {report}"
        facts = {"is_reached": False, "error": "EHOSTUNREACH", "last": "192.168.178.1"}
        broken = ("path", HOST, "warning", facts)
        made.append(Sample(f"tracert-broken-{language}", "\n".join(lines), (broken,)))
        failed = ("names", f"{HOST} @system", "failed", {"error": "EAI_NONAME"})
        made.append(Sample(f"tracert-unknown-{language}", unknown, (failed,)))
    return [*made, *_unix_trace()]


def _unix_trace() -> list[Sample]:
    reached = (("path", HOST, "ok", {"is_reached": True}),)
    silent = (("path", HOST, "warning", {"is_reached": False, "last": "10.0.0.1"}),)
    unknown = (("path", HOST, "warning", {"is_reached": None, "last": V4}),)
    head = f"traceroute to {HOST} ({V4}), 30 hops max, 60 byte packets\n"
    return [
        Sample(
            "traceroute",
            f"{head} 1  gw (10.0.0.1)  0,512 ms  0,4 ms  0,3 ms\n 2  * * *\n"
            f" 3  {V4}  12.1 ms  11.9 ms  12 ms\n",
            reached,
        ),
        Sample(
            "traceroute-silent",
            f"$ traceroute -n {HOST}\n{head} 1  10.0.0.1  0.5 ms  0.4 ms  0.3 ms\n"
            " 2  * * *\n 3  * * *\n",
            silent,
        ),
        Sample(
            "traceroute-refused",
            f"{head} 1  10.0.0.1  3001.2 ms !H  3001.1 ms !H  3001.0 ms !H\n",
            (("path", HOST, "warning", {"error": "EHOSTUNREACH"}),),
        ),
        Sample(
            "mtr",
            f"$ mtr -n --report {HOST}\nStart: 2026-11-24T09:00:00+0100\n"
            "HOST: mx                 Loss%   Snt   Last   Avg  Best  Wrst StDev\n"
            "  1.|-- 10.0.0.1          0.0%    10    0.5   0.5   0.4   0.6   0.1\n"
            f"  2.|-- {V4}       20.0%    10   12.0  12.1  11.9  12.6   0.2\n",
            unknown,
        ),
        Sample(
            "tracepath",
            f"$ tracepath -n {HOST}\n 1?: [LOCALHOST]                      pmtu 1500\n"
            " 1:  10.0.0.1                                      0.456ms\n"
            " 2:  no reply\n"
            f" 3:  {V4}                                    12.345ms reached\n"
            "     Resume: pmtu 1500 hops 3 back 3\n",
            unknown,
        ),
    ]


def _swaks() -> list[Sample]:
    session = f"""=== Trying {HOST}:587...
=== Connected to {HOST}.
<-  220 {HOST} ESMTP
 -> EHLO mx.muster.example
<-  250-{HOST}
<-  250-SIZE 52428800
<-  250 STARTTLS
 -> STARTTLS
<-  220 2.0.0 Ready to start TLS
=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256
=== TLS no local certificate set
=== TLS peer DN="/CN={HOST}"
 ~> EHLO mx.muster.example
<~  250-{HOST}
<~  250 AUTH PLAIN LOGIN
 ~> AUTH LOGIN
<~  334 VXNlcm5hbWU6
 ~> YW5uYQ==
<~  334 UGFzc3dvcmQ6
 ~> Z2VoZWltLXdvcnQ=
<~* 535 5.7.8 Error: authentication failed
*** No authentication type succeeded
 ~> QUIT
<~  221 2.0.0 Bye
=== Connection closed with remote host.
"""
    subject = f"{HOST}:587"
    return [
        Sample(
            "swaks",
            session,
            (
                ("tcp", subject, "ok", {}),
                ("greeting", subject, "ok", {"is_ours": True}),
                ("ehlo", subject, "ok", {"size": "52428800"}),
                ("starttls", subject, "ok", {"offered": True, "code": 220}),
                ("ehlo_tls", subject, "ok", {"mechanisms": ["PLAIN", "LOGIN"]}),
                ("auth", subject, "failed", {"code": 535}),
                ("certificate", subject, "ok", {"version": "TLSv1.3"}),
            ),
        ),
        Sample(
            "swaks-refused",
            f"=== Trying {HOST}:25...\n*** Error connecting to {HOST}:25:\n"
            "*** \tIO::Socket::INET6: connect: Connection refused\n",
            (("tcp", f"{HOST}:25", "failed", {"error": "ECONNREFUSED"}),),
        ),
        Sample(
            "swaks-unknown",
            f"=== Trying {HOST}:25...\n*** Error connecting to {HOST}:25:\n"
            "*** \tIO::Socket::INET: Bad hostname 'smtp'\n",
            (("names", f"{HOST} @system", "failed", {"error": "EAI_NONAME"}),),
        ),
    ]


SAMPLES += [*_trace(), *_swaks()]
