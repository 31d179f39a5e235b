"""What only several ends together can name, in English."""

from typing import Dict, Tuple

CAUSES: Dict[str, Tuple[str, str]] = {
    "firewall-egress-process": (
        "A firewall or antivirus program does not let the mail program out, but lets others.",
        "Allow the mail server program outgoing connections to port 587.",
    ),
    "conn-limit-nat": (
        "A device on the way allows only a few connections at once or in quick succession.",
        "Raise the limit on the firewall, or let the mail server open fewer connections at once.",
    ),
    "packet-loss": (
        "Packets are lost on the line.",
        "Have the internet provider check the line.",
    ),
    "slow-uplink": (
        "The line sends so slowly that the transfer of large messages breaks off.",
        "Limit the size of attachments or have the line checked.",
    ),
    "nat-session-short": (
        "A device on the way cuts the connection in the middle of the transfer.",
        "Exempt our scanner from content inspection on the firewall and raise its time limit.",
    ),
    "source-ip-changed": (
        "Your server comes from another public address than the registered one.",
        "Tell us the address, or pin the way to the internet.",
    ),
    "resource-exhausted-local": (
        "On your server the disk space or another resource is exhausted.",
        "Free disk space or raise the limit of open files.",
    ),
    "mx-lookup-instead-of-host": (
        "Your mail server looks up MX records instead of using the configured name directly.",
        "Put the name of the outbound scanner in square brackets, or turn the MX lookup off.",
    ),
    "not-using-scanner": (
        "Your mail server sends past the outbound scanner straight to the internet.",
        "Set the outbound scanner as smart host (Exchange: check the scope of the send connector).",
    ),
    "queue-backoff": (
        "The connection works again, but your mail server still waits for its next try.",
        "Have the queue processed now (Postfix: «postqueue -f»).",
    ),
    "auth-not-enabled": (
        "Your mail server does not log in at the outbound scanner.",
        "Turn on authentication with user name and password in your mail server.",
    ),
    "auth-map-key-mismatch": (
        "Your mail server does not find the credentials: their entry is for another server name.",
        "The key of the entry must be exactly the configured relay host, such as «[host]:587».",
    ),
    "sasl-noplaintext-default": (
        "Your mail server refuses plaintext log-in methods even inside encryption.",
        "Allow them over TLS (Postfix: «smtp_sasl_tls_security_options = noanonymous»).",
    ),
    "sasl-plugin-missing": (
        "Your mail server lacks the modules for logging in.",
        "Install the SASL modules (Debian: «libsasl2-modules»).",
    ),
    "client-cert-unusable": (
        "Your mail server cannot use its own certificate and breaks encryption off.",
        "Assign a valid certificate with its private key to the SMTP service.",
    ),
    "helo-invalid": (
        "Your mail server introduces itself with a name without a domain (HELO).",
        "Set a full name as HELO name, such as «mail.your-domain.com».",
    ),
    "helo-unknown": (
        "Your mail server introduces itself with a name that does not exist on the internet (HELO).",
        "Set a name that resolves as HELO name.",
    ),
    "bare-lf": (
        "An application sends messages with wrong line endings.",
        "Update the sending application: every line must end with CR LF.",
    ),
    "early-talker": (
        "A device sends commands before the scanner has greeted.",
        "Update the device's firmware or let it send through your mail server.",
    ),
    "message-too-big": (
        "The message is larger than the scanner accepts.",
        "Lower the allowed size of attachments.",
    ),
    "recipient-limit": (
        "Your server sends to more recipients in a short time than are allowed.",
        "Spread the sending over a longer time.",
    ),
    "sender-not-allowed": (
        "The account may not send with this sender address.",
        "Register the sender's domain with us, or send with an address of your domain.",
    ),
    "scanner-disk-full": (
        "Our scanner has no room for new messages at the moment.",
        "We make room. Your server keeps trying by itself.",
    ),
    "downstream-reject": (
        "The scanner accepted the message, the recipient's server refuses it.",
        "The connection is fine. What counts is what the recipient's server says.",
    ),
}

REASONS: Dict[str, str] = {
    "server-ok": "From the portal the connection gets through.",
    "server-fails-too": "From the portal it fails at the same place.",
    "agent-ok": "The check on your server gets through.",
    "text-fits": "Your mail server's error message fits{said}.",
    "text-names-host": "The error message names «{host}», not our scanner.",
    "log-nothing": "In our scanner's log no connection of your mail server arrives.",
    "log-connect-only": "In our scanner's log the session ends before the first command.",
    "log-helo": "In our scanner's log there is HELO instead of EHLO.",
    "log-ehlo-only": "In our scanner's log the session ends after EHLO, without STARTTLS.",
    "log-plain-mail": "In our scanner's log your mail server sends without asking for STARTTLS.",
    "log-starttls-refused": "In our scanner's log STARTTLS is refused.",
    "log-tls-lost": "In our scanner's log the connection breaks during the handshake.",
    "log-tls-error": "In our scanner's log encryption fails ({text}).",
    "log-tls-quit": "In our scanner's log your mail server hangs up right after encryption.",
    "log-no-auth-quit": "In our scanner's log your mail server hangs up without logging in.",
    "log-no-auth-mail": "In our scanner's log your mail server sends without logging in.",
    "log-auth-failed": "In our scanner's log the log-in is refused ({reason}).",
    "log-auth-temporary": "In our scanner's log the log-in cannot be checked.",
    "log-rejected": "In our scanner's log there is the refusal «{code} {text}».",
    "log-data-refused": "In our scanner's log the content of the message is not accepted.",
    "log-data-lost": "In our scanner's log the transfer of the message breaks off.",
    "log-auth-only": "In our scanner's log your mail server logs in and then sends nothing.",
    "log-own-in-clear": "The check was encrypted; in our scanner's log it arrived unencrypted.",
    "log-sent": "In our scanner's log mail of your server is accepted.",
    "slip-blank": "With one blank less the log-in would have been right.",
    "slip-case": "In other upper and lower case the log-in would have been right.",
    "slip-domain-added": "Without @domain the log-in would have been right.",
    "slip-domain-missing": "With @domain the log-in would have been right.",
    "slip-cut": "The password arrives cut off, mostly at a special character.",
    "slip-encoding": "The password arrives in another character encoding.",
    "slip-quotes": "There are quotation marks too many around the password.",
    "slip-html": "In the password characters are replaced by HTML spellings.",
}

NEXT_CHECKS: Dict[str, str] = {
    "paste-error": "Paste the exact error message of your mail server.",
    "run-agent": "Run the check on your mail server itself.",
    "probe-portal": "Start the check from the portal.",
    "read-log": "See in the scanner's log how far your mail server's session gets.",
    "show-config": "Show your mail server's relay settings (relay host, authentication, key of the password map).",
    "as-mta-user": "Repeat the check as the mail server's user (--mta-user), and open several connections one after the other.",
    "own-certificate": "See in your mail server's send log whether its own certificate is missing.",
    "send-again": "Send a message anew and see whether it arrives.",
    "account-state": "Look at the account's state and allowed addresses in the portal.",
}
