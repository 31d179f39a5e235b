"""What the agent is told of its probe, and the file with that filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from diagnostics import agent_file
from diagnostics.errors import NoScanner
from diagnostics.models import AgentToken, Evidence, Probe
from diagnostics.verdicts.scene import SERVER

AUTHORITY_BYTES_MAX = 64 * 1024
# A file of the operator's may hold more than certificates: nothing else goes out.
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----"
)


def make_script(token: AgentToken, evidence: Iterable[Evidence]) -> bytes:
    """Return the agent for this probe: the same bytes as long as nothing new is known.

    `evidence` is the probe's; `token` comes with probe, scanner and creator.
    """
    return agent_file.build(make_settings(token, evidence))


def make_settings(
    token: AgentToken, evidence: Iterable[Evidence]
) -> dict[str, str | list[str] | list[int]]:
    """Return the settings that stand in the file; no secret of the portal is in them.

    What a person typed is in them as typed: `agent_file` writes it as a value only.
    """
    probe = token.probe
    scanner = probe.scanner
    if scanner is None:
        raise NoScanner(probe.customer_id)
    creator = probe.created_by
    return {
        "host": scanner.host,
        "configured_host": probe.configured_host,
        "configured_ports": [probe.configured_port] if probe.configured_port else [],
        "known_hosts": [scanner.host],
        "known_ports": list(scanner.ports),
        "addresses": list(scanner.addresses),
        "pins": _pins(probe, evidence),
        "ca_pem": _authority(scanner.ca_file),
        "username": probe.username,
        "nonce": probe.nonce,
        "portal_url": settings.PORTAL_URL,
        "portal_addresses": list(settings.PORTAL_ADDRESSES),
        "report_url": address_of("diagnostics:agent_report", token),
        "language": creator.language if creator else "",
    }


def address_of(name: str, token: AgentToken) -> str:
    """Return an address of the portal as the customer's server calls it."""
    return settings.PORTAL_URL.rstrip("/") + reverse(name, args=[token.token])


def _pins(probe: Probe, evidence: Iterable[Evidence]) -> list[str]:
    """Return the operator's pin and the certificate that our own probe believed.

    One that we did not believe ourselves is left out: a password is sent to whoever
    shows a certificate of these.
    """
    scanner = probe.scanner
    pins = [scanner.pin_sha256] if scanner is not None and scanner.pin_sha256 else []
    for item in evidence:
        facts = item.facts
        if item.vantage != SERVER or item.check_name != "certificate":
            continue
        if facts.get("is_verified") and facts.get("name_matches"):
            pins.append(str(facts["sha256"]))
    return sorted(set(pins))


def _authority(path: str) -> str:
    if not path:
        return ""
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            text = file.read(AUTHORITY_BYTES_MAX)
    except OSError:
        return ""
    return "".join(found + "\n" for found in _CERTIFICATE.findall(text))
