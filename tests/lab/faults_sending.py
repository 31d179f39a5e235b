"""Faults that show only when the customer's own mail server sends."""

from __future__ import annotations

from tests.lab.configured import Configured
from tests.lab.fault import Fault, both, nothing
from tests.lab.lab import REVERSE_NAME, Lab
from tests.lab.servers import HOST, PASSWORD
from tests.lab.topology import CUSTOMER_PUBLIC4

OLD_NAME = {REVERSE_NAME: {"PTR": ["old.example"]}}
UNKNOWN_NAME = "reject_unknown_client_hostname"
SPECIAL = "S3c#r3t+pass"
RELAY_POLICY = "permit_sasl_authenticated, reject_unauth_destination"


def relay_policy(first: str) -> dict[str, str]:
    """Return the scanner's settings with one more question at RCPT."""
    return {"smtpd_relay_restrictions": f"{first}, {RELAY_POLICY}"}


def let_in_with(lab: Lab, *, password: str = PASSWORD, extra: str = "") -> None:
    """Give the account another password, or extra fields."""
    lab.set_account(password, extra)


SENDING = (
    Fault(
        "starttls-off",
        "the customer's server does not encrypt",
        nothing,
        Configured(mta={"smtp_tls_security_level": "none"}),
    ),
    Fault(
        "auth-not-enabled",
        "the customer's server does not log in",
        nothing,
        Configured(mta={"smtp_sasl_auth_enable": "no"}),
    ),
    Fault(
        "auth-map-key-mismatch",
        "the password map has another host as its key",
        nothing,
        Configured(mta={"smtp_sasl_password_maps": "inline:{{[other.example]=a:b}}"}),
    ),
    Fault(
        "auth-password-special",
        "the password is cut at its #",
        lambda lab: let_in_with(lab, password=SPECIAL),
        Configured(password=SPECIAL.split("#", maxsplit=1)[0]),
    ),
    Fault(
        "account-ip-bound",
        "the account is for another address",
        lambda lab: let_in_with(lab, extra="allow_nets=192.0.2.1"),
    ),
    Fault(
        "sasl-mech-mismatch",
        "the customer's server allows CRAM-MD5 only",
        nothing,
        Configured(mta={"smtp_sasl_mechanism_filter": "cram-md5, digest-md5"}),
    ),
    Fault(
        "sasl-noplaintext-default",
        "the customer's server allows no plaintext mechanism",
        nothing,
        Configured(mta={"smtp_sasl_tls_security_options": "noplaintext, noanonymous"}),
    ),
    Fault(
        "tls-too-old",
        "the customer's server speaks TLS 1.1 only",
        lambda lab: lab.set_scanner(smtpd_tls_mandatory_protocols=">=TLSv1.2"),
        Configured(
            mta={
                "smtp_tls_mandatory_protocols": "TLSv1.1",
                "smtp_tls_mandatory_ciphers": "low",
                "tls_low_cipherlist": "ALL:@SECLEVEL=0",
            }
        ),
    ),
    Fault(
        "cipher-mismatch",
        "the customer's server knows ECDSA ciphers only",
        nothing,
        Configured(
            mta={
                "smtp_tls_mandatory_protocols": "TLSv1.2",
                "smtp_tls_mandatory_ciphers": "high",
                "tls_high_cipherlist": "ECDHE-ECDSA-AES128-GCM-SHA256",
            }
        ),
    ),
    Fault(
        "implicit-tls-on-587",
        "the customer's server starts TLS at once on port 587",
        nothing,
        Configured(mta={"smtp_tls_wrappermode": "yes"}),
    ),
    Fault(
        "ca-bundle-old",
        "the customer's machine knows an older authority only",
        nothing,
        Configured(roots="older-root"),
    ),
    Fault(
        "wrong-server-typo",
        "two letters of the server's name are swapped",
        nothing,
        Configured(host="smpt.cleanmail.example"),
    ),
    Fault(
        "mx-lookup-instead-of-host",
        "the customer's server looks for MX records of our domain",
        nothing,
        Configured(mta={"relayhost": f"{HOST.split('.', 1)[1]}:587"}),
    ),
    Fault(
        "not-using-scanner",
        "the customer's server sends straight to the recipients",
        nothing,
        Configured(mta={"relayhost": ""}),
    ),
    Fault(
        "helo-invalid",
        "the customer's server greets with a name without a domain",
        lambda lab: lab.set_scanner(
            **relay_policy(
                "reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname"
            )
        ),
        Configured(mta={"smtp_helo_name": "MAILSRV01"}),
    ),
    Fault(
        "helo-unknown",
        "the customer's server greets with a name that does not exist",
        lambda lab: lab.set_scanner(**relay_policy("reject_unknown_helo_hostname")),
        Configured(mta={"smtp_helo_name": "mail.customer.local"}),
    ),
    Fault(
        "sender-not-allowed",
        "the sender's address belongs to another account",
        lambda lab: lab.set_scanner(
            smtpd_sender_login_maps="static:someone-else",
            **relay_policy("reject_authenticated_sender_login_mismatch"),
        ),
    ),
    Fault(
        "message-too-big",
        "the message is larger than the scanner takes",
        lambda lab: lab.set_scanner(message_size_limit="20000"),
    ),
    Fault(
        "recipient-limit",
        "more recipients in a minute than the scanner allows",
        lambda lab: lab.set_scanner(smtpd_client_recipient_rate_limit="1"),
        Configured(recipients=3),
    ),
    Fault(
        "auth-lockout",
        "a wrong password was tried too often",
        lambda lab: lab.set_scanner(smtpd_client_auth_rate_limit="1"),
        Configured(password="nope"),
    ),
    Fault(
        "scanner-disk-full",
        "the scanner has no room for new mail",
        lambda lab: lab.set_scanner(queue_minfree="900000000000000"),
    ),
    Fault(
        "ptr-mismatch",
        "the name of the customer's address leads elsewhere",
        both(
            lambda lab: lab.set_zone(records=OLD_NAME),
            lambda lab: lab.set_scanner(
                **relay_policy("reject_unknown_client_hostname")
            ),
        ),
    ),
    Fault(
        "bare-lf",
        "an application sends lines that end in LF alone",
        lambda lab: lab.set_scanner(smtpd_forbid_bare_newline="reject"),
        Configured(device="bare-lf"),
    ),
    Fault(
        "early-talker",
        "a device sends its commands before the greeting",
        lambda lab: lab.set_scanner(
            smtpd_client_restrictions="sleep 1, reject_unauth_pipelining",
            smtpd_forbid_unauth_pipelining="yes",
        ),
        Configured(device="early"),
    ),
    Fault(
        "firewall-egress-process",
        "the machine's firewall lets the mail program's user not out",
        lambda lab: lab.set_filter(
            "customer",
            "output",
            'oifname "eth0" meta skuid postfix tcp dport { 25, 587 } drop;',
        ),
    ),
    Fault(
        "return-path-asymmetric",
        "the scanner's answers are lost on their way back",
        lambda lab: lab.set_filter(
            "provider",
            "forward",
            f"ip daddr {CUSTOMER_PUBLIC4} tcp sport {{ 25, 587 }} drop;",
        ),
    ),
)
