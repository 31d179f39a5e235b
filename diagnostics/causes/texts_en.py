"""Causes, reasons and next checks in English."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "wrong-server": (
        "Your server is set to a server that is not our outbound scanner.",
        "Enter the name of the outbound scanner in your mail server as it is shown here.",
    ),
    "wrong-server-typo": (
        "The server name that is set contains a typing error.",
        "Correct the name of the outbound scanner in your mail server.",
    ),
    "wrong-port": (
        "Your server is set to a port that our scanner does not offer.",
        "In your mail server, set a port that is shown as open here, with STARTTLS; 587 is usual.",
    ),
    "stale-ip-in-config": (
        "Your mail server is set to an IP address that is no longer our scanner's.",
        "Enter the name of the outbound scanner instead of an IP address.",
    ),
    "dns-nxdomain": (
        "The name server that was asked does not know the scanner's name.",
        "Check local zones and filter lists on that name server; the name must resolve as on the rest of the internet.",
    ),
    "dns-servfail": (
        "The name server that was asked cannot resolve the name and reports an error.",
        "Restart the name server or use another one. If the error stays, we check our zone.",
    ),
    "dns-refused": (
        "The name server that was asked refuses to answer.",
        "Allow this server to query the name server, or set another name server.",
    ),
    "dns-server-dead": (
        "The name server that is set does not answer.",
        "Get the name server running or set another one.",
    ),
    "dns-server-wrong": (
        "The address of the name server that is set is wrong.",
        "Correct the address of the name server in the network settings.",
    ),
    "dns-hijack": (
        "The name resolves to an address that is not ours.",
        "Remove the redirection on the name server or set another name server.",
    ),
    "dns-slow": (
        "Resolving the name takes unusually long.",
        "Set a name server that is nearer.",
    ),
    "dns-aaaa-timeout": (
        "Queries for IPv6 addresses get no answer and delay every connection.",
        "Set up the firewall or the name server so that AAAA queries are answered.",
    ),
    "hosts-file-stale": (
        "An old entry in the hosts file points to a wrong address.",
        "Delete the entry in the hosts file.",
    ),
    "port25-blocked-drop": (
        "Port 25 is blocked on the way to the scanner, mostly by the internet provider.",
        "Change the port in your mail server from 25 to 587. Another port gets through.",
    ),
    "port25-blocked-rst": (
        "Port 25 is refused on the way to the scanner, mostly by the internet provider.",
        "Change the port in your mail server from 25 to 587. Another port gets through.",
    ),
    "port25-blocked-icmp": (
        "A router on the way to the scanner prohibits port 25.",
        "Change the port in your mail server from 25 to 587. Another port gets through.",
    ),
    "isp-policy-554": (
        "Another server answers in our place and refuses, mostly the internet provider's.",
        "Change the port in your mail server from 25 to 587.",
    ),
    "egress-firewall-all": (
        "A firewall lets no connections out to the scanner.",
        "Allow outgoing connections to port 587 on the firewall.",
    ),
    "host-firewall-out": (
        "The firewall on the server itself blocks outgoing connections.",
        "Allow outgoing connections to ports 25 and 587 on this server.",
    ),
    "portal-ip-filtered": (
        "Our firewall blocks the address the connection comes from.",
        "We lift the block. Tell us the public IP address of your server.",
    ),
    "return-path-asymmetric": (
        "Our answers do not find their way back.",
        "Your internet provider has to repair the way back.",
    ),
    "no-internet": (
        "The server has no connection to the internet.",
        "Check the internet line.",
    ),
    "no-default-route": (
        "No default gateway is set on the server.",
        "Enter the default gateway.",
    ),
    "link-down": (
        "The server's network port is not connected.",
        "Connect the network cable or the virtual port.",
    ),
    "gateway-wrong": (
        "The gateway that is set does not answer.",
        "Correct the address of the gateway.",
    ),
    "netmask-wrong": ("The netmask that is set is wrong.", "Correct the netmask."),
    "ipv6-broken": (
        "No connection gets through by IPv6, by IPv4 it does.",
        "Repair IPv6 or prefer IPv4 in the mail server.",
    ),
    "ipv6-only-blocked": (
        "IPv6 is refused on the way to the scanner, IPv4 is not.",
        "Allow IPv6 on the firewall too.",
    ),
    "scanner-down": (
        "Our outbound scanner accepts no connections.",
        "We get it running again. Your server keeps trying by itself.",
    ),
    "captive-portal": (
        "The log-in page of a network answers instead of the mail server.",
        "Log the server in to the network or have it exempted.",
    ),
    "rate-limited-421": (
        "Our scanner slows down because too many connections come from the same address.",
        "Wait a few minutes and lower the number of simultaneous connections. If that is not enough, we raise the limit.",
    ),
    "dnsbl-listed": (
        "The public address of your server is on a blocklist.",
        "Have the address removed from the list; we accept connections that log in all the same.",
    ),
    "ptr-missing": (
        "The public address of your server has no name (PTR record).",
        "Have the internet provider set a PTR record for the address.",
    ),
    "ptr-mismatch": (
        "The name of your server's public address does not lead back to it.",
        "Have the PTR record at the internet provider and the A record in your zone set to the same name.",
    ),
    "greet-delay": (
        "The scanner takes longer to greet than the sender waits.",
        "We shorten the delay on port 587.",
    ),
    "firewall-stall-banner": (
        "A device on the way accepts the connection but does not pass it on.",
        "Turn the SMTP proxy on the firewall off or exempt our scanner from it.",
    ),
    "firewall-rst-banner": (
        "A device on the way cuts the connection at the greeting.",
        "Turn SMTP inspection for our scanner off on the firewall.",
    ),
    "firewall-rst-clienthello": (
        "A device on the way cuts the connection as soon as encryption starts.",
        "Exempt our scanner from TLS inspection on the firewall.",
    ),
    "firewall-stall-tls": (
        "A device on the way holds the connection as soon as encryption starts.",
        "Exempt our scanner from TLS inspection on the firewall.",
    ),
    "high-latency": (
        "The way to the scanner is very slow.",
        "Raise the time limits in your mail server, or have the line checked.",
    ),
    "mtu-blackhole": (
        "Large packets are lost on the way.",
        "Let ICMP «fragmentation needed» pass the firewall or limit the MSS.",
    ),
    "smtp-inspection-mask": (
        "A firewall alters the SMTP connection and so prevents encryption.",
        "Turn SMTP inspection off on the firewall (Cisco: «no inspect esmtp»).",
    ),
    "smtp-inspection-helo": (
        "A firewall allows only old SMTP and so prevents encryption.",
        "Turn SMTP inspection off on the firewall (Cisco: «no fixup protocol smtp 25»).",
    ),
    "transparent-proxy": (
        "Another mail server answers in our place.",
        "Turn the SMTP proxy on the firewall off or use port 587.",
    ),
    "starttls-off": (
        "Your mail server does not encrypt the connection.",
        "Turn STARTTLS on in your mail server; our scanner accepts encrypted connections only.",
    ),
    "starttls-stripped": (
        "A device on the way removes the offer to encrypt.",
        "Turn SMTP inspection off on the firewall or in the antivirus software.",
    ),
    "starttls-refused-454": (
        "Encryption is refused for the moment, presumably by a device on the way.",
        "Turn the scanning of outgoing mail off in the antivirus software or on the firewall.",
    ),
    "starttls-refused-502": (
        "Encryption is offered and then refused, presumably by a device on the way.",
        "Turn the scanning of outgoing mail off in the antivirus software or on the firewall.",
    ),
    "starttls-garbage": (
        "After STARTTLS there comes plain text instead of encryption.",
        "Turn SMTP inspection for our scanner off on the firewall.",
    ),
    "implicit-tls-on-587": (
        "Your mail server starts encryption at once instead of with STARTTLS.",
        "Choose «STARTTLS» instead of «SSL/TLS» in your mail server.",
    ),
    "tls-intercept-av": (
        "Antivirus software or a firewall opens the encrypted connection.",
        "Exempt our scanner from inspection there.",
    ),
    "tls-intercept-noauth": (
        "A device on the way opens the encrypted connection and prevents the log-in.",
        "Exempt our scanner from inspection in the antivirus software or on the firewall.",
    ),
    "tls-intercept-plain": (
        "A device on the way opens the connection and passes it on unencrypted.",
        "Exempt our scanner from inspection in the antivirus software or on the firewall.",
    ),
    "scanner-cert-expired": (
        "Our scanner's certificate has expired.",
        "We renew it. There is nothing for you to do.",
    ),
    "scanner-cert-wrong-name": (
        "Our scanner's certificate is not valid for this name.",
        "We replace it. There is nothing for you to do.",
    ),
    "scanner-cert-self-signed": (
        "Our scanner's certificate was issued by no known authority.",
        "We replace it. There is nothing for you to do.",
    ),
    "scanner-cert-no-chain": (
        "Our scanner does not send its intermediate certificate.",
        "We add it. There is nothing for you to do.",
    ),
    "ca-bundle-old": (
        "The list of certificate authorities on the server is outdated.",
        "Update the certificate authorities (package «ca-certificates» or Windows Update).",
    ),
    "clock-skew": (
        "The server's clock is wrong, so the certificate counts as invalid.",
        "Set the clock and set up NTP.",
    ),
    "tls-too-old": (
        "The two sides find no TLS version in common.",
        "Turn on TLS 1.2 or newer on your server.",
    ),
    "cipher-mismatch": (
        "The two sides find no cipher in common.",
        "Update the ciphers on your server.",
    ),
    "scanner-tls-broken": (
        "Our scanner cannot encrypt at the moment.",
        "We repair that. Your server keeps trying by itself.",
    ),
    "auth-password-wrong": (
        "The password is wrong.",
        "Set the password anew and paste it without blanks.",
    ),
    "auth-password-space": (
        "There is a blank before or after the password.",
        "Enter the password without leading and trailing blanks.",
    ),
    "auth-password-special": (
        "The password contains characters that are changed when pasted.",
        "Set a password of letters and digits only.",
    ),
    "auth-user-wrong": (
        "The user name is wrong.",
        "Use the user name exactly as it is shown in the portal.",
    ),
    "auth-user-domain": (
        "The user name is wrong with the domain behind it.",
        "Use the user name exactly as it is shown in the portal, with or without @domain.",
    ),
    "auth-lockout": (
        "Too many wrong log-ins: access is locked for a few minutes.",
        "Correct the password and wait a few minutes.",
    ),
    "account-disabled": (
        "The outbound account is locked.",
        "We unlock the account. Get in touch with us.",
    ),
    "account-ip-bound": (
        "The outbound account is valid for certain addresses only.",
        "Tell us the public IP address of your server.",
    ),
    "sasl-mech-mismatch": (
        "The two sides find no log-in method in common.",
        "Allow PLAIN or LOGIN over TLS in your mail server.",
    ),
    "scanner-auth-backend-down": (
        "Our scanner cannot check log-ins at the moment.",
        "We repair that. Your server keeps trying by itself.",
    ),
}

REASONS: Dict[str, str] = {
    "host-differs": "«{host}» is set, the scanner is called {names}.",
    "port-not-offered": "Port {port} is set, {ports} is offered.",
    "unresolved": "The name {host} does not resolve ({error}).",
    "other-addresses": "It resolves to {addresses}, expected is {expected}.",
    "aaaa-silent": "The question for AAAA got no answer, the one for A did.",
    "resolved-late": "Resolving took {seconds} s.",
    "silent": "Port {port} at {address} stays silent.",
    "refused": "Port {port} at {address} is refused after {seconds} s ({error}).",
    "refused-untimed": "Port {port} at {address} is refused ({error}).",
    "unresolved-without-gateway": "No default gateway is set, and no name server answers.",
    "unsaid": "Port {port}: no connection; the program does not say why.",
    "open-beside": "Port {port} at the same address is open.",
    "open-beside-v4": "By IPv4 port {port} is open.",
    "unfinished": "The connection on port {port} did not get beyond «{stage}» in time.",
    "slow-connect": "Connecting took {seconds} s.",
    "masked": "Greeting or offers are overwritten with asterisks or X.",
    "foreign-greeting": "The greeting names «{host}», not our scanner.",
    "not-offered-accepted": "STARTTLS is not offered, but accepted.",
    "server-said-greeting": "The greeting on port {port} is «{code} {text}».",
    "server-said-ehlo": "The answer to EHLO was «{code} {text}».",
    "server-said-starttls": "The answer to STARTTLS was «{code} {text}».",
    "stage-broke-greeting": "No greeting came on port {port} ({error}).",
    "stage-broke-ehlo": "The connection broke after EHLO ({error}).",
    "stage-broke-starttls": "The connection broke after STARTTLS ({error}).",
    "handshake-broke": "Encryption on port {port} did not come about ({error}: {text}).",
    "small-pass": "With small packets encryption comes about.",
    "small-stall": "Encryption does not come about with small packets either.",
    "certificate-shown": "A certificate of «{issuer}» for {names} was shown, valid until {not_after}.",
    "pin-differs": "The certificate that was shown is not ours.",
    "name-differs": "The name in the certificate does not match the server.",
    "mechanisms": "{mechanisms} is offered.",
    "broke-inside-tls": "The connection on port {port} broke after encryption ({error}).",
    "no-auth-offered": "No log-in is offered after encryption.",
    "login-refused": "The answer to the log-in was «{code} {text}{error}».",
    "password-blank": "The password that was typed has a blank at its edge.",
    "username-odd": "The user name that was typed contains blanks or unusual characters.",
    "no-link": "No network card is connected ({cards}).",
    "scanner-on-link": "By the netmask {address} lies in the machine's own network {network}, where nobody answers.",
    "gateway-silent": "At {gateway} nobody answers in the machine's own network.",
    "gateway-off-link": "The gateway {gateway} lies outside of the machine's own networks ({networks}).",
    "resolver-absent": "At {servers} nobody can be reached.",
    "resolver-there": "The device {servers} is there but answers no questions for names.",
    "hosts-entry": "The hosts file says {addresses}.",
    "sent-again": "{count} packets had to be sent again.",
    "bulk-slow": "In 3 s {taken} of {bytes} bytes arrived ({speed} kbit/s).",
    "bulk-stalled": "After {taken} of {bytes} bytes nothing got through any more.",
    "round-trip-grew": "A round trip took {first} s at first and {last} s at the end.",
    "second-silent": "One connection to port {port} came about, a second one right after it did not.",
    "greeted-late": "The greeting came only after {seconds} s.",
    "envelope-refused": "After the log-in the answer was «{code} {text}».",
    "way-open": "Packets to this port get through as far as {hop}.",
    "way-stops": "Packets to port {port} get only as far as {hop}, others get further.",
    "portal-silent": "Our portal cannot be reached from there either.",
    "refused-here": "The refusal comes from the server itself.",
    "refused-at": "The refusal comes from {hop}.",
    "clock-off": "The server's clock is off by {minutes} minutes.",
    "clock-right": "The server's clock is right.",
    "user-blocked": "As the user «{user}» port {port} does not open ({error}), otherwise it does.",
    "relay-none": "The settings of {product} name no relay server.",
    "set-starttls-off": "In the settings of {product} encryption is turned off.",
    "set-implicit-tls-on-587": "{product} encrypts at once although «{relay}» expects STARTTLS.",
    "set-tls-too-old": "The settings of {product} allow old TLS versions only.",
    "set-auth-not-enabled": "In the settings of {product} the log-in is turned off.",
    "set-auth-map-key-mismatch": "The password file has no entry for «{relay}».",
    "set-sasl-plugin-missing": "The SASL module for PLAIN is missing on the server.",
    "set-sasl-noplaintext-default": "The settings of {product} forbid PLAIN and LOGIN (noplaintext).",
    "set-sasl-mech-mismatch": "The settings of {product} leave PLAIN and LOGIN out of the log-in methods.",
}

NEXT_CHECKS: Dict[str, str] = {
    "compare-name": "Compare the name with the one in the portal, character by character.",
    "ping-resolver": "Check with «ping» whether the name server can be reached.",
    "ask-resolver": "Ask another name server for the name (nslookup).",
    "count-syn": "See in the scanner's log whether the connection arrives.",
    "show-routes": "Show addresses and routes on the server.",
    "ping-gateway": "Check with «ping» whether the gateway answers.",
    "probe-elsewhere": "Run the same check from another place.",
    "use-587": "Check port 587.",
    "later": "Check again in a few minutes.",
    "scanner-log": "See in the scanner's log why it refuses.",
    "small-segments": "Repeat the encryption with small packets.",
    "compare-clock": "Compare the server's clock with the right time.",
    "compare-pin": "Compare the certificate's fingerprint with ours.",
    "near-miss": "See in the scanner's log why the log-in was refused.",
}
