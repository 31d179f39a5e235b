"""Causes, reasons and next checks in French."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "wrong-server": (
        "Votre serveur est réglé sur un autre serveur que notre scanner sortant.",
        "Inscrivez dans votre serveur de messagerie le nom du scanner sortant tel qu'il figure ici.",
    ),
    "wrong-server-typo": (
        "Le nom de serveur réglé contient une faute de frappe.",
        "Corrigez dans votre serveur de messagerie le nom du scanner sortant.",
    ),
    "wrong-port": (
        "Votre serveur est réglé sur un port que notre scanner n'offre pas.",
        "Réglez dans votre serveur de messagerie un port indiqué ici comme ouvert, avec STARTTLS; 587 est usuel.",
    ),
    "stale-ip-in-config": (
        "Votre serveur de messagerie contient une adresse IP qui n'appartient plus à notre scanner.",
        "Inscrivez le nom du scanner sortant au lieu d'une adresse IP.",
    ),
    "dns-nxdomain": (
        "Le serveur de noms interrogé ne connaît pas le nom du scanner.",
        "Vérifiez sur ce serveur de noms les zones locales et les listes de filtrage; le nom doit être résolu comme ailleurs sur Internet.",
    ),
    "dns-servfail": (
        "Le serveur de noms interrogé ne peut pas résoudre le nom et signale une erreur.",
        "Redémarrez le serveur de noms ou utilisez-en un autre. Si l'erreur persiste, nous vérifions notre zone.",
    ),
    "dns-refused": (
        "Le serveur de noms interrogé refuse de répondre.",
        "Autorisez ce serveur à interroger le serveur de noms ou réglez-en un autre.",
    ),
    "dns-server-dead": (
        "Le serveur de noms réglé ne répond pas.",
        "Remettez le serveur de noms en marche ou réglez-en un autre.",
    ),
    "dns-server-wrong": (
        "L'adresse du serveur de noms réglé est fausse.",
        "Corrigez l'adresse du serveur de noms dans les réglages réseau.",
    ),
    "dns-hijack": (
        "Le nom est résolu vers une adresse qui n'est pas la nôtre.",
        "Supprimez la redirection sur le serveur de noms ou réglez-en un autre.",
    ),
    "dns-slow": (
        "La résolution du nom dure anormalement longtemps.",
        "Réglez un serveur de noms plus proche.",
    ),
    "dns-aaaa-timeout": (
        "Les requêtes d'adresses IPv6 restent sans réponse et retardent chaque connexion.",
        "Réglez le pare-feu ou le serveur de noms pour que les requêtes AAAA reçoivent une réponse.",
    ),
    "hosts-file-stale": (
        "Une ancienne entrée du fichier hosts mène à une fausse adresse.",
        "Supprimez l'entrée du fichier hosts.",
    ),
    "port25-blocked-drop": (
        "Le port 25 est bloqué sur le chemin du scanner, le plus souvent par le fournisseur d'accès.",
        "Passez dans votre serveur de messagerie du port 25 au port 587. La connexion aboutit sur un autre port.",
    ),
    "port25-blocked-rst": (
        "Le port 25 est refusé sur le chemin du scanner, le plus souvent par le fournisseur d'accès.",
        "Passez dans votre serveur de messagerie du port 25 au port 587. La connexion aboutit sur un autre port.",
    ),
    "port25-blocked-icmp": (
        "Un routeur sur le chemin du scanner interdit le port 25.",
        "Passez dans votre serveur de messagerie du port 25 au port 587. La connexion aboutit sur un autre port.",
    ),
    "isp-policy-554": (
        "Un autre serveur répond à notre place et refuse, le plus souvent celui du fournisseur d'accès.",
        "Passez dans votre serveur de messagerie du port 25 au port 587.",
    ),
    "egress-firewall-all": (
        "Un pare-feu ne laisse sortir aucune connexion vers le scanner.",
        "Autorisez sur le pare-feu les connexions sortantes vers le port 587.",
    ),
    "host-firewall-out": (
        "Le pare-feu du serveur lui-même bloque les connexions sortantes.",
        "Autorisez sur ce serveur les connexions sortantes vers les ports 25 et 587.",
    ),
    "portal-ip-filtered": (
        "Notre pare-feu bloque l'adresse d'où vient la connexion.",
        "Nous levons le blocage. Communiquez-nous l'adresse IP publique de votre serveur.",
    ),
    "return-path-asymmetric": (
        "Nos réponses ne trouvent pas le chemin du retour.",
        "Votre fournisseur d'accès doit rétablir le chemin du retour.",
    ),
    "no-internet": (
        "Le serveur n'a pas de connexion à Internet.",
        "Vérifiez la ligne Internet.",
    ),
    "no-default-route": (
        "Aucune passerelle par défaut n'est réglée sur le serveur.",
        "Inscrivez la passerelle par défaut.",
    ),
    "link-down": (
        "Le port réseau du serveur n'est pas raccordé.",
        "Raccordez le câble réseau ou le port virtuel.",
    ),
    "gateway-wrong": (
        "La passerelle réglée ne répond pas.",
        "Corrigez l'adresse de la passerelle.",
    ),
    "netmask-wrong": (
        "Le masque de réseau réglé est faux.",
        "Corrigez le masque de réseau.",
    ),
    "ipv6-broken": (
        "Aucune connexion n'aboutit par IPv6, par IPv4 oui.",
        "Rétablissez IPv6 ou préférez IPv4 dans le serveur de messagerie.",
    ),
    "ipv6-only-blocked": (
        "IPv6 est refusé sur le chemin du scanner, IPv4 ne l'est pas.",
        "Autorisez aussi IPv6 sur le pare-feu.",
    ),
    "scanner-down": (
        "Notre scanner sortant n'accepte aucune connexion.",
        "Nous le remettons en marche. Votre serveur continue d'essayer de lui-même.",
    ),
    "captive-portal": (
        "La page de connexion d'un réseau répond à la place du serveur de messagerie.",
        "Connectez le serveur au réseau ou faites-le exempter.",
    ),
    "rate-limited-421": (
        "Notre scanner freine, car trop de connexions viennent de la même adresse.",
        "Attendez quelques minutes et réduisez le nombre de connexions simultanées. Si cela ne suffit pas, nous relevons la limite.",
    ),
    "dnsbl-listed": (
        "L'adresse publique de votre serveur figure sur une liste de blocage.",
        "Faites retirer l'adresse de la liste; nous acceptons malgré tout les connexions authentifiées.",
    ),
    "ptr-missing": (
        "L'adresse publique de votre serveur n'a pas de nom (enregistrement PTR).",
        "Faites créer par le fournisseur d'accès un enregistrement PTR pour l'adresse.",
    ),
    "ptr-mismatch": (
        "Le nom de l'adresse publique de votre serveur n'y ramène pas.",
        "Faites régler sur le même nom l'enregistrement PTR chez le fournisseur d'accès et l'enregistrement A de votre zone.",
    ),
    "greet-delay": (
        "Le scanner met plus de temps à saluer que l'expéditeur n'attend.",
        "Nous réduisons le délai sur le port 587.",
    ),
    "firewall-stall-banner": (
        "Un appareil sur le chemin accepte la connexion, mais ne la transmet pas.",
        "Désactivez le proxy SMTP sur le pare-feu ou exemptez-en notre scanner.",
    ),
    "firewall-rst-banner": (
        "Un appareil sur le chemin coupe la connexion au moment de la salutation.",
        "Désactivez sur le pare-feu l'inspection SMTP pour notre scanner.",
    ),
    "firewall-rst-clienthello": (
        "Un appareil sur le chemin coupe la connexion dès que le chiffrement commence.",
        "Exemptez notre scanner de l'inspection TLS sur le pare-feu.",
    ),
    "firewall-stall-tls": (
        "Un appareil sur le chemin retient la connexion dès que le chiffrement commence.",
        "Exemptez notre scanner de l'inspection TLS sur le pare-feu.",
    ),
    "high-latency": (
        "Le chemin du scanner est très lent.",
        "Allongez les délais dans votre serveur de messagerie ou faites contrôler la ligne.",
    ),
    "mtu-blackhole": (
        "Les gros paquets se perdent en chemin.",
        "Laissez passer ICMP «fragmentation needed» sur le pare-feu ou limitez le MSS.",
    ),
    "smtp-inspection-mask": (
        "Un pare-feu modifie la connexion SMTP et empêche ainsi le chiffrement.",
        "Désactivez l'inspection SMTP sur le pare-feu (Cisco: «no inspect esmtp»).",
    ),
    "smtp-inspection-helo": (
        "Un pare-feu n'admet que l'ancien SMTP et empêche ainsi le chiffrement.",
        "Désactivez l'inspection SMTP sur le pare-feu (Cisco: «no fixup protocol smtp 25»).",
    ),
    "transparent-proxy": (
        "Un autre serveur de messagerie répond à notre place.",
        "Désactivez le proxy SMTP sur le pare-feu ou utilisez le port 587.",
    ),
    "starttls-off": (
        "Votre serveur de messagerie ne chiffre pas la connexion.",
        "Activez STARTTLS dans votre serveur de messagerie; notre scanner n'accepte que des connexions chiffrées.",
    ),
    "starttls-stripped": (
        "Un appareil sur le chemin supprime l'offre de chiffrement.",
        "Désactivez l'inspection SMTP sur le pare-feu ou dans l'antivirus.",
    ),
    "starttls-refused-454": (
        "Le chiffrement est refusé pour le moment, sans doute par un appareil sur le chemin.",
        "Désactivez l'analyse du courrier sortant dans l'antivirus ou sur le pare-feu.",
    ),
    "starttls-refused-502": (
        "Le chiffrement est offert puis refusé, sans doute par un appareil sur le chemin.",
        "Désactivez l'analyse du courrier sortant dans l'antivirus ou sur le pare-feu.",
    ),
    "starttls-garbage": (
        "Après STARTTLS vient du texte en clair au lieu du chiffrement.",
        "Désactivez sur le pare-feu l'inspection SMTP pour notre scanner.",
    ),
    "implicit-tls-on-587": (
        "Votre serveur de messagerie chiffre d'emblée au lieu de passer par STARTTLS.",
        "Choisissez «STARTTLS» au lieu de «SSL/TLS» dans votre serveur de messagerie.",
    ),
    "tls-intercept-av": (
        "Un antivirus ou un pare-feu ouvre la connexion chiffrée.",
        "Exemptez-y notre scanner de l'inspection.",
    ),
    "tls-intercept-noauth": (
        "Un appareil sur le chemin ouvre la connexion chiffrée et empêche l'authentification.",
        "Exemptez notre scanner de l'inspection dans l'antivirus ou sur le pare-feu.",
    ),
    "tls-intercept-plain": (
        "Un appareil sur le chemin ouvre la connexion et la transmet non chiffrée.",
        "Exemptez notre scanner de l'inspection dans l'antivirus ou sur le pare-feu.",
    ),
    "scanner-cert-expired": (
        "Le certificat de notre scanner a expiré.",
        "Nous le renouvelons. Vous n'avez rien à faire.",
    ),
    "scanner-cert-wrong-name": (
        "Le certificat de notre scanner n'est pas valable pour ce nom.",
        "Nous le remplaçons. Vous n'avez rien à faire.",
    ),
    "scanner-cert-self-signed": (
        "Le certificat de notre scanner n'a été émis par aucune autorité connue.",
        "Nous le remplaçons. Vous n'avez rien à faire.",
    ),
    "scanner-cert-no-chain": (
        "Notre scanner n'envoie pas son certificat intermédiaire.",
        "Nous l'ajoutons. Vous n'avez rien à faire.",
    ),
    "ca-bundle-old": (
        "La liste des autorités de certification du serveur est périmée.",
        "Mettez à jour les autorités de certification (paquet «ca-certificates» ou Windows Update).",
    ),
    "clock-skew": (
        "L'horloge du serveur est fausse, le certificat passe donc pour non valable.",
        "Réglez l'horloge et configurez NTP.",
    ),
    "tls-too-old": (
        "Les deux côtés ne trouvent pas de version TLS commune.",
        "Activez TLS 1.2 ou plus récent sur votre serveur.",
    ),
    "cipher-mismatch": (
        "Les deux côtés ne trouvent pas de chiffrement commun.",
        "Mettez à jour les chiffrements de votre serveur.",
    ),
    "scanner-tls-broken": (
        "Notre scanner ne peut pas chiffrer en ce moment.",
        "Nous réparons cela. Votre serveur continue d'essayer de lui-même.",
    ),
    "auth-password-wrong": (
        "Le mot de passe est faux.",
        "Redéfinissez le mot de passe et collez-le sans espaces.",
    ),
    "auth-password-space": (
        "Il y a une espace avant ou après le mot de passe.",
        "Saisissez le mot de passe sans espaces au début ni à la fin.",
    ),
    "auth-password-special": (
        "Le mot de passe contient des caractères qui changent quand on les colle.",
        "Définissez un mot de passe fait uniquement de lettres et de chiffres.",
    ),
    "auth-user-wrong": (
        "Le nom d'utilisateur est faux.",
        "Utilisez le nom d'utilisateur exactement tel qu'il figure dans le portail.",
    ),
    "auth-user-domain": (
        "Le nom d'utilisateur est faux avec le domaine à la suite.",
        "Utilisez le nom d'utilisateur exactement tel qu'il figure dans le portail, avec ou sans @domaine.",
    ),
    "auth-lockout": (
        "Trop d'authentifications fausses: l'accès est bloqué pour quelques minutes.",
        "Corrigez le mot de passe et attendez quelques minutes.",
    ),
    "account-disabled": (
        "Le compte sortant est bloqué.",
        "Nous débloquons le compte. Contactez-nous.",
    ),
    "account-ip-bound": (
        "Le compte sortant n'est valable que pour certaines adresses.",
        "Communiquez-nous l'adresse IP publique de votre serveur.",
    ),
    "sasl-mech-mismatch": (
        "Les deux côtés ne trouvent pas de méthode d'authentification commune.",
        "Autorisez PLAIN ou LOGIN par TLS dans votre serveur de messagerie.",
    ),
    "scanner-auth-backend-down": (
        "Notre scanner ne peut pas vérifier les authentifications en ce moment.",
        "Nous réparons cela. Votre serveur continue d'essayer de lui-même.",
    ),
}

REASONS: Dict[str, str] = {
    "host-differs": "Le réglage est «{host}», le scanner s'appelle {names}.",
    "port-not-offered": "Le port réglé est {port}, l'offre est {ports}.",
    "unresolved": "Le nom {host} n'est pas résolu ({error}).",
    "other-addresses": "Le nom mène à {addresses}, l'adresse attendue est {expected}.",
    "aaaa-silent": "La question AAAA est restée sans réponse, la question A non.",
    "resolved-late": "La résolution a duré {seconds} s.",
    "silent": "Le port {port} à {address} reste muet.",
    "refused": "Le port {port} à {address} est refusé après {seconds} s ({error}).",
    "refused-untimed": "Le port {port} à {address} est refusé ({error}).",
    "unresolved-without-gateway": "Aucune passerelle par défaut n'est configurée et aucun serveur de noms ne répond.",
    "unsaid": "Port {port}: pas de connexion; le programme ne dit pas pourquoi.",
    "open-beside": "Le port {port} à la même adresse est ouvert.",
    "open-beside-v4": "Par IPv4, le port {port} est ouvert.",
    "unfinished": "La connexion sur le port {port} n'a pas dépassé «{stage}» à temps.",
    "slow-connect": "L'établissement de la connexion a duré {seconds} s.",
    "masked": "La salutation ou les offres sont recouvertes d'astérisques ou de X.",
    "foreign-greeting": "La salutation nomme «{host}», pas notre scanner.",
    "not-offered-accepted": "STARTTLS n'est pas offert, mais accepté.",
    "server-said-greeting": "La salutation sur le port {port} est «{code} {text}».",
    "server-said-ehlo": "La réponse à EHLO a été «{code} {text}».",
    "server-said-starttls": "La réponse à STARTTLS a été «{code} {text}».",
    "stage-broke-greeting": "Aucune salutation sur le port {port} ({error}).",
    "stage-broke-ehlo": "La connexion s'est rompue après EHLO ({error}).",
    "stage-broke-starttls": "La connexion s'est rompue après STARTTLS ({error}).",
    "handshake-broke": "Le chiffrement sur le port {port} n'a pas abouti ({error}: {text}).",
    "small-pass": "Avec de petits paquets, le chiffrement aboutit.",
    "small-stall": "Le chiffrement n'aboutit pas non plus avec de petits paquets.",
    "certificate-shown": "Le certificat montré vient de «{issuer}», pour {names}, valable jusqu'au {not_after}.",
    "pin-differs": "Le certificat montré n'est pas le nôtre.",
    "name-differs": "Le nom du certificat ne correspond pas au serveur.",
    "mechanisms": "L'offre est {mechanisms}.",
    "broke-inside-tls": "La connexion sur le port {port} s'est rompue après le chiffrement ({error}).",
    "no-auth-offered": "Aucune authentification n'est offerte après le chiffrement.",
    "login-refused": "La réponse à l'authentification a été «{code} {text}{error}».",
    "password-blank": "Le mot de passe saisi a une espace au bord.",
    "username-odd": "Le nom d'utilisateur saisi contient des espaces ou des caractères inhabituels.",
    "no-link": "Aucune carte réseau n'est connectée ({cards}).",
    "scanner-on-link": "D'après le masque de réseau, {address} se trouve dans le réseau local {network}, où personne ne répond.",
    "gateway-silent": "À l'adresse {gateway}, personne ne répond sur le réseau local.",
    "gateway-off-link": "La passerelle {gateway} se trouve hors des réseaux locaux ({networks}).",
    "resolver-absent": "À l'adresse {servers}, personne n'est joignable.",
    "resolver-there": "L'appareil {servers} est présent, mais ne répond pas aux questions de noms.",
    "hosts-entry": "Le fichier hosts indique {addresses}.",
    "sent-again": "{count} paquets ont dû être renvoyés.",
    "bulk-slow": "En 3 s, {taken} octets sur {bytes} sont arrivés ({speed} kbit/s).",
    "bulk-stalled": "Après {taken} octets sur {bytes}, plus rien n'est passé.",
    "round-trip-grew": "Un aller-retour durait {first} s au début et {last} s à la fin.",
    "second-silent": "Une connexion au port {port} a abouti, une deuxième juste après non.",
    "greeted-late": "L'accueil n'est arrivé qu'après {seconds} s.",
    "envelope-refused": "Après la connexion, la réponse était «{code} {text}».",
    "way-open": "Les paquets vers ce port passent jusqu'à {hop}.",
    "way-stops": "Les paquets vers le port {port} ne vont que jusqu'à {hop}, d'autres vont plus loin.",
    "portal-silent": "Notre portail n'est pas joignable non plus de là.",
    "refused-here": "Le refus vient du serveur lui-même.",
    "refused-at": "Le refus vient de {hop}.",
    "clock-off": "L'horloge du serveur est décalée de {minutes} minutes.",
    "clock-right": "L'horloge du serveur est juste.",
    "user-blocked": "En tant qu'utilisateur «{user}», le port {port} ne s'ouvre pas ({error}), sinon oui.",
    "relay-none": "Les réglages de {product} n'indiquent aucun serveur relais.",
    "set-starttls-off": "Dans les réglages de {product}, le chiffrement est désactivé.",
    "set-implicit-tls-on-587": "{product} chiffre aussitôt, alors que «{relay}» attend STARTTLS.",
    "set-tls-too-old": "Les réglages de {product} n'autorisent que d'anciennes versions de TLS.",
    "set-auth-not-enabled": "Dans les réglages de {product}, la connexion est désactivée.",
    "set-auth-map-key-mismatch": "Le fichier des mots de passe n'a pas d'entrée pour «{relay}».",
    "set-sasl-plugin-missing": "Le module SASL pour PLAIN manque sur le serveur.",
    "set-sasl-noplaintext-default": "Les réglages de {product} interdisent PLAIN et LOGIN (noplaintext).",
    "set-sasl-mech-mismatch": "Les réglages de {product} excluent PLAIN et LOGIN des méthodes de connexion.",
}

NEXT_CHECKS: Dict[str, str] = {
    "compare-name": "Comparez le nom caractère par caractère avec celui du portail.",
    "ping-resolver": "Vérifiez avec «ping» si le serveur de noms est joignable.",
    "ask-resolver": "Demandez le nom à un autre serveur de noms (nslookup).",
    "count-syn": "Voir dans le journal du scanner si la connexion arrive.",
    "show-routes": "Affichez sur le serveur les adresses et les routes.",
    "ping-gateway": "Vérifiez avec «ping» si la passerelle répond.",
    "probe-elsewhere": "Lancer le même contrôle depuis un autre endroit.",
    "use-587": "Vérifiez le port 587.",
    "later": "Vérifier à nouveau dans quelques minutes.",
    "scanner-log": "Voir dans le journal du scanner pourquoi il refuse.",
    "small-segments": "Répéter le chiffrement avec de petits paquets.",
    "compare-clock": "Comparez l'horloge du serveur avec l'heure exacte.",
    "compare-pin": "Comparez l'empreinte du certificat avec la nôtre.",
    "near-miss": "Voir dans le journal du scanner pourquoi l'authentification a été refusée.",
}
