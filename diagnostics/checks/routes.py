"""Where this machine sends packets: default gateways and other IPv4 routes."""

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Facts
from diagnostics.checks.machine import Machine


def check_routes(machine: Machine) -> Evidence:
    """Report default gateways and the number of other IPv4 routes."""
    if not machine.is_known:
        return Evidence("routes", "ipv4", SKIPPED, 0.0, {"error": "unknown"}, [])
    gateways = list(machine.gateways)
    facts: Facts = {"gateways": gateways, "routes": machine.routes}
    return Evidence("routes", "ipv4", OK if gateways else FAILED, 0.0, facts, [])
