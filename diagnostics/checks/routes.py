"""Where this machine sends packets: its routes, as far as Linux tells."""

import socket
import struct
from typing import List

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Facts

ROUTES = "/proc/net/route"
LOOPBACK = "lo"


def check_routes() -> Evidence:
    """Report default gateways and the number of other IPv4 routes."""
    try:
        with open(ROUTES, encoding="ascii") as table:
            rows = [line.split() for line in table][1:]
    except OSError:
        return Evidence("routes", "ipv4", SKIPPED, 0.0, {"error": "unknown"}, [])
    rows = [row for row in rows if len(row) > 2 and row[0] != LOOPBACK]
    gateways: List[str] = [
        socket.inet_ntoa(struct.pack("<L", int(row[2], 16)))
        for row in rows
        if int(row[1], 16) == 0
    ]
    facts: Facts = {"gateways": gateways, "routes": len(rows)}
    return Evidence("routes", "ipv4", OK if gateways else FAILED, 0.0, facts, [])
