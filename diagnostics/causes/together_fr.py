"""What only several ends together can name, in French."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "firewall-egress-process": (
        "Un pare-feu ou un antivirus ne laisse pas sortir le programme de messagerie, mais laisse passer les autres.",
        "Autorisez le programme du serveur de messagerie à se connecter vers l'extérieur sur le port 587.",
    ),
    "conn-limit-nat": (
        "Un appareil en chemin n'autorise que peu de connexions simultanées ou rapprochées.",
        "Relevez la limite sur le pare-feu ou laissez le serveur de messagerie ouvrir moins de connexions à la fois.",
    ),
    "packet-loss": (
        "Des paquets se perdent sur la ligne.",
        "Faites contrôler la ligne par le fournisseur d'accès.",
    ),
    "slow-uplink": (
        "La ligne envoie si lentement que la transmission de grands messages est interrompue.",
        "Limitez la taille des pièces jointes ou faites contrôler la ligne.",
    ),
    "nat-session-short": (
        "Un appareil en chemin coupe la connexion au milieu de la transmission.",
        "Exemptez notre scanner de l'inspection de contenu sur le pare-feu et relevez son délai.",
    ),
    "source-ip-changed": (
        "Votre serveur arrive d'une autre adresse publique que celle annoncée.",
        "Communiquez-nous l'adresse ou fixez le chemin vers Internet.",
    ),
    "resource-exhausted-local": (
        "Sur votre serveur, l'espace disque ou une autre ressource est épuisé.",
        "Libérez de l'espace disque ou relevez la limite de fichiers ouverts.",
    ),
    "mx-lookup-instead-of-host": (
        "Votre serveur de messagerie cherche des enregistrements MX au lieu d'utiliser directement le nom configuré.",
        "Mettez le nom du scanner sortant entre crochets ou désactivez la recherche MX.",
    ),
    "not-using-scanner": (
        "Votre serveur de messagerie envoie directement sur Internet, sans passer par le scanner sortant.",
        "Définissez le scanner sortant comme hôte actif (Exchange: vérifiez l'étendue du connecteur d'envoi).",
    ),
    "queue-backoff": (
        "La connexion fonctionne à nouveau, mais votre serveur de messagerie attend encore l'essai suivant.",
        "Faites traiter la file d'attente maintenant (Postfix: «postqueue -f»).",
    ),
    "auth-not-enabled": (
        "Votre serveur de messagerie ne s'authentifie pas auprès du scanner sortant.",
        "Activez l'authentification avec nom d'utilisateur et mot de passe dans le serveur de messagerie.",
    ),
    "auth-map-key-mismatch": (
        "Votre serveur de messagerie ne trouve pas les identifiants: leur entrée concerne un autre nom de serveur.",
        "La clé de l'entrée doit être exactement le relais configuré, par exemple «[host]:587».",
    ),
    "sasl-noplaintext-default": (
        "Votre serveur de messagerie refuse les méthodes d'authentification en clair, même sous chiffrement.",
        "Autorisez-les via TLS (Postfix: «smtp_sasl_tls_security_options = noanonymous»).",
    ),
    "sasl-plugin-missing": (
        "Les modules d'authentification manquent sur votre serveur de messagerie.",
        "Installez les modules SASL (Debian: «libsasl2-modules»).",
    ),
    "client-cert-unusable": (
        "Votre serveur de messagerie ne peut pas utiliser son propre certificat et interrompt le chiffrement.",
        "Attribuez au service SMTP un certificat valable avec sa clé privée.",
    ),
    "helo-invalid": (
        "Votre serveur de messagerie se présente avec un nom sans domaine (HELO).",
        "Définissez un nom complet comme nom HELO, par exemple «mail.votre-domaine.ch».",
    ),
    "helo-unknown": (
        "Votre serveur de messagerie se présente avec un nom qui n'existe pas sur Internet (HELO).",
        "Définissez comme nom HELO un nom qui se résout.",
    ),
    "bare-lf": (
        "Une application envoie des messages avec de mauvaises fins de ligne.",
        "Mettez à jour l'application émettrice: chaque ligne doit finir par CR LF.",
    ),
    "early-talker": (
        "Un appareil envoie des commandes avant l'accueil du scanner.",
        "Mettez à jour le micrologiciel de l'appareil ou faites-le envoyer par votre serveur de messagerie.",
    ),
    "message-too-big": (
        "Le message est plus grand que ce que le scanner accepte.",
        "Abaissez la taille permise des pièces jointes.",
    ),
    "recipient-limit": (
        "Votre serveur envoie en peu de temps à plus de destinataires que permis.",
        "Répartissez l'envoi sur une plus longue durée.",
    ),
    "sender-not-allowed": (
        "Le compte n'est pas autorisé à envoyer avec cette adresse d'expéditeur.",
        "Annoncez-nous le domaine de l'expéditeur ou envoyez avec une adresse de votre domaine.",
    ),
    "scanner-disk-full": (
        "Notre scanner n'a pas de place pour de nouveaux messages en ce moment.",
        "Nous faisons de la place. Votre serveur réessaie de lui-même.",
    ),
    "downstream-reject": (
        "Le scanner a accepté le message, le serveur du destinataire le refuse.",
        "La connexion est en ordre. Ce qui compte est la réponse du serveur du destinataire.",
    ),
}

REASONS: Dict[str, str] = {
    "server-ok": "Depuis le portail, la connexion passe.",
    "server-fails-too": "Depuis le portail aussi, cela échoue au même endroit.",
    "agent-ok": "Le contrôle sur votre serveur passe.",
    "text-fits": "Le message d'erreur de votre serveur de messagerie correspond{said}.",
    "text-names-host": "Le message d'erreur nomme «{host}», pas notre scanner.",
    "log-nothing": "Dans le journal de notre scanner, aucune connexion de votre serveur de messagerie n'arrive.",
    "log-connect-only": "Dans le journal de notre scanner, la session finit avant la première commande.",
    "log-helo": "Dans le journal de notre scanner, il y a HELO au lieu d'EHLO.",
    "log-ehlo-only": "Dans le journal de notre scanner, la session finit après EHLO, sans STARTTLS.",
    "log-plain-mail": "Dans le journal de notre scanner, votre serveur envoie sans demander STARTTLS.",
    "log-starttls-refused": "Dans le journal de notre scanner, STARTTLS est refusé.",
    "log-tls-lost": "Dans le journal de notre scanner, la connexion est coupée pendant l'établissement du chiffrement.",
    "log-tls-error": "Dans le journal de notre scanner, le chiffrement échoue ({text}).",
    "log-tls-quit": "Dans le journal de notre scanner, votre serveur raccroche juste après le chiffrement.",
    "log-no-auth-quit": "Dans le journal de notre scanner, votre serveur raccroche sans s'authentifier.",
    "log-no-auth-mail": "Dans le journal de notre scanner, votre serveur envoie sans s'authentifier.",
    "log-auth-failed": "Dans le journal de notre scanner, l'authentification est refusée ({reason}).",
    "log-auth-temporary": "Dans le journal de notre scanner, l'authentification ne peut pas être vérifiée.",
    "log-rejected": "Dans le journal de notre scanner figure le refus «{code} {text}».",
    "log-data-refused": "Dans le journal de notre scanner, le contenu du message n'est pas accepté.",
    "log-data-lost": "Dans le journal de notre scanner, la transmission du message est interrompue.",
    "log-auth-only": "Dans le journal de notre scanner, votre serveur s'authentifie puis n'envoie rien.",
    "log-own-in-clear": "Le contrôle était chiffré; dans le journal de notre scanner, il est arrivé en clair.",
    "log-sent": "Dans le journal de notre scanner, le courrier de votre serveur est accepté.",
    "slip-blank": "Avec une espace de moins, l'authentification aurait été juste.",
    "slip-case": "Avec d'autres majuscules et minuscules, l'authentification aurait été juste.",
    "slip-domain-added": "Sans @domaine, l'authentification aurait été juste.",
    "slip-domain-missing": "Avec @domaine, l'authentification aurait été juste.",
    "slip-cut": "Le mot de passe arrive tronqué, le plus souvent à un caractère spécial.",
    "slip-encoding": "Le mot de passe arrive dans un autre codage de caractères.",
    "slip-quotes": "Il y a des guillemets en trop autour du mot de passe.",
    "slip-html": "Dans le mot de passe, des caractères sont remplacés par des notations HTML.",
}

NEXT_CHECKS: Dict[str, str] = {
    "paste-error": "Collez le message d'erreur exact de votre serveur de messagerie.",
    "run-agent": "Lancez le contrôle sur votre serveur de messagerie lui-même.",
    "probe-portal": "Lancez le contrôle depuis le portail.",
    "read-log": "Voir dans le journal du scanner jusqu'où va la session de votre serveur de messagerie.",
    "show-config": "Affichez les réglages de relais de votre serveur de messagerie (relais, authentification, clé de la table des mots de passe).",
    "as-mta-user": "Répétez le contrôle avec l'utilisateur du serveur de messagerie (--mta-user) et ouvrez plusieurs connexions l'une après l'autre.",
    "own-certificate": "Voyez dans le journal d'envoi de votre serveur de messagerie si son propre certificat manque.",
    "send-again": "Envoyez un nouveau message et voyez s'il arrive.",
    "account-state": "Voir l'état du compte et les adresses permises dans le portail.",
}
