"""The evidence of one vantage point, laid out so that rules can ask for it."""

from typing import Dict, List, Optional, Sequence, Set, Tuple

from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Evidence, Facts

SERVER = "server"
AGENT = "agent"

# The stages of a session in the order in which they come.
STAGES = ("tcp", "greeting", "ehlo", "starttls", "certificate", "ehlo_tls", "auth")

Key = Tuple[str, int]


class Line:
    """All stages of one address and port."""

    def __init__(self, key: Key) -> None:
        self.address, self.port = key
        self.stages: Dict[str, Evidence] = {}

    @property
    def family(self) -> str:
        """Return ipv4 or ipv6."""
        return "ipv6" if ":" in self.address else "ipv4"

    @property
    def is_open(self) -> bool:
        """Say whether TCP came through."""
        return self.status("tcp") == OK

    def status(self, stage: str) -> str:
        """Return how a stage ended, empty if it was not reached."""
        return self.stages[stage].status if stage in self.stages else ""

    def facts(self, stage: str) -> Facts:
        """Return what a stage found, empty if it was not reached."""
        return self.stages[stage].facts if stage in self.stages else {}

    def seconds(self, stage: str) -> float:
        """Return how long a stage took."""
        return self.stages[stage].duration_seconds if stage in self.stages else 0.0

    @property
    def depth(self) -> int:
        """Return how many stages were reached."""
        return len(self.stages)


class Scene:
    """One vantage point's evidence, by check and by line."""

    def __init__(self, evidence: Sequence[Evidence], vantage: str) -> None:
        self.vantage = vantage
        self.evidence = list(evidence)
        lines: Dict[Key, Line] = {}
        for item in evidence:
            if item.check in STAGES and "address" in item.facts:
                key = (str(item.facts["address"]), int(item.facts["port"]))
                lines.setdefault(key, Line(key)).stages[item.check] = item
        foreign = self._foreign_addresses()
        tried = [line for line in lines.values() if line.status("tcp") != SKIPPED]
        self.lines = [line for line in tried if line.address not in foreign]
        # Left out because this machine has no such family: IPv6, mostly.
        self.unroutable = [
            line
            for line in lines.values()
            if line.facts("tcp").get("error") == "ENETUNREACH" and line not in tried
        ]
        self.foreign_lines = [line for line in tried if line.address in foreign]

    def _foreign_addresses(self) -> Set[str]:
        """Return what the name resolves to where none of it is the scanner's."""
        expected = set(self.configured.get("addresses", ()))
        found = {a for item in self.names for a in item.facts.get("addresses", ())}
        system = [i for i in self.names if i.facts.get("resolver") == "system"]
        believed = {a for item in system for a in item.facts.get("addresses", ())}
        if not expected or believed & expected:
            return set()
        return found - expected

    @property
    def configured(self) -> Facts:
        """Return what the customer's server is set to and what the scanner is."""
        found = self.of("configured")
        return found[0].facts if found else {}

    def of(self, check: str) -> List[Evidence]:
        """Return all evidence of one check."""
        return [item for item in self.evidence if item.check == check]

    @property
    def is_by_hand(self) -> bool:
        """Say whether people ran commands: what they left out tells nothing."""
        return bool(self.of("pasted"))

    @property
    def names(self) -> List[Evidence]:
        """Return what is known of the scanner's name, not of another one typed."""
        target = self.configured.get("target")
        return [
            item
            for item in self.of("names")
            if target is None or item.facts.get("host") in (None, target)
        ]

    @property
    def known_ports(self) -> List[int]:
        """Return the ports the scanner offers."""
        return [int(port) for port in self.configured.get("known_ports", (25, 587))]

    @property
    def used_ports(self) -> List[int]:
        """Return the ports that matter: those configured, else those on offer."""
        ports = [int(port) for port in self.configured.get("ports", ())]
        return ports or self.known_ports

    @property
    def is_through(self) -> bool:
        """Say whether a session got as far as a log-in could be tried."""
        return any(line.status("ehlo_tls") == OK for line in self.lines)

    def used_lines(self) -> List[Line]:
        """Return the lines of the ports that matter."""
        return [line for line in self.lines if line.port in self.used_ports]

    def open_lines(self) -> List[Line]:
        """Return the lines to judge a session by: used ones, else any that are open."""
        used = [line for line in self.used_lines() if line.is_open]
        return used or [line for line in self.lines if line.is_open]

    def main_line(self) -> Optional[Line]:
        """Return the line that came furthest, used ports first; None without any."""
        lines = self.used_lines() or self.lines
        ranked = sorted(lines, key=lambda line: (line.is_open, line.depth))
        opened = self.open_lines()
        if ranked and not ranked[-1].is_open and opened:
            ranked = sorted(opened, key=lambda line: line.depth)
        return ranked[-1] if ranked else None


def failed(items: Sequence[Evidence]) -> List[Evidence]:
    """Return those that failed."""
    return [item for item in items if item.status == FAILED]
