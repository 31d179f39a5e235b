"""What only several ends together can name, in Italian."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "firewall-egress-process": (
        "Un firewall o un antivirus non lascia uscire il programma di posta, gli altri sì.",
        "Consenta al programma del server di posta le connessioni in uscita sulla porta 587.",
    ),
    "conn-limit-nat": (
        "Un apparecchio lungo il percorso permette solo poche connessioni simultanee o ravvicinate.",
        "Alzi il limite sul firewall oppure faccia aprire al server di posta meno connessioni alla volta.",
    ),
    "packet-loss": (
        "Sulla linea si perdono pacchetti.",
        "Faccia controllare la linea dal fornitore internet.",
    ),
    "slow-uplink": (
        "La linea trasmette così lentamente che l'invio di messaggi grandi si interrompe.",
        "Limiti la dimensione degli allegati o faccia controllare la linea.",
    ),
    "nat-session-short": (
        "Un apparecchio lungo il percorso tronca la connessione durante la trasmissione.",
        "Escluda il nostro scanner dall'ispezione dei contenuti sul firewall e ne alzi il limite di tempo.",
    ),
    "source-ip-changed": (
        "Il Suo server arriva da un indirizzo pubblico diverso da quello annunciato.",
        "Ci comunichi l'indirizzo oppure fissi il percorso verso internet.",
    ),
    "resource-exhausted-local": (
        "Sul Suo server lo spazio su disco o un'altra risorsa è esaurita.",
        "Liberi spazio su disco o alzi il limite dei file aperti.",
    ),
    "mx-lookup-instead-of-host": (
        "Il Suo server di posta cerca record MX invece di usare direttamente il nome impostato.",
        "Metta il nome dello scanner in uscita tra parentesi quadre oppure disattivi la ricerca MX.",
    ),
    "not-using-scanner": (
        "Il Suo server di posta invia direttamente su internet senza passare dallo scanner in uscita.",
        "Imposti lo scanner in uscita come smart host (Exchange: controlli l'ambito del connettore di invio).",
    ),
    "queue-backoff": (
        "La connessione funziona di nuovo, ma il Suo server di posta attende ancora il prossimo tentativo.",
        "Faccia elaborare ora la coda (Postfix: «postqueue -f»).",
    ),
    "auth-not-enabled": (
        "Il Suo server di posta non si autentica presso lo scanner in uscita.",
        "Attivi nel server di posta l'autenticazione con nome utente e password.",
    ),
    "auth-map-key-mismatch": (
        "Il Suo server di posta non trova le credenziali: la loro voce vale per un altro nome di server.",
        "La chiave della voce deve essere esattamente il relay host impostato, per esempio «[host]:587».",
    ),
    "sasl-noplaintext-default": (
        "Il Suo server di posta rifiuta i metodi di autenticazione in chiaro anche dentro la cifratura.",
        "Li permetta via TLS (Postfix: «smtp_sasl_tls_security_options = noanonymous»).",
    ),
    "sasl-plugin-missing": (
        "Sul Suo server di posta mancano i moduli per l'autenticazione.",
        "Installi i moduli SASL (Debian: «libsasl2-modules»).",
    ),
    "client-cert-unusable": (
        "Il Suo server di posta non riesce a usare il proprio certificato e interrompe la cifratura.",
        "Assegni al servizio SMTP un certificato valido con la chiave privata.",
    ),
    "helo-invalid": (
        "Il Suo server di posta si presenta con un nome senza dominio (HELO).",
        "Imposti come nome HELO un nome completo, per esempio «mail.suo-dominio.ch».",
    ),
    "helo-unknown": (
        "Il Suo server di posta si presenta con un nome che su internet non esiste (HELO).",
        "Imposti come nome HELO un nome che si possa risolvere.",
    ),
    "bare-lf": (
        "Un'applicazione invia messaggi con fine riga sbagliati.",
        "Aggiorni l'applicazione mittente: ogni riga deve finire con CR LF.",
    ),
    "early-talker": (
        "Un apparecchio invia comandi prima che lo scanner abbia salutato.",
        "Aggiorni il firmware dell'apparecchio o lo faccia inviare tramite il Suo server di posta.",
    ),
    "message-too-big": (
        "Il messaggio è più grande di quanto lo scanner accetti.",
        "Abbassi la dimensione permessa degli allegati.",
    ),
    "recipient-limit": (
        "Il Suo server invia in poco tempo a più destinatari di quanti permessi.",
        "Distribuisca l'invio su un tempo più lungo.",
    ),
    "sender-not-allowed": (
        "L'account non può inviare con questo indirizzo mittente.",
        "Ci annunci il dominio del mittente oppure invii con un indirizzo del Suo dominio.",
    ),
    "scanner-disk-full": (
        "Il nostro scanner al momento non ha spazio per nuovi messaggi.",
        "Liberiamo spazio. Il Suo server riprova da solo.",
    ),
    "downstream-reject": (
        "Lo scanner ha accettato il messaggio, il server del destinatario lo rifiuta.",
        "La connessione è a posto. Conta quello che scrive il server del destinatario.",
    ),
}

REASONS: Dict[str, str] = {
    "server-ok": "Dal portale la connessione passa.",
    "server-fails-too": "Anche dal portale fallisce nello stesso punto.",
    "agent-ok": "Il controllo sul Suo server passa.",
    "text-fits": "Il messaggio d'errore del Suo server di posta corrisponde{said}.",
    "text-names-host": "Il messaggio d'errore nomina «{host}», non il nostro scanner.",
    "log-nothing": "Nel registro del nostro scanner non arriva nessuna connessione del Suo server di posta.",
    "log-connect-only": "Nel registro del nostro scanner la sessione finisce prima del primo comando.",
    "log-helo": "Nel registro del nostro scanner c'è HELO invece di EHLO.",
    "log-ehlo-only": "Nel registro del nostro scanner la sessione finisce dopo EHLO, senza STARTTLS.",
    "log-plain-mail": "Nel registro del nostro scanner il Suo server invia senza chiedere STARTTLS.",
    "log-starttls-refused": "Nel registro del nostro scanner STARTTLS viene rifiutato.",
    "log-tls-lost": "Nel registro del nostro scanner la connessione cade durante l'avvio della cifratura.",
    "log-tls-error": "Nel registro del nostro scanner la cifratura fallisce ({text}).",
    "log-tls-quit": "Nel registro del nostro scanner il Suo server riaggancia subito dopo la cifratura.",
    "log-no-auth-quit": "Nel registro del nostro scanner il Suo server riaggancia senza autenticarsi.",
    "log-no-auth-mail": "Nel registro del nostro scanner il Suo server invia senza autenticarsi.",
    "log-auth-failed": "Nel registro del nostro scanner l'autenticazione viene rifiutata ({reason}).",
    "log-auth-temporary": "Nel registro del nostro scanner l'autenticazione non può essere verificata.",
    "log-rejected": "Nel registro del nostro scanner c'è il rifiuto «{code} {text}».",
    "log-data-refused": "Nel registro del nostro scanner il contenuto del messaggio non viene accettato.",
    "log-data-lost": "Nel registro del nostro scanner la trasmissione del messaggio si interrompe.",
    "log-auth-only": "Nel registro del nostro scanner il Suo server si autentica e poi non invia nulla.",
    "log-own-in-clear": "Il controllo era cifrato; nel registro del nostro scanner è arrivato in chiaro.",
    "log-sent": "Nel registro del nostro scanner la posta del Suo server viene accettata.",
    "slip-blank": "Con uno spazio in meno l'autenticazione sarebbe stata giusta.",
    "slip-case": "Con altre maiuscole e minuscole l'autenticazione sarebbe stata giusta.",
    "slip-domain-added": "Senza @dominio l'autenticazione sarebbe stata giusta.",
    "slip-domain-missing": "Con @dominio l'autenticazione sarebbe stata giusta.",
    "slip-cut": "La password arriva troncata, per lo più a un carattere speciale.",
    "slip-encoding": "La password arriva in un'altra codifica dei caratteri.",
    "slip-quotes": "Attorno alla password ci sono virgolette di troppo.",
    "slip-html": "Nella password dei caratteri sono sostituiti da notazioni HTML.",
}

NEXT_CHECKS: Dict[str, str] = {
    "paste-error": "Incolli il messaggio d'errore esatto del Suo server di posta.",
    "run-agent": "Esegua il controllo sul Suo server di posta stesso.",
    "probe-portal": "Avvii il controllo dal portale.",
    "read-log": "Guardare nel registro dello scanner fin dove arriva la sessione del Suo server di posta.",
    "show-config": "Mostri le impostazioni di relay del Suo server di posta (relay host, autenticazione, chiave della tabella delle password).",
    "as-mta-user": "Ripeta il controllo con l'utente del server di posta (--mta-user) e apra più connessioni una dopo l'altra.",
    "own-certificate": "Guardi nel registro di invio del Suo server di posta se manca il suo certificato.",
    "send-again": "Invii di nuovo un messaggio e guardi se arriva.",
    "account-state": "Guardare nel portale lo stato dell'account e gli indirizzi permessi.",
}
