"""Causes, reasons and next checks in German, the source of the other languages."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    # Settings and names
    "wrong-server": (
        "Ihr Server ist auf einen anderen Server eingestellt als auf unseren Outbound Scanner.",
        "Tragen Sie in Ihrem Mailserver den Namen des Outbound Scanners ein, wie er hier steht.",
    ),
    "wrong-server-typo": (
        "Der eingestellte Servername enthält einen Tippfehler.",
        "Korrigieren Sie in Ihrem Mailserver den Namen des Outbound Scanners.",
    ),
    "wrong-port": (
        "Ihr Server ist auf einen Port eingestellt, den unser Scanner nicht anbietet.",
        "Stellen Sie in Ihrem Mailserver einen Port ein, der hier als offen steht, mit STARTTLS; üblich ist 587.",
    ),
    "stale-ip-in-config": (
        "In Ihrem Mailserver steht eine IP-Adresse, die nicht mehr zu unserem Scanner gehört.",
        "Tragen Sie den Namen des Outbound Scanners ein statt einer IP-Adresse.",
    ),
    "dns-nxdomain": (
        "Der gefragte Nameserver kennt den Namen des Scanners nicht.",
        "Prüfen Sie auf diesem Nameserver eigene Zonen und Filterlisten; der Name muss wie im übrigen Internet aufgelöst werden.",
    ),
    "dns-servfail": (
        "Der gefragte Nameserver kann den Namen nicht auflösen und meldet einen Fehler.",
        "Starten Sie den Nameserver neu oder verwenden Sie einen anderen. Bleibt der Fehler, prüfen wir unsere Zone.",
    ),
    "dns-refused": (
        "Der gefragte Nameserver verweigert die Auskunft.",
        "Erlauben Sie diesem Server auf dem Nameserver die Abfrage oder stellen Sie einen anderen Nameserver ein.",
    ),
    "dns-server-dead": (
        "Der eingestellte Nameserver antwortet nicht.",
        "Setzen Sie den Nameserver in Gang oder stellen Sie einen anderen ein.",
    ),
    "dns-server-wrong": (
        "Die Adresse des eingestellten Nameservers stimmt nicht.",
        "Korrigieren Sie die Adresse des Nameservers in den Netzwerkeinstellungen.",
    ),
    "dns-hijack": (
        "Der Name wird zu einer Adresse aufgelöst, die nicht unsere ist.",
        "Entfernen Sie die Umleitung auf dem Nameserver oder stellen Sie einen anderen Nameserver ein.",
    ),
    "dns-slow": (
        "Die Namensauflösung dauert ungewöhnlich lange.",
        "Stellen Sie einen näheren Nameserver ein.",
    ),
    "dns-aaaa-timeout": (
        "Abfragen nach IPv6-Adressen bleiben ohne Antwort und verzögern jede Verbindung.",
        "Richten Sie die Firewall oder den Nameserver so ein, dass AAAA-Abfragen beantwortet werden.",
    ),
    "hosts-file-stale": (
        "Ein alter Eintrag in der Hosts-Datei zeigt auf eine falsche Adresse.",
        "Löschen Sie den Eintrag in der Hosts-Datei.",
    ),
    # Path
    "port25-blocked-drop": (
        "Port 25 ist auf dem Weg zum Scanner gesperrt, meist durch den Internetanbieter.",
        "Stellen Sie in Ihrem Mailserver den Port von 25 auf 587 um. Auf einem anderen Port kommt die Verbindung durch.",
    ),
    "port25-blocked-rst": (
        "Port 25 wird auf dem Weg zum Scanner abgewiesen, meist durch den Internetanbieter.",
        "Stellen Sie in Ihrem Mailserver den Port von 25 auf 587 um. Auf einem anderen Port kommt die Verbindung durch.",
    ),
    "port25-blocked-icmp": (
        "Ein Router auf dem Weg zum Scanner verbietet Port 25.",
        "Stellen Sie in Ihrem Mailserver den Port von 25 auf 587 um. Auf einem anderen Port kommt die Verbindung durch.",
    ),
    "isp-policy-554": (
        "Ein fremder Server antwortet an unserer Stelle und lehnt ab, meist jener des Internetanbieters.",
        "Stellen Sie in Ihrem Mailserver den Port von 25 auf 587 um.",
    ),
    "egress-firewall-all": (
        "Eine Firewall lässt keine Verbindungen zum Scanner hinaus.",
        "Geben Sie auf der Firewall ausgehende Verbindungen zu Port 587 frei.",
    ),
    "host-firewall-out": (
        "Die Firewall auf dem Server selbst sperrt ausgehende Verbindungen.",
        "Geben Sie auf diesem Server ausgehende Verbindungen zu den Ports 25 und 587 frei.",
    ),
    "portal-ip-filtered": (
        "Unsere Firewall sperrt die Adresse, von der die Verbindung kommt.",
        "Wir heben die Sperre auf. Melden Sie uns die öffentliche IP-Adresse Ihres Servers.",
    ),
    "return-path-asymmetric": (
        "Unsere Antworten finden den Weg zurück nicht.",
        "Ihr Internetanbieter muss den Rückweg in Ordnung bringen.",
    ),
    "no-internet": (
        "Der Server hat keine Verbindung ins Internet.",
        "Prüfen Sie die Internetleitung.",
    ),
    "no-default-route": (
        "Auf dem Server ist kein Standardgateway eingestellt.",
        "Tragen Sie das Standardgateway ein.",
    ),
    "link-down": (
        "Der Netzwerkanschluss des Servers ist nicht verbunden.",
        "Verbinden Sie das Netzwerkkabel oder den virtuellen Anschluss.",
    ),
    "gateway-wrong": (
        "Das eingestellte Gateway antwortet nicht.",
        "Korrigieren Sie die Adresse des Gateways.",
    ),
    "netmask-wrong": (
        "Die eingestellte Netzmaske stimmt nicht.",
        "Korrigieren Sie die Netzmaske.",
    ),
    "ipv6-broken": (
        "Über IPv6 kommt keine Verbindung zustande, über IPv4 schon.",
        "Bringen Sie IPv6 in Ordnung oder ziehen Sie im Mailserver IPv4 vor.",
    ),
    "ipv6-only-blocked": (
        "IPv6 wird auf dem Weg zum Scanner abgewiesen, IPv4 nicht.",
        "Geben Sie auf der Firewall auch IPv6 frei.",
    ),
    "scanner-down": (
        "Unser Outbound Scanner nimmt keine Verbindungen an.",
        "Wir setzen ihn wieder in Gang. Ihr Server versucht es von selbst weiter.",
    ),
    # Session
    "captive-portal": (
        "Statt des Mailservers antwortet die Anmeldeseite eines Netzes.",
        "Melden Sie den Server im Netz an oder lassen Sie ihn davon ausnehmen.",
    ),
    "rate-limited-421": (
        "Unser Scanner bremst, weil zu viele Verbindungen von derselben Adresse kommen.",
        "Warten Sie einige Minuten und senken Sie die Zahl gleichzeitiger Verbindungen. Reicht das nicht, erhöhen wir die Grenze.",
    ),
    "dnsbl-listed": (
        "Die öffentliche Adresse Ihres Servers steht auf einer Sperrliste.",
        "Lassen Sie die Adresse von der Liste nehmen; angemeldete Verbindungen nehmen wir trotzdem an.",
    ),
    "ptr-missing": (
        "Die öffentliche Adresse Ihres Servers hat keinen Namen (PTR-Eintrag).",
        "Lassen Sie beim Internetanbieter für die Adresse einen PTR-Eintrag setzen.",
    ),
    "ptr-mismatch": (
        "Der Name zur öffentlichen Adresse Ihres Servers führt nicht zu ihr zurück.",
        "Lassen Sie beim Internetanbieter den PTR-Eintrag und in Ihrer Zone den A-Eintrag auf denselben Namen setzen.",
    ),
    "greet-delay": (
        "Der Scanner lässt sich mit der Begrüssung mehr Zeit, als der Absender wartet.",
        "Wir verkürzen die Wartezeit auf Port 587.",
    ),
    "firewall-stall-banner": (
        "Ein Gerät auf dem Weg nimmt die Verbindung an, leitet sie aber nicht weiter.",
        "Schalten Sie auf der Firewall den SMTP-Proxy aus oder nehmen Sie unseren Scanner davon aus.",
    ),
    "firewall-rst-banner": (
        "Ein Gerät auf dem Weg bricht die Verbindung bei der Begrüssung ab.",
        "Schalten Sie auf der Firewall die Prüfung von SMTP für unseren Scanner aus.",
    ),
    "firewall-rst-clienthello": (
        "Ein Gerät auf dem Weg bricht die Verbindung ab, sobald die Verschlüsselung beginnt.",
        "Nehmen Sie unseren Scanner auf der Firewall von der TLS-Prüfung aus.",
    ),
    "firewall-stall-tls": (
        "Ein Gerät auf dem Weg hält die Verbindung an, sobald die Verschlüsselung beginnt.",
        "Nehmen Sie unseren Scanner auf der Firewall von der TLS-Prüfung aus.",
    ),
    "high-latency": (
        "Der Weg zum Scanner ist sehr langsam.",
        "Verlängern Sie in Ihrem Mailserver die Wartezeiten, oder lassen Sie die Leitung prüfen.",
    ),
    "mtu-blackhole": (
        "Grosse Datenpakete gehen unterwegs verloren.",
        "Lassen Sie auf der Firewall ICMP «fragmentation needed» durch oder begrenzen Sie die MSS.",
    ),
    "smtp-inspection-mask": (
        "Eine Firewall verändert die SMTP-Verbindung und verhindert so die Verschlüsselung.",
        "Schalten Sie auf der Firewall die SMTP-Prüfung aus (bei Cisco: «no inspect esmtp»).",
    ),
    "smtp-inspection-helo": (
        "Eine Firewall lässt nur altes SMTP zu und verhindert so die Verschlüsselung.",
        "Schalten Sie auf der Firewall die SMTP-Prüfung aus (bei Cisco: «no fixup protocol smtp 25»).",
    ),
    "transparent-proxy": (
        "Ein fremder Mailserver antwortet an unserer Stelle.",
        "Schalten Sie auf der Firewall den SMTP-Proxy aus oder verwenden Sie Port 587.",
    ),
    "starttls-off": (
        "Ihr Mailserver verschlüsselt die Verbindung nicht.",
        "Schalten Sie in Ihrem Mailserver STARTTLS ein; unser Scanner nimmt nur verschlüsselte Verbindungen an.",
    ),
    "starttls-stripped": (
        "Ein Gerät auf dem Weg entfernt das Angebot zur Verschlüsselung.",
        "Schalten Sie auf der Firewall oder in der Antivirus-Software die Prüfung von SMTP aus.",
    ),
    "starttls-refused-454": (
        "Die Verschlüsselung wird vorübergehend verweigert, vermutlich von einem Gerät auf dem Weg.",
        "Schalten Sie in der Antivirus-Software oder auf der Firewall die Prüfung ausgehender E-Mails aus.",
    ),
    "starttls-refused-502": (
        "Die Verschlüsselung wird angeboten und dann verweigert, vermutlich von einem Gerät auf dem Weg.",
        "Schalten Sie in der Antivirus-Software oder auf der Firewall die Prüfung ausgehender E-Mails aus.",
    ),
    "starttls-garbage": (
        "Nach STARTTLS kommt keine Verschlüsselung, sondern Klartext.",
        "Schalten Sie auf der Firewall die Prüfung von SMTP für unseren Scanner aus.",
    ),
    "implicit-tls-on-587": (
        "Ihr Mailserver beginnt die Verschlüsselung sofort statt mit STARTTLS.",
        "Wählen Sie in Ihrem Mailserver «STARTTLS» statt «SSL/TLS».",
    ),
    # Certificate
    "tls-intercept-av": (
        "Eine Antivirus-Software oder Firewall öffnet die verschlüsselte Verbindung.",
        "Nehmen Sie unseren Scanner dort von der Prüfung aus.",
    ),
    "tls-intercept-noauth": (
        "Ein Gerät auf dem Weg öffnet die verschlüsselte Verbindung und verhindert die Anmeldung.",
        "Nehmen Sie unseren Scanner in der Antivirus-Software oder auf der Firewall von der Prüfung aus.",
    ),
    "tls-intercept-plain": (
        "Ein Gerät auf dem Weg öffnet die Verbindung und schickt sie unverschlüsselt weiter.",
        "Nehmen Sie unseren Scanner in der Antivirus-Software oder auf der Firewall von der Prüfung aus.",
    ),
    "scanner-cert-expired": (
        "Das Zertifikat unseres Scanners ist abgelaufen.",
        "Wir erneuern es. Sie müssen nichts tun.",
    ),
    "scanner-cert-wrong-name": (
        "Das Zertifikat unseres Scanners gilt nicht für diesen Namen.",
        "Wir ersetzen es. Sie müssen nichts tun.",
    ),
    "scanner-cert-self-signed": (
        "Das Zertifikat unseres Scanners ist von keiner bekannten Stelle ausgestellt.",
        "Wir ersetzen es. Sie müssen nichts tun.",
    ),
    "scanner-cert-no-chain": (
        "Unser Scanner schickt sein Zwischenzertifikat nicht mit.",
        "Wir ergänzen es. Sie müssen nichts tun.",
    ),
    "ca-bundle-old": (
        "Die Liste der Zertifizierungsstellen auf dem Server ist veraltet.",
        "Aktualisieren Sie die Zertifizierungsstellen (Paket «ca-certificates» oder Windows Update).",
    ),
    "clock-skew": (
        "Die Uhr des Servers geht falsch, darum gilt das Zertifikat als ungültig.",
        "Stellen Sie die Uhr und richten Sie NTP ein.",
    ),
    "tls-too-old": (
        "Die beiden Seiten finden keine gemeinsame TLS-Version.",
        "Schalten Sie auf Ihrem Server TLS 1.2 oder neuer ein.",
    ),
    "cipher-mismatch": (
        "Die beiden Seiten finden kein gemeinsames Verschlüsselungsverfahren.",
        "Aktualisieren Sie auf Ihrem Server die Verschlüsselungsverfahren.",
    ),
    "scanner-tls-broken": (
        "Unser Scanner kann im Moment nicht verschlüsseln.",
        "Wir beheben das. Ihr Server versucht es von selbst weiter.",
    ),
    # Log-in
    "auth-password-wrong": (
        "Das Passwort stimmt nicht.",
        "Setzen Sie das Passwort neu und fügen Sie es ohne Leerzeichen ein.",
    ),
    "auth-password-space": (
        "Vor oder nach dem Passwort steht ein Leerzeichen.",
        "Geben Sie das Passwort ohne führende und abschliessende Leerzeichen ein.",
    ),
    "auth-password-special": (
        "Das Passwort enthält Zeichen, die beim Einfügen verändert werden.",
        "Setzen Sie ein Passwort nur aus Buchstaben und Ziffern.",
    ),
    "auth-user-wrong": (
        "Der Benutzername stimmt nicht.",
        "Verwenden Sie den Benutzernamen genau so, wie er im Portal steht.",
    ),
    "auth-user-domain": (
        "Der Benutzername ist mit der Domain dahinter falsch geschrieben.",
        "Verwenden Sie den Benutzernamen genau so, wie er im Portal steht, mit oder ohne @domain.",
    ),
    "auth-lockout": (
        "Zu viele falsche Anmeldungen: der Zugang ist für einige Minuten gesperrt.",
        "Korrigieren Sie das Passwort und warten Sie einige Minuten.",
    ),
    "account-disabled": (
        "Das Outbound-Konto ist gesperrt.",
        "Wir schalten das Konto wieder frei. Melden Sie sich bei uns.",
    ),
    "account-ip-bound": (
        "Das Outbound-Konto gilt nur für bestimmte Adressen.",
        "Melden Sie uns die öffentliche IP-Adresse Ihres Servers.",
    ),
    "sasl-mech-mismatch": (
        "Die beiden Seiten finden kein gemeinsames Anmeldeverfahren.",
        "Erlauben Sie in Ihrem Mailserver PLAIN oder LOGIN über TLS.",
    ),
    "scanner-auth-backend-down": (
        "Unser Scanner kann Anmeldungen im Moment nicht prüfen.",
        "Wir beheben das. Ihr Server versucht es von selbst weiter.",
    ),
}

REASONS: Dict[str, str] = {
    "host-differs": "Eingestellt ist «{host}», der Scanner heisst {names}.",
    "port-not-offered": "Eingestellt ist Port {port}, angeboten wird {ports}.",
    "unresolved": "Der Name {host} wird nicht aufgelöst ({error}).",
    "other-addresses": "Aufgelöst wird zu {addresses}, erwartet ist {expected}.",
    "aaaa-silent": "Auf die Frage nach AAAA kam keine Antwort, auf A schon.",
    "resolved-late": "Die Auflösung dauerte {seconds} s.",
    "silent": "Port {port} an {address} bleibt stumm.",
    "refused": "Port {port} an {address} wird nach {seconds} s abgewiesen ({error}).",
    "refused-untimed": "Port {port} an {address} wird abgewiesen ({error}).",
    "unresolved-without-gateway": "Eingetragen ist kein Standard-Gateway, und kein Nameserver antwortet.",
    "unsaid": "Port {port}: keine Verbindung; den Grund nennt das Programm nicht.",
    "open-beside": "Port {port} an derselben Adresse ist offen.",
    "open-beside-v4": "Über IPv4 ist Port {port} offen.",
    "unfinished": "Die Verbindung auf Port {port} kam in der Zeit nicht über «{stage}» hinaus.",
    "slow-connect": "Der Verbindungsaufbau dauerte {seconds} s.",
    "masked": "Begrüssung oder Angebote sind mit Sternen oder X überschrieben.",
    "foreign-greeting": "Die Begrüssung nennt «{host}», nicht unseren Scanner.",
    "not-offered-accepted": "STARTTLS wird nicht angeboten, aber angenommen.",
    "server-said-greeting": "Die Begrüssung auf Port {port} lautet «{code} {text}».",
    "server-said-ehlo": "Auf EHLO kam «{code} {text}».",
    "server-said-starttls": "Auf STARTTLS kam «{code} {text}».",
    "stage-broke-greeting": "Auf Port {port} kam keine Begrüssung ({error}).",
    "stage-broke-ehlo": "Nach EHLO brach die Verbindung ab ({error}).",
    "stage-broke-starttls": "Nach STARTTLS brach die Verbindung ab ({error}).",
    "handshake-broke": "Die Verschlüsselung auf Port {port} kam nicht zustande ({error}: {text}).",
    "small-pass": "Mit kleinen Paketen kommt die Verschlüsselung zustande.",
    "small-stall": "Auch mit kleinen Paketen kommt keine Verschlüsselung zustande.",
    "certificate-shown": "Gezeigt wurde ein Zertifikat von «{issuer}» für {names}, gültig bis {not_after}.",
    "pin-differs": "Das gezeigte Zertifikat ist nicht unseres.",
    "name-differs": "Der Name im Zertifikat passt nicht zum Server.",
    "mechanisms": "Angeboten wird {mechanisms}.",
    "broke-inside-tls": "Die Verbindung auf Port {port} brach nach der Verschlüsselung ab ({error}).",
    "no-auth-offered": "Nach der Verschlüsselung wird keine Anmeldung angeboten.",
    "login-refused": "Auf die Anmeldung kam «{code} {text}{error}».",
    "password-blank": "Das eingegebene Passwort hat ein Leerzeichen am Rand.",
    "username-odd": "Der eingegebene Benutzername enthält Leerzeichen oder ungewöhnliche Zeichen.",
    "no-link": "Keine Netzwerkkarte ist verbunden ({cards}).",
    "scanner-on-link": "Nach der Netzmaske liegt {address} im eigenen Netz {network}, dort antwortet niemand.",
    "gateway-silent": "Unter {gateway} antwortet im eigenen Netz niemand.",
    "gateway-off-link": "Der Gateway {gateway} liegt ausserhalb der eigenen Netze ({networks}).",
    "resolver-absent": "Unter {servers} ist niemand zu erreichen.",
    "resolver-there": "Das Gerät {servers} ist da, beantwortet aber keine Namensfragen.",
    "hosts-entry": "Die hosts-Datei nennt {addresses}.",
    "sent-again": "{count} Pakete mussten noch einmal gesendet werden.",
    "bulk-slow": "In 3 s kamen {taken} von {bytes} Bytes an ({speed} kbit/s).",
    "bulk-stalled": "Nach {taken} von {bytes} Bytes ging nichts mehr durch.",
    "round-trip-grew": "Zu Beginn dauerte ein Hin und Her {first} s, am Ende {last} s.",
    "second-silent": "Eine Verbindung zu Port {port} kam zustande, eine zweite gleich danach nicht.",
    "greeted-late": "Die Begrüssung kam erst nach {seconds} s.",
    "envelope-refused": "Nach der Anmeldung kam die Antwort «{code} {text}».",
    "way-open": "Bis {hop} kommen die Pakete an diesen Port durch.",
    "way-stops": "Pakete an Port {port} kommen nur bis {hop}, andere kommen weiter.",
    "portal-silent": "Auch unser Portal ist von dort nicht zu erreichen.",
    "refused-here": "Die Ablehnung kommt vom Server selbst.",
    "refused-at": "Die Ablehnung kommt von {hop}.",
    "clock-off": "Die Uhr des Servers weicht um {minutes} Minuten ab.",
    "clock-right": "Die Uhr des Servers stimmt.",
    "user-blocked": "Als Benutzer «{user}» öffnet sich Port {port} nicht ({error}), sonst schon.",
    "relay-none": "In den Einstellungen von {product} steht kein Relay-Server.",
    "set-starttls-off": "In den Einstellungen von {product} ist die Verschlüsselung ausgeschaltet.",
    "set-implicit-tls-on-587": "{product} verschlüsselt sofort, obwohl «{relay}» STARTTLS erwartet.",
    "set-tls-too-old": "In den Einstellungen von {product} sind nur alte TLS-Versionen erlaubt.",
    "set-auth-not-enabled": "In den Einstellungen von {product} ist die Anmeldung ausgeschaltet.",
    "set-auth-map-key-mismatch": "In der Passwortdatei steht kein Eintrag für «{relay}».",
    "set-sasl-plugin-missing": "Auf dem Server fehlt das SASL-Modul für PLAIN.",
    "set-sasl-noplaintext-default": "In den Einstellungen von {product} sind PLAIN und LOGIN verboten (noplaintext).",
    "set-sasl-mech-mismatch": "In den Einstellungen von {product} fehlen PLAIN und LOGIN unter den Anmeldeverfahren.",
}

NEXT_CHECKS: Dict[str, str] = {
    "compare-name": "Vergleichen Sie den Namen Zeichen für Zeichen mit jenem im Portal.",
    "ping-resolver": "Prüfen Sie mit «ping», ob der Nameserver erreichbar ist.",
    "ask-resolver": "Fragen Sie einen anderen Nameserver nach dem Namen (nslookup).",
    "count-syn": "Im Protokoll des Scanners nachsehen, ob die Verbindung ankommt.",
    "show-routes": "Zeigen Sie auf dem Server Adressen und Routen an.",
    "ping-gateway": "Prüfen Sie mit «ping», ob das Gateway antwortet.",
    "probe-elsewhere": "Dieselbe Prüfung von einer anderen Stelle aus laufen lassen.",
    "use-587": "Prüfen Sie Port 587.",
    "later": "In einigen Minuten nochmals prüfen.",
    "scanner-log": "Im Protokoll des Scanners nachsehen, warum er ablehnt.",
    "small-segments": "Die Verschlüsselung mit kleinen Paketen wiederholen.",
    "compare-clock": "Vergleichen Sie die Uhr des Servers mit der richtigen Zeit.",
    "compare-pin": "Vergleichen Sie den Fingerabdruck des Zertifikats mit unserem.",
    "near-miss": "Im Protokoll des Scanners nachsehen, warum die Anmeldung abgelehnt wurde.",
}
