"""The command line of the agent; what the portal filled in stands behind it."""

import argparse
import ipaddress
import secrets
import urllib.parse
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

SHA256_HEX_LENGTH = 64
LANGUAGES = ("de", "en", "fr", "it")

# What the portal writes into the file: name → type, lists of strings or numbers too.
Settings = Dict[str, Any]


class Options(NamedTuple):
    """What this run was told, by the portal and on the command line."""

    host: str
    configured_host: str
    configured_ports: List[int]
    known_hosts: List[str]
    known_ports: List[int]
    addresses: List[str]
    pins: List[str]
    cafile: str
    ca_pem: str
    username: str
    password_file: str
    helo: str
    nonce: str
    as_json: bool
    report_url: str
    portal_url: str
    portal_addresses: List[str]
    mta_user: str
    read_mta_config: bool
    language: str


def port_number(text: str) -> int:
    """Parse a port."""
    port = int(text)
    if not 0 < port <= 65535:
        raise argparse.ArgumentTypeError("a port is between 1 and 65535")
    return port


def ip_address(text: str) -> str:
    """Parse an IP address."""
    return str(ipaddress.ip_address(text))


def sha256(text: str) -> str:
    """Parse a fingerprint, colons allowed."""
    pin = text.replace(":", "").lower()
    if len(pin) != SHA256_HEX_LENGTH or set(pin) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("a SHA-256 has 64 hexadecimal digits")
    return pin


def add_expectations(parser: argparse.ArgumentParser) -> None:
    """Declare what `manage.py probe` and the agent have in common."""
    add = parser.add_argument
    add("--port", type=port_number, action="append", default=[])
    add("--username", default="")
    add("--cafile", default="")
    add("--expect-address", type=ip_address, action="append", default=[])
    add("--expect-pin", type=sha256, action="append", default=[])
    add("--portal-url", default="", help="shows whether the internet is there")
    add("--json", action="store_true", dest="as_json")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the agent's command line."""
    parser = argparse.ArgumentParser(
        prog="cleanmail-probe.py",
        description="Check the way from this machine to the outbound scanner.",
    )
    add = parser.add_argument
    add("--host", default="", help="the outbound scanner")
    add_expectations(parser)
    add("--password-file", default="", help="read byte for byte, no question asked")
    add("--helo", default="", help="the name that the mail server says in EHLO")
    add("--report", default="", help="the portal, or the address to post to")
    add("--token", default="", help="what the portal knows this run by")
    add("--mta-user", default="", help="try the ports as this user too")
    add("--read-mta-config", action="store_true", help="read relay settings of the MTA")
    add("--language", choices=LANGUAGES, default="")
    return parser


def parse(argv: Sequence[str], settings: Settings) -> Options:
    """Return the options; wrong usage ends the program with 2."""
    parser = make_parser()
    typed = parser.parse_args(list(argv))
    filled = settings.get
    host = typed.host or filled("host", "")
    if not host:
        parser.error("--host is missing")
    if typed.password_file and not (typed.username or filled("username")):
        parser.error("--password-file needs --username")
    # Another host than the portal's: nothing that it said of its scanner holds.
    is_ours = host == filled("host")
    said: Settings = settings if is_ours else {}
    known = said.get
    return Options(
        host=host,
        configured_host=known("configured_host", host),
        configured_ports=typed.port or known("configured_ports", []),
        known_hosts=known("known_hosts", []),
        known_ports=known("known_ports", [25, 587]),
        addresses=typed.expect_address or known("addresses", []),
        pins=typed.expect_pin or known("pins", []),
        cafile=typed.cafile,
        ca_pem=known("ca_pem", ""),
        username=typed.username or known("username", ""),
        password_file=typed.password_file,
        helo=typed.helo,
        nonce=known("nonce", "") or secrets.token_hex(8),
        as_json=typed.as_json,
        report_url=_report_url(typed.report, typed.token) or filled("report_url", ""),
        portal_url=_origin(typed.report) or filled("portal_url", ""),
        portal_addresses=[] if typed.report else filled("portal_addresses", []),
        mta_user=typed.mta_user,
        read_mta_config=typed.read_mta_config,
        language=typed.language or filled("language", ""),
    )


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return "{}://{}".format(parts.scheme, parts.netloc) if parts.netloc else ""


def _report_url(report: str, token: str) -> Optional[str]:
    """Join the portal's address and the token, unless it has one already."""
    if not token or "/agent/" in report:
        return report
    return "{}/agent/{}/report".format(report.rstrip("/"), token)
