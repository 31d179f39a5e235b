"""Causes, reasons and next checks in Italian."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "wrong-server": (
        "Il Suo server è impostato su un server diverso dal nostro scanner in uscita.",
        "Inserisca nel Suo server di posta il nome dello scanner in uscita come indicato qui.",
    ),
    "wrong-server-typo": (
        "Il nome del server impostato contiene un errore di battitura.",
        "Corregga nel Suo server di posta il nome dello scanner in uscita.",
    ),
    "wrong-port": (
        "Il Suo server è impostato su una porta che il nostro scanner non offre.",
        "Imposti nel Suo server di posta una porta che qui risulta aperta, con STARTTLS; di solito la 587.",
    ),
    "stale-ip-in-config": (
        "Nel Suo server di posta c'è un indirizzo IP che non appartiene più al nostro scanner.",
        "Inserisca il nome dello scanner in uscita invece di un indirizzo IP.",
    ),
    "dns-nxdomain": (
        "Il server dei nomi interrogato non conosce il nome dello scanner.",
        "Controlli su quel server dei nomi le zone locali e gli elenchi di filtro; il nome deve essere risolto come nel resto di Internet.",
    ),
    "dns-servfail": (
        "Il server dei nomi interrogato non riesce a risolvere il nome e segnala un errore.",
        "Riavvii il server dei nomi o ne usi un altro. Se l'errore rimane, controlliamo la nostra zona.",
    ),
    "dns-refused": (
        "Il server dei nomi interrogato rifiuta di rispondere.",
        "Consenta a questo server di interrogare il server dei nomi o ne imposti un altro.",
    ),
    "dns-server-dead": (
        "Il server dei nomi impostato non risponde.",
        "Rimetta in funzione il server dei nomi o ne imposti un altro.",
    ),
    "dns-server-wrong": (
        "L'indirizzo del server dei nomi impostato è sbagliato.",
        "Corregga l'indirizzo del server dei nomi nelle impostazioni di rete.",
    ),
    "dns-hijack": (
        "Il nome viene risolto in un indirizzo che non è nostro.",
        "Tolga il reindirizzamento sul server dei nomi o ne imposti un altro.",
    ),
    "dns-slow": (
        "La risoluzione del nome dura insolitamente a lungo.",
        "Imposti un server dei nomi più vicino.",
    ),
    "dns-aaaa-timeout": (
        "Le richieste di indirizzi IPv6 restano senza risposta e ritardano ogni connessione.",
        "Configuri il firewall o il server dei nomi in modo che le richieste AAAA ricevano risposta.",
    ),
    "hosts-file-stale": (
        "Una vecchia voce nel file hosts porta a un indirizzo sbagliato.",
        "Cancelli la voce nel file hosts.",
    ),
    "port25-blocked-drop": (
        "La porta 25 è bloccata sulla via verso lo scanner, per lo più dal provider Internet.",
        "Cambi nel Suo server di posta la porta da 25 a 587. Su un'altra porta la connessione riesce.",
    ),
    "port25-blocked-rst": (
        "La porta 25 viene rifiutata sulla via verso lo scanner, per lo più dal provider Internet.",
        "Cambi nel Suo server di posta la porta da 25 a 587. Su un'altra porta la connessione riesce.",
    ),
    "port25-blocked-icmp": (
        "Un router sulla via verso lo scanner vieta la porta 25.",
        "Cambi nel Suo server di posta la porta da 25 a 587. Su un'altra porta la connessione riesce.",
    ),
    "isp-policy-554": (
        "Un altro server risponde al nostro posto e rifiuta, per lo più quello del provider Internet.",
        "Cambi nel Suo server di posta la porta da 25 a 587.",
    ),
    "egress-firewall-all": (
        "Un firewall non lascia uscire alcuna connessione verso lo scanner.",
        "Consenta sul firewall le connessioni in uscita verso la porta 587.",
    ),
    "host-firewall-out": (
        "Il firewall del server stesso blocca le connessioni in uscita.",
        "Consenta su questo server le connessioni in uscita verso le porte 25 e 587.",
    ),
    "portal-ip-filtered": (
        "Il nostro firewall blocca l'indirizzo da cui viene la connessione.",
        "Togliamo il blocco. Ci comunichi l'indirizzo IP pubblico del Suo server.",
    ),
    "return-path-asymmetric": (
        "Le nostre risposte non trovano la via del ritorno.",
        "Il Suo provider Internet deve ripristinare la via del ritorno.",
    ),
    "no-internet": (
        "Il server non ha una connessione a Internet.",
        "Controlli la linea Internet.",
    ),
    "no-default-route": (
        "Sul server non è impostato alcun gateway predefinito.",
        "Inserisca il gateway predefinito.",
    ),
    "link-down": (
        "La porta di rete del server non è collegata.",
        "Colleghi il cavo di rete o la porta virtuale.",
    ),
    "gateway-wrong": (
        "Il gateway impostato non risponde.",
        "Corregga l'indirizzo del gateway.",
    ),
    "netmask-wrong": (
        "La maschera di rete impostata è sbagliata.",
        "Corregga la maschera di rete.",
    ),
    "ipv6-broken": (
        "Via IPv6 non riesce alcuna connessione, via IPv4 sì.",
        "Ripari IPv6 o preferisca IPv4 nel server di posta.",
    ),
    "ipv6-only-blocked": (
        "IPv6 viene rifiutato sulla via verso lo scanner, IPv4 no.",
        "Consenta sul firewall anche IPv6.",
    ),
    "scanner-down": (
        "Il nostro scanner in uscita non accetta connessioni.",
        "Lo rimettiamo in funzione. Il Suo server continua a provare da solo.",
    ),
    "captive-portal": (
        "Al posto del server di posta risponde la pagina di accesso di una rete.",
        "Faccia accedere il server alla rete o lo faccia esentare.",
    ),
    "rate-limited-421": (
        "Il nostro scanner frena perché troppe connessioni vengono dallo stesso indirizzo.",
        "Attenda qualche minuto e riduca il numero di connessioni simultanee. Se non basta, alziamo il limite.",
    ),
    "dnsbl-listed": (
        "L'indirizzo pubblico del Suo server è in un elenco di blocco.",
        "Faccia togliere l'indirizzo dall'elenco; accettiamo comunque le connessioni autenticate.",
    ),
    "ptr-missing": (
        "L'indirizzo pubblico del Suo server non ha un nome (record PTR).",
        "Faccia impostare dal provider Internet un record PTR per l'indirizzo.",
    ),
    "ptr-mismatch": (
        "Il nome dell'indirizzo pubblico del Suo server non riporta a esso.",
        "Faccia impostare sullo stesso nome il record PTR presso il provider Internet e il record A nella Sua zona.",
    ),
    "greet-delay": (
        "Lo scanner impiega per il saluto più tempo di quanto il mittente attenda.",
        "Riduciamo l'attesa sulla porta 587.",
    ),
    "firewall-stall-banner": (
        "Un apparecchio lungo la via accetta la connessione ma non la inoltra.",
        "Disattivi il proxy SMTP sul firewall o ne esenti il nostro scanner.",
    ),
    "firewall-rst-banner": (
        "Un apparecchio lungo la via interrompe la connessione al saluto.",
        "Disattivi sul firewall il controllo SMTP per il nostro scanner.",
    ),
    "firewall-rst-clienthello": (
        "Un apparecchio lungo la via interrompe la connessione appena comincia la cifratura.",
        "Esenti il nostro scanner dal controllo TLS sul firewall.",
    ),
    "firewall-stall-tls": (
        "Un apparecchio lungo la via trattiene la connessione appena comincia la cifratura.",
        "Esenti il nostro scanner dal controllo TLS sul firewall.",
    ),
    "high-latency": (
        "La via verso lo scanner è molto lenta.",
        "Prolunghi i tempi di attesa nel Suo server di posta o faccia controllare la linea.",
    ),
    "mtu-blackhole": (
        "I pacchetti grandi si perdono lungo la via.",
        "Lasci passare sul firewall ICMP «fragmentation needed» o limiti l'MSS.",
    ),
    "smtp-inspection-mask": (
        "Un firewall altera la connessione SMTP e impedisce così la cifratura.",
        "Disattivi il controllo SMTP sul firewall (Cisco: «no inspect esmtp»).",
    ),
    "smtp-inspection-helo": (
        "Un firewall ammette solo il vecchio SMTP e impedisce così la cifratura.",
        "Disattivi il controllo SMTP sul firewall (Cisco: «no fixup protocol smtp 25»).",
    ),
    "transparent-proxy": (
        "Un altro server di posta risponde al nostro posto.",
        "Disattivi il proxy SMTP sul firewall o usi la porta 587.",
    ),
    "starttls-off": (
        "Il Suo server di posta non cifra la connessione.",
        "Attivi STARTTLS nel Suo server di posta; il nostro scanner accetta solo connessioni cifrate.",
    ),
    "starttls-stripped": (
        "Un apparecchio lungo la via toglie l'offerta di cifratura.",
        "Disattivi il controllo SMTP sul firewall o nell'antivirus.",
    ),
    "starttls-refused-454": (
        "La cifratura è rifiutata per il momento, probabilmente da un apparecchio lungo la via.",
        "Disattivi il controllo della posta in uscita nell'antivirus o sul firewall.",
    ),
    "starttls-refused-502": (
        "La cifratura viene offerta e poi rifiutata, probabilmente da un apparecchio lungo la via.",
        "Disattivi il controllo della posta in uscita nell'antivirus o sul firewall.",
    ),
    "starttls-garbage": (
        "Dopo STARTTLS arriva testo in chiaro invece della cifratura.",
        "Disattivi sul firewall il controllo SMTP per il nostro scanner.",
    ),
    "implicit-tls-on-587": (
        "Il Suo server di posta comincia subito la cifratura invece di usare STARTTLS.",
        "Scelga «STARTTLS» invece di «SSL/TLS» nel Suo server di posta.",
    ),
    "tls-intercept-av": (
        "Un antivirus o un firewall apre la connessione cifrata.",
        "Esenti lì il nostro scanner dal controllo.",
    ),
    "tls-intercept-noauth": (
        "Un apparecchio lungo la via apre la connessione cifrata e impedisce l'autenticazione.",
        "Esenti il nostro scanner dal controllo nell'antivirus o sul firewall.",
    ),
    "tls-intercept-plain": (
        "Un apparecchio lungo la via apre la connessione e la inoltra non cifrata.",
        "Esenti il nostro scanner dal controllo nell'antivirus o sul firewall.",
    ),
    "scanner-cert-expired": (
        "Il certificato del nostro scanner è scaduto.",
        "Lo rinnoviamo. Non deve fare nulla.",
    ),
    "scanner-cert-wrong-name": (
        "Il certificato del nostro scanner non vale per questo nome.",
        "Lo sostituiamo. Non deve fare nulla.",
    ),
    "scanner-cert-self-signed": (
        "Il certificato del nostro scanner non è emesso da alcuna autorità conosciuta.",
        "Lo sostituiamo. Non deve fare nulla.",
    ),
    "scanner-cert-no-chain": (
        "Il nostro scanner non invia il suo certificato intermedio.",
        "Lo aggiungiamo. Non deve fare nulla.",
    ),
    "ca-bundle-old": (
        "L'elenco delle autorità di certificazione sul server è vecchio.",
        "Aggiorni le autorità di certificazione (pacchetto «ca-certificates» o Windows Update).",
    ),
    "clock-skew": (
        "L'orologio del server è sbagliato, perciò il certificato risulta non valido.",
        "Regoli l'orologio e configuri NTP.",
    ),
    "tls-too-old": (
        "Le due parti non trovano una versione TLS comune.",
        "Attivi TLS 1.2 o più recente sul Suo server.",
    ),
    "cipher-mismatch": (
        "Le due parti non trovano un metodo di cifratura comune.",
        "Aggiorni i metodi di cifratura del Suo server.",
    ),
    "scanner-tls-broken": (
        "Il nostro scanner al momento non può cifrare.",
        "Lo ripariamo. Il Suo server continua a provare da solo.",
    ),
    "auth-password-wrong": (
        "La password è sbagliata.",
        "Imposti di nuovo la password e la incolli senza spazi.",
    ),
    "auth-password-space": (
        "C'è uno spazio prima o dopo la password.",
        "Inserisca la password senza spazi all'inizio e alla fine.",
    ),
    "auth-password-special": (
        "La password contiene caratteri che cambiano quando si incollano.",
        "Imposti una password fatta solo di lettere e cifre.",
    ),
    "auth-user-wrong": (
        "Il nome utente è sbagliato.",
        "Usi il nome utente esattamente come figura nel portale.",
    ),
    "auth-user-domain": (
        "Il nome utente è sbagliato con il dominio in coda.",
        "Usi il nome utente esattamente come figura nel portale, con o senza @dominio.",
    ),
    "auth-lockout": (
        "Troppe autenticazioni sbagliate: l'accesso è bloccato per alcuni minuti.",
        "Corregga la password e attenda qualche minuto.",
    ),
    "account-disabled": (
        "L'account in uscita è bloccato.",
        "Sblocchiamo l'account. Ci contatti.",
    ),
    "account-ip-bound": (
        "L'account in uscita vale solo per certi indirizzi.",
        "Ci comunichi l'indirizzo IP pubblico del Suo server.",
    ),
    "sasl-mech-mismatch": (
        "Le due parti non trovano un metodo di autenticazione comune.",
        "Consenta PLAIN o LOGIN su TLS nel Suo server di posta.",
    ),
    "scanner-auth-backend-down": (
        "Il nostro scanner al momento non può verificare le autenticazioni.",
        "Lo ripariamo. Il Suo server continua a provare da solo.",
    ),
}

REASONS: Dict[str, str] = {
    "host-differs": "È impostato «{host}», lo scanner si chiama {names}.",
    "port-not-offered": "È impostata la porta {port}, l'offerta è {ports}.",
    "unresolved": "Il nome {host} non viene risolto ({error}).",
    "other-addresses": "Il nome porta a {addresses}, l'indirizzo atteso è {expected}.",
    "aaaa-silent": "Alla domanda AAAA non è giunta risposta, a quella A sì.",
    "resolved-late": "La risoluzione è durata {seconds} s.",
    "silent": "La porta {port} a {address} resta muta.",
    "refused": "La porta {port} a {address} viene rifiutata dopo {seconds} s ({error}).",
    "refused-untimed": "La porta {port} a {address} viene rifiutata ({error}).",
    "unresolved-without-gateway": "Non è impostato nessun gateway predefinito e nessun server DNS risponde.",
    "unsaid": "Porta {port}: nessuna connessione; il programma non dice perché.",
    "open-beside": "La porta {port} allo stesso indirizzo è aperta.",
    "open-beside-v4": "Via IPv4 la porta {port} è aperta.",
    "unfinished": "La connessione sulla porta {port} non è andata oltre «{stage}» in tempo.",
    "slow-connect": "La connessione ha richiesto {seconds} s.",
    "masked": "Il saluto o le offerte sono coperti da asterischi o X.",
    "foreign-greeting": "Il saluto nomina «{host}», non il nostro scanner.",
    "not-offered-accepted": "STARTTLS non viene offerto, ma accettato.",
    "server-said-greeting": "Il saluto sulla porta {port} è «{code} {text}».",
    "server-said-ehlo": "La risposta a EHLO è stata «{code} {text}».",
    "server-said-starttls": "La risposta a STARTTLS è stata «{code} {text}».",
    "stage-broke-greeting": "Sulla porta {port} non è giunto alcun saluto ({error}).",
    "stage-broke-ehlo": "La connessione si è interrotta dopo EHLO ({error}).",
    "stage-broke-starttls": "La connessione si è interrotta dopo STARTTLS ({error}).",
    "handshake-broke": "La cifratura sulla porta {port} non è riuscita ({error}: {text}).",
    "small-pass": "Con pacchetti piccoli la cifratura riesce.",
    "small-stall": "La cifratura non riesce nemmeno con pacchetti piccoli.",
    "certificate-shown": "È stato mostrato un certificato di «{issuer}» per {names}, valido fino al {not_after}.",
    "pin-differs": "Il certificato mostrato non è il nostro.",
    "name-differs": "Il nome nel certificato non corrisponde al server.",
    "mechanisms": "L'offerta è {mechanisms}.",
    "broke-inside-tls": "La connessione sulla porta {port} si è interrotta dopo la cifratura ({error}).",
    "no-auth-offered": "Dopo la cifratura non viene offerta alcuna autenticazione.",
    "login-refused": "La risposta all'autenticazione è stata «{code} {text}{error}».",
    "password-blank": "La password inserita ha uno spazio al margine.",
    "username-odd": "Il nome utente inserito contiene spazi o caratteri insoliti.",
    "no-link": "Nessuna scheda di rete è collegata ({cards}).",
    "scanner-on-link": "Secondo la maschera di rete {address} si trova nella rete locale {network}, dove nessuno risponde.",
    "gateway-silent": "All'indirizzo {gateway} nessuno risponde nella rete locale.",
    "gateway-off-link": "Il gateway {gateway} si trova fuori dalle reti locali ({networks}).",
    "resolver-absent": "All'indirizzo {servers} non si raggiunge nessuno.",
    "resolver-there": "Il dispositivo {servers} c'è, ma non risponde alle richieste di nomi.",
    "hosts-entry": "Il file hosts indica {addresses}.",
    "sent-again": "{count} pacchetti hanno dovuto essere inviati di nuovo.",
    "bulk-slow": "In 3 s sono arrivati {taken} byte su {bytes} ({speed} kbit/s).",
    "bulk-stalled": "Dopo {taken} byte su {bytes} non è passato più nulla.",
    "round-trip-grew": "Un viaggio di andata e ritorno durava {first} s all'inizio e {last} s alla fine.",
    "second-silent": "Una connessione alla porta {port} è riuscita, una seconda subito dopo no.",
    "greeted-late": "Il saluto è arrivato solo dopo {seconds} s.",
    "envelope-refused": "Dopo l'accesso la risposta è stata «{code} {text}».",
    "way-open": "I pacchetti verso questa porta passano fino a {hop}.",
    "way-stops": "I pacchetti verso la porta {port} arrivano solo fino a {hop}, altri vanno oltre.",
    "portal-silent": "Da lì non si raggiunge nemmeno il nostro portale.",
    "refused-here": "Il rifiuto viene dal server stesso.",
    "refused-at": "Il rifiuto viene da {hop}.",
    "clock-off": "L'orologio del server è sfasato di {minutes} minuti.",
    "clock-right": "L'orologio del server è corretto.",
    "user-blocked": "Come utente «{user}» la porta {port} non si apre ({error}), altrimenti sì.",
    "relay-none": "Le impostazioni di {product} non indicano alcun server relay.",
    "set-starttls-off": "Nelle impostazioni di {product} la crittografia è disattivata.",
    "set-implicit-tls-on-587": "{product} cifra subito, mentre «{relay}» si aspetta STARTTLS.",
    "set-tls-too-old": "Le impostazioni di {product} consentono solo vecchie versioni di TLS.",
    "set-auth-not-enabled": "Nelle impostazioni di {product} l'accesso è disattivato.",
    "set-auth-map-key-mismatch": "Il file delle password non ha alcuna voce per «{relay}».",
    "set-sasl-plugin-missing": "Sul server manca il modulo SASL per PLAIN.",
    "set-sasl-noplaintext-default": "Le impostazioni di {product} vietano PLAIN e LOGIN (noplaintext).",
    "set-sasl-mech-mismatch": "Le impostazioni di {product} escludono PLAIN e LOGIN dai metodi di accesso.",
}

NEXT_CHECKS: Dict[str, str] = {
    "compare-name": "Confronti il nome carattere per carattere con quello nel portale.",
    "ping-resolver": "Controlli con «ping» se il server dei nomi è raggiungibile.",
    "ask-resolver": "Chieda il nome a un altro server dei nomi (nslookup).",
    "count-syn": "Guardare nel registro dello scanner se la connessione arriva.",
    "show-routes": "Visualizzi sul server indirizzi e rotte.",
    "ping-gateway": "Controlli con «ping» se il gateway risponde.",
    "probe-elsewhere": "Eseguire lo stesso controllo da un altro luogo.",
    "use-587": "Controlli la porta 587.",
    "later": "Controllare di nuovo tra qualche minuto.",
    "scanner-log": "Guardare nel registro dello scanner perché rifiuta.",
    "small-segments": "Ripetere la cifratura con pacchetti piccoli.",
    "compare-clock": "Confronti l'orologio del server con l'ora esatta.",
    "compare-pin": "Confronti l'impronta del certificato con la nostra.",
    "near-miss": "Guardare nel registro dello scanner perché l'autenticazione è stata rifiutata.",
}
