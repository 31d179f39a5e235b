"""Faults of boxes that meddle with SMTP, of settings and of the scanner."""

from __future__ import annotations

from tests.lab.configured import Configured
from tests.lab.fault import NOWHERE4, ON_25, Fault, both, nothing
from tests.lab.lab import REVERSE_NAME
from tests.lab.servers import PASSWORD, USERNAME
from tests.lab.topology import CUSTOMER_PUBLIC4

BLOCKLIST = "bl.lab.example"
LISTED_NAME = ".".join(reversed(CUSTOMER_PUBLIC4.split("."))) + f".{BLOCKLIST}"
TOO_MANY = f"inline:{{ {{ {CUSTOMER_PUBLIC4} = 421 4.7.0 Too many connections }} }}"

BOXES = (
    Fault(
        "transparent-proxy",
        "the provider's own server answers in our place",
        lambda lab: lab.set_box("foreign"),
    ),
    Fault(
        "smtp-inspection-mask",
        "a firewall masks greeting and keywords",
        lambda lab: lab.set_box("mask"),
    ),
    Fault(
        "smtp-inspection-helo",
        "a firewall overwrites EHLO",
        lambda lab: lab.set_box("helo-only"),
    ),
    Fault(
        "starttls-stripped",
        "a firewall takes STARTTLS out of the reply",
        lambda lab: lab.set_box("strip"),
    ),
    Fault(
        "starttls-refused-454",
        "something answers STARTTLS with 454",
        lambda lab: lab.set_box("refuse-454"),
    ),
    Fault(
        "starttls-refused-502",
        "something answers STARTTLS with 502",
        lambda lab: lab.set_box("refuse-502"),
    ),
    Fault(
        "starttls-garbage",
        "clear text comes where the handshake should be",
        lambda lab: lab.set_box("garbage"),
    ),
    Fault(
        "tls-intercept-av",
        "a mail shield shows its own certificate",
        lambda lab: lab.set_box("intercept", shield=True),
    ),
    Fault(
        "tls-intercept-plain",
        "a mail shield ends TLS and goes on in clear text",
        lambda lab: lab.set_box("intercept-plain", shield=True),
    ),
    Fault(
        "tls-intercept-noauth",
        "a mail shield shows its own certificate and removes AUTH",
        lambda lab: lab.set_box("intercept-noauth", shield=True),
    ),
    Fault(
        "firewall-stall-banner",
        "a firewall accepts and says nothing",
        lambda lab: lab.set_box("stall"),
    ),
    Fault(
        "firewall-stall-tls",
        "a firewall swallows everything after STARTTLS",
        lambda lab: lab.set_box("stall-tls"),
    ),
    Fault(
        "firewall-rst-banner",
        "a firewall resets after the greeting",
        lambda lab: lab.set_box("reset-greeting"),
    ),
    Fault(
        "firewall-rst-clienthello",
        "a firewall resets at the ClientHello",
        lambda lab: lab.set_box("reset-tls"),
    ),
    Fault(
        "isp-policy-554",
        "the provider greets with 554 on port 25; the customer uses 25",
        lambda lab: lab.set_box("policy", ports="25"),
        ON_25,
    ),
    Fault(
        "captive-portal",
        "a captive portal answers with HTTP",
        lambda lab: lab.set_box("captive"),
    ),
)
SETTINGS = (
    Fault(
        "wrong-port",
        "the customer's server is set to port 2526",
        nothing,
        Configured(port=2526),
    ),
    Fault(
        "wrong-server",
        "the customer's server is set to the filter for incoming mail",
        nothing,
        Configured(host="mx.cleanmail.example", port=25),
    ),
    Fault(
        "stale-ip-in-config",
        "the customer's server is set to an old address",
        nothing,
        Configured(host=NOWHERE4),
    ),
    Fault(
        "auth-password-wrong",
        "the password is another one",
        nothing,
        Configured(password="nope"),
    ),
    Fault(
        "auth-password-space",
        "the password ends with a blank",
        nothing,
        Configured(password=f"{PASSWORD} "),
    ),
    Fault(
        "auth-user-wrong",
        "the user name is another one",
        nothing,
        Configured(username="acme"),
    ),
    Fault(
        "auth-user-domain",
        "the user name carries a domain that ours has not",
        nothing,
        Configured(username=f"{USERNAME}@customer.example"),
    ),
)
SCANNER = (
    Fault("scanner-down", "our Postfix is stopped", lambda lab: lab.stop_scanner()),
    Fault(
        "scanner-auth-backend-down",
        "our Dovecot is stopped",
        lambda lab: lab.stop_auth(),
    ),
    Fault(
        "scanner-cert-expired",
        "our certificate ended 30 days ago",
        lambda lab: lab.set_scanner(certificate="expired"),
    ),
    Fault(
        "scanner-cert-wrong-name",
        "our certificate is another host's",
        lambda lab: lab.set_scanner(certificate="wrong-name"),
    ),
    Fault(
        "scanner-cert-self-signed",
        "our certificate is signed by itself",
        lambda lab: lab.set_scanner(certificate="self-signed"),
    ),
    Fault(
        "scanner-cert-no-chain",
        "our server leaves out the issuing certificate",
        lambda lab: lab.set_scanner(certificate="no-chain"),
    ),
    Fault(
        "scanner-tls-broken",
        "our certificate and our key do not belong together",
        lambda lab: lab.set_scanner(key="shield"),
    ),
    Fault(
        "greet-delay",
        "our server greets after four seconds",
        lambda lab: lab.set_scanner(
            smtpd_client_restrictions="sleep 4", smtpd_delay_reject="no"
        ),
    ),
    Fault(
        "account-disabled",
        "the account is locked at our side",
        lambda lab: lab.deny_account(),
    ),
    Fault(
        "rate-limited-421",
        "our server takes no connection from there for a minute",
        lambda lab: lab.set_scanner(
            smtpd_client_restrictions=f"check_client_access {TOO_MANY}",
            smtpd_delay_reject="no",
        ),
    ),
    Fault(
        "dnsbl-listed",
        "the customer's address is on a blocklist",
        both(
            lambda lab: lab.set_zone(records={LISTED_NAME: {"A": ["127.0.0.2"]}}),
            lambda lab: lab.set_scanner(
                smtpd_client_restrictions=f"reject_rbl_client {BLOCKLIST}",
                smtpd_delay_reject="no",
            ),
        ),
    ),
    Fault(
        "ptr-missing",
        "the customer's address has no name",
        both(
            lambda lab: lab.set_zone(records={REVERSE_NAME: {}}),
            lambda lab: lab.set_scanner(
                smtpd_client_restrictions="reject_unknown_reverse_client_hostname",
                smtpd_delay_reject="no",
            ),
        ),
    ),
)
