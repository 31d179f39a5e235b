"""The mail server's relay settings, read only on request; no secret is kept.

Of the map of passwords only whether it has the relay host's key is asked: what the
program prints goes nowhere, and of a list of passwords only the hosts are looked at.
"""

import os
import re
import subprocess
from typing import Dict, List, Optional, Tuple

from diagnostics.checks.evidence import OK, SKIPPED, Evidence, Facts
from diagnostics.checks.mta import EXIM, POSTFIX, SENDMAIL, Mta
from diagnostics.checks.programs import SECONDS, environment, output_of

_NAMES = (
    "relayhost", "smtp_sasl_auth_enable", "smtp_sasl_password_maps",
    "smtp_tls_security_level", "smtp_use_tls", "smtp_enforce_tls",
    "smtp_tls_wrappermode", "smtp_sasl_tls_security_options",
    "smtp_sasl_mechanism_filter", "smtp_helo_name", "smtp_tls_mandatory_protocols",
    "smtp_sasl_type",
)  # fmt: skip
_PLUGINS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
_EXIM_SETTINGS = "/etc/exim4/update-exim4.conf.conf"
_EXIM_PASSWORDS = "/etc/exim4/passwd.client"
_SENDMAIL_SETTINGS = "/etc/mail/sendmail.cf"
_DESTINATION = re.compile(r"^\[?([^\[\]:]*)\]?(?::(\w+))?$")
_SERVICES = {"smtp": 25, "submission": 587, "submissions": 465, "smtps": 465, "": 25}


def check_mta(mta: Mta, *, may_read: bool) -> Evidence:
    """Report the mail server, and its relay settings where they may be read."""
    facts: Facts = {"product": mta.product, "user": mta.user, "is_read": False}
    if mta.product and may_read:
        readers = {POSTFIX: read_postfix, EXIM: read_exim, SENDMAIL: read_sendmail}
        found = readers[mta.product]() if mta.product in readers else {}
        facts.update(found)
        facts["is_read"] = bool(found)
    status = OK if mta.product else SKIPPED
    lines = ["# {} = {}".format(*one) for one in sorted(facts.items())]
    return Evidence("mta", mta.product, status, 0.0, facts, lines)


def destination(text: str) -> Tuple[str, int, bool]:
    """Return host, port and whether it is a host: [name]:port is, a domain is not."""
    match = _DESTINATION.match(text.strip())
    if not match:
        return "", 25, False
    service = match.group(2) or ""
    port = int(service) if service.isdigit() else _SERVICES.get(service, 0)
    return match.group(1).lower().rstrip("."), port, text.strip().startswith("[")


def read_postfix() -> Facts:
    """Return what matters of main.cf as Postfix itself understands it."""
    return postfix_facts(parse_postconf(output_of("postconf", "-x", *_NAMES)))


def parse_postconf(text: str) -> Dict[str, str]:
    """Return name and value of each line that postconf prints."""
    pairs = [line.partition("=") for line in text.splitlines()]
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def postfix_facts(values: Dict[str, str]) -> Facts:
    """Return the settings in words that fit every mail server."""
    if "relayhost" not in values:
        return {}
    relayhost = values["relayhost"]
    host, port, is_host = destination(relayhost)
    level = values.get("smtp_tls_security_level", "")
    old = "yes" in (values.get("smtp_use_tls"), values.get("smtp_enforce_tls"))
    options = values.get("smtp_sasl_tls_security_options", "")
    return {
        "relay": relayhost,
        "relay_host": host,
        "relay_port": port,
        "is_host": is_host,
        "uses_tls": level not in ("", "none") or (not level and old),
        "uses_implicit_tls": values.get("smtp_tls_wrappermode") == "yes",
        "uses_auth": values.get("smtp_sasl_auth_enable") == "yes",
        "has_key": _has_key(values.get("smtp_sasl_password_maps", ""), relayhost, host),
        "forbids_plain": "noplaintext" in options,
        "mechanisms": values.get("smtp_sasl_mechanism_filter", ""),
        "has_plugin": _has_plugin(values.get("smtp_sasl_type", "")),
        "protocols": values.get("smtp_tls_mandatory_protocols", ""),
        "helo": values.get("smtp_helo_name", ""),
    }


def _has_key(maps: str, relayhost: str, host: str) -> Optional[bool]:
    """Say whether a map knows the relay host, as Postfix looks: by host or as set.

    None where no map can be asked.
    """
    tables = [one for one in re.split(r"[,\s]+", maps) if ":" in one]
    answers = [_is_in(key, table) for table in tables for key in (relayhost, host)]
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


def _is_in(key: str, table: str) -> Optional[bool]:
    """Ask by exit code alone: the answer itself would be the password."""
    if not key:
        return None
    try:
        code = subprocess.call(  # noqa: S603 - fixed words, no shell
            ["postmap", "-q", key, table],  # noqa: S607 - wherever Postfix is
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return code == 0


def _has_plugin(kind: str) -> Optional[bool]:
    """Say whether Cyrus SASL can say PLAIN; None where it is not Cyrus, or unknown."""
    if kind not in ("", "cyrus"):
        return None
    folders = [os.path.join(root, "sasl2") for root in _PLUGINS]
    for root in _PLUGINS:
        if os.path.isdir(root):
            names = os.listdir(root)
            folders += [os.path.join(root, name, "sasl2") for name in names]
    folders = [folder for folder in folders if os.path.isdir(folder)]
    found = [name for folder in folders for name in os.listdir(folder)]
    return any(name.startswith("libplain") for name in found)


def read_exim() -> Facts:
    """Return what Debian asks of Exim's smarthost, without the passwords."""
    values = parse_debian_exim(_lines(_EXIM_SETTINGS))
    if not values:
        return {}
    relay = values.get("dc_smarthost", "").split(";")[0]
    is_used = values.get("dc_eximconfig_configtype") in ("smarthost", "satellite")
    host, _colons, port = relay.partition("::")
    keys = [line.partition(":")[0] for line in _lines(_EXIM_PASSWORDS)]
    keys = [key.strip() for key in keys if not key.startswith("#")]
    return {
        "relay": relay if is_used else "",
        "relay_host": host.strip().lower() if is_used else "",
        "relay_port": int(port) if port.isdigit() else 25,
        "is_host": True,
        "has_key": host.strip() in keys or "*" in keys if keys else None,
    }


def parse_debian_exim(lines: List[str]) -> Dict[str, str]:
    """Return the settings of update-exim4.conf.conf."""
    pairs = [line.partition("=") for line in lines if not line.startswith("#")]
    return {name: value.strip().strip("'") for name, mark, value in pairs if mark}


def read_sendmail() -> Facts:
    """Return the smart host of sendmail.cf, its line DS."""
    return sendmail_facts(_lines(_SENDMAIL_SETTINGS))


def sendmail_facts(lines: List[str]) -> Facts:
    """Return the smart host; `esmtp:[host]` is a mailer and a host."""
    found = [line[2:].strip() for line in lines if line.startswith("DS")]
    if not found:
        return {}
    host, _port, is_host = destination(found[-1].rpartition(":")[2])
    return {
        "relay": found[-1],
        "relay_host": host,
        "relay_port": 0,
        "is_host": is_host,
    }


def _lines(path: str) -> List[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            return list(lines)
    except OSError:
        return []
