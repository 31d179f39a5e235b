"""What only several ends together can name, in German."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "firewall-egress-process": (
        "Eine Firewall oder ein Virenschutz lässt das Mailprogramm nicht hinaus, andere Programme schon.",
        "Erlauben Sie dem Mailserver-Programm ausgehende Verbindungen auf Port 587.",
    ),
    "conn-limit-nat": (
        "Ein Gerät unterwegs lässt nur wenige Verbindungen gleichzeitig oder kurz nacheinander zu.",
        "Erhöhen Sie die Grenze auf der Firewall, oder lassen Sie den Mailserver weniger Verbindungen gleichzeitig öffnen.",
    ),
    "packet-loss": (
        "Auf der Leitung gehen Pakete verloren.",
        "Lassen Sie die Leitung vom Internetanbieter prüfen.",
    ),
    "slow-uplink": (
        "Die Leitung sendet so langsam, dass die Übertragung grosser Nachrichten abbricht.",
        "Begrenzen Sie die Grösse der Anhänge oder lassen Sie die Leitung prüfen.",
    ),
    "nat-session-short": (
        "Ein Gerät unterwegs kappt die Verbindung mitten in der Übertragung.",
        "Nehmen Sie unseren Scanner auf der Firewall von der Inhaltsprüfung aus und erhöhen Sie deren Zeitlimit.",
    ),
    "source-ip-changed": (
        "Ihr Server kommt von einer anderen öffentlichen Adresse als der gemeldeten.",
        "Melden Sie uns die Adresse, oder legen Sie den Weg ins Internet fest.",
    ),
    "resource-exhausted-local": (
        "Auf Ihrem Server ist der Speicherplatz oder eine andere Ressource erschöpft.",
        "Schaffen Sie Platz auf dem Datenträger oder erhöhen Sie die Grenze für offene Dateien.",
    ),
    "mx-lookup-instead-of-host": (
        "Ihr Mailserver sucht nach MX-Einträgen, statt den eingestellten Namen direkt zu verwenden.",
        "Setzen Sie den Namen des Outbound Scanners in eckige Klammern, oder schalten Sie die MX-Suche aus.",
    ),
    "not-using-scanner": (
        "Ihr Mailserver sendet am Outbound Scanner vorbei direkt ins Internet.",
        "Tragen Sie den Outbound Scanner als Smarthost ein (Exchange: Geltungsbereich des Sendeconnectors prüfen).",
    ),
    "queue-backoff": (
        "Die Verbindung geht wieder, aber Ihr Mailserver wartet noch bis zum nächsten Versuch.",
        "Lassen Sie die Warteschlange jetzt abarbeiten (Postfix: «postqueue -f»).",
    ),
    "auth-not-enabled": (
        "Ihr Mailserver meldet sich am Outbound Scanner nicht an.",
        "Schalten Sie die Anmeldung mit Benutzername und Passwort im Mailserver ein.",
    ),
    "auth-map-key-mismatch": (
        "Ihr Mailserver findet die Zugangsdaten nicht: ihr Eintrag gilt für einen anderen Servernamen.",
        "Der Schlüssel des Eintrags muss genau gleich lauten wie der eingestellte Relayhost, etwa «[host]:587».",
    ),
    "sasl-noplaintext-default": (
        "Ihr Mailserver lehnt Anmeldeverfahren mit Klartext auch innerhalb der Verschlüsselung ab.",
        "Erlauben Sie sie über TLS (Postfix: «smtp_sasl_tls_security_options = noanonymous»).",
    ),
    "sasl-plugin-missing": (
        "Auf Ihrem Mailserver fehlen die Module für die Anmeldung.",
        "Installieren Sie die SASL-Module (Debian: «libsasl2-modules»).",
    ),
    "client-cert-unusable": (
        "Ihr Mailserver kann sein eigenes Zertifikat nicht verwenden und bricht die Verschlüsselung ab.",
        "Weisen Sie dem SMTP-Dienst ein gültiges Zertifikat mit privatem Schlüssel zu.",
    ),
    "helo-invalid": (
        "Ihr Mailserver meldet sich mit einem Namen ohne Domain (HELO).",
        "Stellen Sie als HELO-Namen einen vollständigen Namen ein, etwa «mail.ihre-domain.ch».",
    ),
    "helo-unknown": (
        "Ihr Mailserver meldet sich mit einem Namen, den es im Internet nicht gibt (HELO).",
        "Stellen Sie als HELO-Namen einen Namen ein, der sich auflösen lässt.",
    ),
    "bare-lf": (
        "Eine Anwendung sendet Nachrichten mit falschen Zeilenenden.",
        "Aktualisieren Sie die sendende Anwendung: jede Zeile muss mit CR LF enden.",
    ),
    "early-talker": (
        "Ein Gerät sendet Befehle, bevor der Scanner gegrüsst hat.",
        "Aktualisieren Sie die Firmware des Geräts oder lassen Sie es über Ihren Mailserver senden.",
    ),
    "message-too-big": (
        "Die Nachricht ist grösser, als der Scanner annimmt.",
        "Senken Sie die erlaubte Grösse der Anhänge.",
    ),
    "recipient-limit": (
        "Ihr Server sendet in kurzer Zeit an mehr Empfänger, als erlaubt sind.",
        "Verteilen Sie den Versand auf eine längere Zeit.",
    ),
    "sender-not-allowed": (
        "Das Konto darf nicht mit dieser Absenderadresse senden.",
        "Melden Sie uns die Domain des Absenders, oder senden Sie mit einer Adresse Ihrer Domain.",
    ),
    "scanner-disk-full": (
        "Unser Scanner hat im Moment keinen Platz für neue Nachrichten.",
        "Wir schaffen Platz. Ihr Server versucht es von selbst weiter.",
    ),
    "downstream-reject": (
        "Der Scanner hat die Nachricht angenommen, der Server des Empfängers lehnt sie ab.",
        "Mit der Verbindung ist alles in Ordnung. Massgebend ist, was der Server des Empfängers schreibt.",
    ),
}

REASONS: Dict[str, str] = {
    "server-ok": "Vom Portal aus kommt die Verbindung durch.",
    "server-fails-too": "Auch vom Portal aus scheitert es an derselben Stelle.",
    "agent-ok": "Die Prüfung auf Ihrem Server kommt durch.",
    "text-fits": "Die Fehlermeldung Ihres Mailservers passt dazu{said}.",
    "text-names-host": "Die Fehlermeldung nennt «{host}», nicht unseren Scanner.",
    "log-nothing": "Im Protokoll unseres Scanners kommt keine Verbindung Ihres Mailservers an.",
    "log-connect-only": "Im Protokoll unseres Scanners endet die Sitzung vor dem ersten Befehl.",
    "log-helo": "Im Protokoll unseres Scanners steht HELO statt EHLO.",
    "log-ehlo-only": "Im Protokoll unseres Scanners endet die Sitzung nach EHLO, ohne STARTTLS.",
    "log-plain-mail": "Im Protokoll unseres Scanners sendet Ihr Mailserver, ohne STARTTLS zu verlangen.",
    "log-starttls-refused": "Im Protokoll unseres Scanners wird STARTTLS abgelehnt.",
    "log-tls-lost": "Im Protokoll unseres Scanners bricht die Verbindung während des Verschlüsselns ab.",
    "log-tls-error": "Im Protokoll unseres Scanners scheitert die Verschlüsselung ({text}).",
    "log-tls-quit": "Im Protokoll unseres Scanners legt Ihr Mailserver gleich nach der Verschlüsselung auf.",
    "log-no-auth-quit": "Im Protokoll unseres Scanners legt Ihr Mailserver auf, ohne sich anzumelden.",
    "log-no-auth-mail": "Im Protokoll unseres Scanners sendet Ihr Mailserver, ohne sich anzumelden.",
    "log-auth-failed": "Im Protokoll unseres Scanners wird die Anmeldung abgelehnt ({reason}).",
    "log-auth-temporary": "Im Protokoll unseres Scanners kann die Anmeldung nicht geprüft werden.",
    "log-rejected": "Im Protokoll unseres Scanners steht die Ablehnung «{code} {text}».",
    "log-data-refused": "Im Protokoll unseres Scanners wird der Inhalt der Nachricht nicht angenommen.",
    "log-data-lost": "Im Protokoll unseres Scanners bricht die Übertragung der Nachricht ab.",
    "log-auth-only": "Im Protokoll unseres Scanners meldet sich Ihr Mailserver an und sendet dann nichts.",
    "log-own-in-clear": "Die Prüfung war verschlüsselt, im Protokoll unseres Scanners kam sie unverschlüsselt an.",
    "log-sent": "Im Protokoll unseres Scanners wird Mail Ihres Servers angenommen.",
    "slip-blank": "Mit einem Leerzeichen weniger hätte die Anmeldung gestimmt.",
    "slip-case": "In anderer Gross- und Kleinschreibung hätte die Anmeldung gestimmt.",
    "slip-domain-added": "Ohne @domain hätte die Anmeldung gestimmt.",
    "slip-domain-missing": "Mit @domain hätte die Anmeldung gestimmt.",
    "slip-cut": "Das Passwort kommt abgeschnitten an, meist an einem Sonderzeichen.",
    "slip-encoding": "Das Passwort kommt in einer anderen Zeichenkodierung an.",
    "slip-quotes": "Um das Passwort stehen Anführungszeichen zu viel.",
    "slip-html": "Im Passwort sind Zeichen durch HTML-Schreibweisen ersetzt.",
}

NEXT_CHECKS: Dict[str, str] = {
    "paste-error": "Fügen Sie die genaue Fehlermeldung Ihres Mailservers ein.",
    "run-agent": "Führen Sie die Prüfung auf Ihrem Mailserver selbst aus.",
    "probe-portal": "Starten Sie die Prüfung vom Portal aus.",
    "read-log": "Im Protokoll des Scanners nachsehen, wie weit die Sitzung Ihres Mailservers kommt.",
    "show-config": "Zeigen Sie die Relay-Einstellungen Ihres Mailservers an (Relayhost, Anmeldung, Schlüssel der Passwortdatei).",
    "as-mta-user": "Wiederholen Sie die Prüfung als Benutzer des Mailservers (--mta-user), und öffnen Sie mehrere Verbindungen nacheinander.",
    "own-certificate": "Sehen Sie im Sendeprotokoll Ihres Mailservers nach, ob sein eigenes Zertifikat fehlt.",
    "send-again": "Senden Sie eine Nachricht neu, und sehen Sie nach, ob sie ankommt.",
    "account-state": "Stand des Kontos und erlaubte Adressen im Portal ansehen.",
}
