"""Lines that mail servers write, made up after the formats of the catalogue's part c.

Each with the group it belongs to, the likeliest cause, and the codes to be read.
"""

from __future__ import annotations

from typing import NamedTuple

HOST = "out.scanner.example[198.51.100.7]"
POSTFIX = "Nov 24 08:41:07 mx1 postfix/smtp[2211]: 4XbHqq5: to=<who@away.example>, "
DEFERRED = POSTFIX + "relay=none, delay=3, delays=0/0/3/0, dsn=4.4.1, status=deferred "
SAID = POSTFIX + f"relay={HOST}:587, dsn=5.0.0, status=bounced (host {HOST} said: "
EXIM = "2026-11-24 08:41:07 1tEx-0001-4 == who@away.example R=smarthost T=remote_smtp "
EXCHANGE = "2026-11-24T08:41:07.123Z,Out,08DD,3,192.0.2.5:4711,198.51.100.7:25,*,,"


class Said(NamedTuple):
    """A text, and what is to be read in it."""

    text: str
    group: str
    first: str
    reply: int | None = None
    enhanced: str = ""
    row: str = ""


def _row(number: int | str, text: str, group: str, first: str, *codes) -> Said:
    return Said(text, group, first, *codes, row=str(number))


LINES = [
    _row(1, DEFERRED + "(unable to look up host out.scanner.example: Temporary "
         "failure in name resolution)", "T-DNS", "dns-server-dead"),
    _row(2, DEFERRED + "(unable to look up host uot.scanner.example: Name or service "
         "not known)", "T-NX", "wrong-server-typo"),
    _row("2-domain", DEFERRED + "(unable to look up host scanner.example: Name or "
         "service not known)", "T-NX", "mx-lookup-instead-of-host"),
    _row(3, DEFERRED + "(Host or domain name not found. Name service error for "
         "name=scanner.example type=MX: Host not found)", "T-NX",
         "mx-lookup-instead-of-host"),
    _row("3-recipient", DEFERRED + "(Host or domain name not found. Name service error "
         "for name=away.example type=MX: Host not found)", "T-NX", "not-using-scanner"),
    _row(4, DEFERRED + f"(connect to {HOST}:25: Connection timed out)", "T-TMO",
         "port25-blocked-drop"),
    _row(5, DEFERRED + f"(connect to {HOST}:587: Connection timed out)", "T-TMO",
         "egress-firewall-all"),
    _row(6, DEFERRED + f"(connect to {HOST}:25: Connection refused)", "T-REF",
         "port25-blocked-rst"),
    _row("6-port", DEFERRED + f"(connect to {HOST}:2626: Connection refused)", "T-REF",
         "wrong-port"),
    _row("6-587", DEFERRED + f"(connect to {HOST}:587: Connection refused)", "T-REF",
         "scanner-down"),
    _row(7, DEFERRED + f"(connect to {HOST}:25: No route to host)", "T-HOST",
         "port25-blocked-icmp"),
    _row(8, DEFERRED + "(connect to out.scanner.example[2001:db8::7]:587: Network is "
         "unreachable)", "T-V6", "ipv6-broken"),
    _row(9, DEFERRED + f"(host {HOST} refused to talk to me: 421 4.7.0 "
         "out.scanner.example Error: too many connections from 192.0.2.5)", "T-421",
         "rate-limited-421", 421, "4.7.0"),
    _row(10, DEFERRED + f"(host {HOST} refused to talk to me: 554 5.7.1 Not from "
         "here)", "T-554G", "isp-policy-554", 554, "5.7.1"),
    _row(11, DEFERRED + f"(conversation with {HOST} timed out while receiving the "
         "initial server greeting)", "T-GREET", "firewall-stall-banner"),
    _row(12, DEFERRED + f"(lost connection with {HOST} while receiving the initial "
         "server greeting)", "T-LOST", "firewall-rst-banner"),
    _row(13, DEFERRED + f"(lost connection with {HOST} while performing the EHLO "
         "handshake)", "T-LOST", "firewall-rst-banner"),
    _row(14, DEFERRED + f"(conversation with {HOST} timed out while performing the "
         "EHLO handshake)", "T-LOST", "auth-lockout"),
    _row(15, DEFERRED + f"(TLS is required, but was not offered by host {HOST})",
         "T-NOTLS", "starttls-stripped"),
    _row(16, DEFERRED + f"(TLS is required, but host {HOST} refused to start TLS: 454 "
         "4.7.0 TLS not available)", "T-REFTLS", "starttls-refused-454", 454, "4.7.0"),
    _row(17, DEFERRED + "(Cannot start TLS: handshake failure)", "T-TLS",
         "mtu-blackhole"),
    _row(18, f"SSL_connect error to {HOST}:587: Connection timed out\n" + DEFERRED
         + "(Cannot start TLS: handshake failure)", "T-TLS", "mtu-blackhole"),
    _row(19, f"SSL_connect error to {HOST}:587: Connection reset by peer\n" + DEFERRED
         + "(Cannot start TLS: handshake failure)", "T-TLS",
         "firewall-rst-clienthello"),
    _row(20, "warning: TLS library problem: error:0A00010B:SSL routines::wrong version "
         "number:../ssl/record/ssl3_record.c:354:", "T-TLS", "starttls-garbage"),
    _row(21, "warning: TLS library problem: error:0A00042E:SSL routines::tlsv1 alert "
         "protocol version:../ssl/record/rec_layer_s3.c:1601:SSL alert number 70:\n"
         + DEFERRED + "(Cannot start TLS: handshake failure)", "T-TLS", "tls-too-old"),
    _row(22, "warning: TLS library problem: error:0A000410:SSL routines::sslv3 alert "
         "handshake failure:../ssl/record/rec_layer_s3.c:1601:SSL alert number 40:",
         "T-TLS", "cipher-mismatch"),
    _row(23, f"certificate verification failed for {HOST}:587: untrusted issuer "
         "/O=Avast/CN=Avast Mail Scanner Root", "T-CERT", "ca-bundle-old"),
    _row(24, DEFERRED + "(Server certificate not verified)", "T-CERT",
         "tls-intercept-av"),
    _row(25, DEFERRED + f"(SASL authentication failed; server {HOST} said: 535 5.7.8 "
         "Error: authentication failed: (reason unavailable))", "T-535",
         "auth-password-wrong", 535, "5.7.8"),
    _row(26, DEFERRED + f"(SASL authentication failed; server {HOST} said: 450 4.7.1 "
         "Error: too many AUTH commands from 192.0.2.5)", "T-LOCK", "auth-lockout",
         450, "4.7.1"),
    _row(27, f"warning: {HOST}:587 offered no supported AUTH mechanisms: 'PLAIN'\n"
         + DEFERRED + f"(SASL authentication failed: server {HOST} offered no "
         "compatible authentication mechanisms for this type of connection security)",
         "T-MECH", "sasl-mech-mismatch"),
    _row(28, "warning: SASL authentication failure: No worthy mechs found\n" + DEFERRED
         + f"(SASL authentication failed; cannot authenticate to server {HOST}: no "
         "mechanism available)", "T-WORTHY", "sasl-noplaintext-default"),
    _row(29, SAID + "530 5.7.0 Must issue a STARTTLS command first (in reply to MAIL "
         "FROM command))", "T-530", "starttls-off", 530, "5.7.0"),
    _row(30, SAID + "554 5.7.1 <who@away.example>: Relay access denied (in reply to "
         "RCPT TO command))", "T-RELAY", "auth-not-enabled", 554, "5.7.1"),
    _row(31, SAID + "553 5.7.1 <me@here.example>: Sender address rejected: not owned "
         "by user some-account (in reply to RCPT TO command))", "T-SENDER",
         "sender-not-allowed", 553, "5.7.1"),
    _row(32, SAID + "504 5.5.2 <MAILSRV>: Helo command rejected: need fully-qualified "
         "hostname (in reply to RCPT TO command))", "T-HELO", "helo-invalid", 504,
         "5.5.2"),
    _row("32-unknown", SAID + "450 4.7.1 <srv.local>: Helo command rejected: Host not "
         "found (in reply to RCPT TO command))", "T-HELO", "helo-unknown", 450,
         "4.7.1"),
    _row(33, SAID + "450 4.7.1 Client host rejected: cannot find your reverse "
         "hostname, [192.0.2.5])", "T-PTR", "ptr-missing", 450, "4.7.1"),
    _row("33-mismatch", SAID + "450 4.7.25 Client host rejected: cannot find your "
         "hostname, [192.0.2.5])", "T-PTR", "ptr-mismatch", 450, "4.7.25"),
    _row(34, SAID + "554 5.7.1 Service unavailable; Client host [192.0.2.5] blocked "
         "using bl.lists.example)", "T-DNSBL", "dnsbl-listed", 554, "5.7.1"),
    _row(35, DEFERRED + f"(message size 31457280 exceeds size limit 26214400 of "
         f"server {HOST})", "T-SIZE", "message-too-big"),
    _row("35-reply", SAID + "552 5.3.4 Error: message file too big (in reply to end of "
         "DATA command))", "T-SIZE", "message-too-big", 552, "5.3.4"),
    _row(36, DEFERRED + f"(conversation with {HOST} timed out while sending end of "
         "data -- message may be sent more than once)", "T-BODY", "mtu-blackhole"),
    _row(37, SAID + "452 4.3.1 Insufficient system storage (in reply to MAIL FROM "
         "command))", "T-452", "scanner-disk-full", 452, "4.3.1"),
    _row(38, SAID + "550 5.5.2 out.scanner.example Error: bare <LF> received (in reply "
         "to end of DATA command))", "T-LF", "bare-lf", 550, "5.5.2"),
    _row(39, "554 5.5.0 Error: SMTP protocol synchronization", "T-SYNC",
         "early-talker", 554, "5.5.0"),
    _row("39-exim", "554 SMTP synchronization error", "T-SYNC", "early-talker", 554),
    _row(40, EXIM + 'defer (-32): lookup of host "uot.scanner.example" failed in '
         "smarthost router", "T-NX", "wrong-server-typo"),
    _row(41, EXIM + "defer (-36): host lookup for out.scanner.example did not complete "
         "(DNS timeout?)", "T-DNS", "dns-server-dead"),
    _row(42, EXIM + "defer (110): Connection timed out H=out.scanner.example "
         "[198.51.100.7]: SMTP timeout after initial connection: Connection timed out",
         "T-TMO", "egress-firewall-all"),
    _row(43, EXIM + "defer (111): out.scanner.example [198.51.100.7] Connection "
         "refused", "T-REF", "scanner-down"),
    _row("43-route", EXIM + "defer (113): out.scanner.example [198.51.100.7] No route "
         "to host", "T-HOST", "hosts-file-stale"),
    _row(44, EXIM + "defer (-38) H=out.scanner.example [198.51.100.7]: a TLS session "
         "is required, but the server did not offer TLS support", "T-NOTLS",
         "starttls-stripped"),
    _row(45, EXIM + "defer (-38) H=out.scanner.example [198.51.100.7]: a TLS session "
         "is required, but an attempt to start TLS failed", "T-REFTLS",
         "starttls-refused-454"),
    _row(46, EXIM + "defer (-37) H=out.scanner.example [198.51.100.7]: TLS session: "
         "(gnutls_handshake): timed out", "T-TLS", "mtu-blackhole"),
    _row(47, EXIM + "defer (-37) H=out.scanner.example [198.51.100.7]: TLS session: "
         "(gnutls_handshake): Error in the pull function.", "T-TLS",
         "firewall-rst-clienthello"),
    _row("47-plain", EXIM + "defer (-37): TLS session: (gnutls_handshake): An "
         "unexpected TLS packet was received.", "T-TLS", "starttls-garbage"),
    _row(48, EXIM + "defer (-37): TLS session: (certificate verification failed): "
         "certificate invalid", "T-CERT", "tls-intercept-av"),
    _row("48-openssl", 'SSL verify error: certificate name mismatch: DN="/CN=mx" '
         'H="out.scanner.example"', "T-CERT", "scanner-cert-wrong-name"),
    _row(49, EXIM + "defer (-42): plain authenticator failed H=out.scanner.example "
         "[198.51.100.7] 535 Incorrect authentication data", "T-535",
         "auth-password-wrong", 535),
    _row("49-only", EXIM + "defer (-42): authentication required but authentication "
         "attempt(s) failed", "T-535", "auth-password-wrong"),
    _row(50, EXIM + "defer (-42): authentication required but server did not advertise "
         "AUTH support", "T-MECH", "wrong-server"),
    _row(51, EXIM + "defer (-19): Malformed SMTP reply in response to initial "
         "connection: HTTP/1.1 302 Found", "T-MALF", "captive-portal"),
    _row(52, EXIM + "defer (-18): Remote host closed connection in response to EHLO "
         "mx1.here.example", "T-LOST", "firewall-rst-banner"),
    _row(53, EXIM + "SMTP error from remote mail server after RCPT TO:<a@b.example>: "
         "550 relay not permitted", "T-RELAY", "auth-not-enabled", 550),
    _row(54, '451 4.4.0 Primary target IP address responded with: "421 4.2.1 Unable '
         'to connect." Attempted failover to alternate host, but that did not succeed.',
         "T-XCH", "egress-firewall-all", 421, "4.2.1"),
    _row(55, EXCHANGE + "TLS negotiation failed with error NoCredentials", "T-XCH",
         "client-cert-unusable"),
    _row("55-timeout", '451 4.4.0 Primary target IP address responded with: "421 4.4.1 '
         'Connection timed out." Attempted failover to alternate host', "T-TMO",
         "port25-blocked-drop", 421, "4.4.1"),
    _row("55-socket", EXCHANGE + "TLS negotiation failed with error SocketError",
         "T-XCH", "tls-too-old"),
    _row(56, "[{LED=451 4.4.397 Error communicating with target host. -> 421 4.4.2 "
         "Connection dropped due to TimedOut};{MSG=};{FQDN=out.scanner.example}]",
         "T-XCH", "mtu-blackhole", 421, "4.4.2"),
    _row(57, "421 4.4.2 Connection dropped due to SocketError", "T-XCH", "tls-too-old",
         421, "4.4.2"),
    _row(58, '451 4.4.0 Primary target IP address responded with: "451 5.7.3 Require '
         'basic authentication."', "T-XCH", "starttls-off", 451, "5.7.3"),
    _row(59, "451 4.4.395 Target host responded with error. -> 451 5.7.3 Cannot "
         "achieve Exchange Server authentication", "T-XCH", "sasl-mech-mismatch", 451,
         "5.7.3"),
    _row(60, "Send connector To-Scanner couldn't connect to remote domain x.example. "
         "The send connector requires Transport Layer Security (TLS) authentication, "
         "but is unable to establish TLS with the receiving server", "T-NOTLS",
         "starttls-stripped"),
    _row(61, "441 4.4.1 Error encountered while communicating with primary target IP "
         'address: "Failed to connect. Winsock error code: 10060, Win32 error code: '
         '10060." Last endpoint attempted was 198.51.100.7:25', "T-TMO",
         "port25-blocked-drop", 441, "4.4.1"),
    _row("61-refused", "441 4.4.1 Error encountered while communicating with primary "
         'target IP address: "Failed to connect. Winsock error code: 10061." Last '
         "endpoint attempted was 198.51.100.7:587", "T-REF", "scanner-down", 441,
         "4.4.1"),
    _row(62, "450 4.4.312 DNS query failed", "T-DNS", "dns-server-dead", 450,
         "4.4.312"),
    _row("62-refused", "450 4.4.316 Connection refused [Message=Socket error code "
         "10061]", "T-REF", "port25-blocked-rst", 450, "4.4.316"),
    _row(63, "530 5.7.57 Client was not authenticated to send anonymous mail",
         "T-RELAY", "auth-not-enabled", 530, "5.7.57"),
    _row(64, "sendmail[99]: qid: to=<a@b.example>, relay=out.scanner.example., "
         "dsn=4.0.0, stat=Deferred: Connection timed out with out.scanner.example.",
         "T-TMO", "egress-firewall-all"),
    _row("64-refused", "sendmail[99]: qid: stat=Deferred: Connection refused by "
         "out.scanner.example.", "T-REF", "scanner-down"),
    _row(65, "403 4.7.0 TLS handshake failed.", "T-TLS", "mtu-blackhole", 403,
         "4.7.0"),
    _row("65-error", "STARTTLS=client, error: connect failed=-1, SSL_error=5", "T-TLS",
         "mtu-blackhole"),
    _row(66, "AUTH=client, available mechanisms do not fulfill requirements", "T-MECH",
         "sasl-mech-mismatch"),
    _row(67, "stat=Host unknown (Name server: uot.scanner.example.: host not found)",
         "T-NX", "wrong-server-typo"),
    _row(68, "Attempting SMTP connection to 198.51.100.7:587\nWinsock Error 10060",
         "T-TMO", "egress-firewall-all"),
    _row("68-refused", "Attempting SMTP connection to 198.51.100.7:25\nWinsock Error "
         "10061", "T-REF", "port25-blocked-rst"),
    _row("68-reset", "Winsock Error 10054", "T-LOST", "firewall-rst-clienthello"),
    _row(69, "Socket Error: 10060, Error Number: 0x800CCC0E", "T-TMO",
         "port25-blocked-drop"),
    _row("69-login", "Server Response: '535 5.7.8 no', Error Number: 0x800CCC18",
         "T-535", "auth-password-wrong", 535, "5.7.8"),
    _row("69-host", "Der Host konnte nicht gefunden werden, Fehler 0x800CCC0D", "T-NX",
         "wrong-server-typo"),
    _row("69-tls", "Fehlernummer: 0x800CCC1A", "T-TLS", "mtu-blackhole"),
    _row(70, "SASL LOGIN authentication failed: UGFzc3dvcmQ6", "T-535",
         "auth-password-wrong"),
    _row(71, "postfix/smtpd[1]: SSL_accept error from mx1.here.example[192.0.2.5]: "
         "lost connection", "T-TLS", "mtu-blackhole"),
    _row(72, "postfix/smtpd[1]: lost connection after CONNECT from mx1[192.0.2.5]",
         "T-LOST", "implicit-tls-on-587"),
    _row(73, "postfix/smtpd[1]: disconnect from mx1.here.example[192.0.2.5] helo=1 "
         "quit=1 commands=2", "T-NOTLS", "smtp-inspection-mask"),
    _row(74, "postfix/smtpd[1]: disconnect from mx1.here.example[192.0.2.5] ehlo=1 "
         "quit=1 commands=2", "T-NOTLS", "starttls-stripped"),
    _row(75, "postfix/smtpd[1]: disconnect from mx1.here.example[192.0.2.5] ehlo=2 "
         "starttls=1 quit=1 commands=4", "T-MECH", "sasl-mech-mismatch"),
    _row(76, "postfix/smtpd[1]: disconnect from mx1.here.example[192.0.2.5] ehlo=1 "
         "starttls=1 quit=1 commands=3", "T-CERT", "tls-intercept-av"),
]  # fmt: skip

# The same refusal and the same silence, as Windows words them in four languages.
WINDOWS = [
    ("T-TMO", (
        ("A connection attempt failed because the connected party did not properly "
        "respond after a period of time"),
        ("Ein Verbindungsversuch ist fehlgeschlagen, da die Gegenstelle nach einer "
        "bestimmten Zeitspanne nicht richtig reagiert hat"),
        ("Une tentative de connexion a échoué car le parti connecté n’a pas répondu "
        "convenablement au-delà d’une certaine durée"),
        ("Impossibile stabilire la connessione. Risposta non corretta della parte "
        "connessa dopo l’intervallo di tempo"),
    )),
    ("T-REF", (
        "No connection could be made because the target machine actively refused it",
        ("Es konnte keine Verbindung hergestellt werden, da der Zielcomputer die "
        "Verbindung verweigerte"),
        ("Aucune connexion n’a pu être établie car l’ordinateur cible l’a expressément "
        "refusée"),
        ("Impossibile stabilire la connessione. Rifiuto persistente del computer di "
        "destinazione."),
    )),
    ("T-LOST", (
        "An existing connection was forcibly closed by the remote host",
        "Eine vorhandene Verbindung wurde vom Remotehost geschlossen",
        "Une connexion existante a dû être fermée par l’hôte distant",
        "Connessione in corso interrotta forzatamente dall’host remoto",
    )),
    ("T-NX", (
        "No such host is known", "Der angegebene Host ist unbekannt", "Hôte inconnu",
        "Host sconosciuto",
    )),
    ("T-CERT", (
        "The remote certificate is invalid according to the validation procedure",
        "Das Remotezertifikat ist laut Validierungsverfahren ungültig",
        "Le certificat distant n’est pas valide selon la procédure de validation",
        "Il certificato remoto non è stato ritenuto valido dalla procedura",
    )),
]  # fmt: skip
