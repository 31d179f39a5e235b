"""All checks of one target, side by side, reported in the caller's thread."""

import queue
import time
from functools import partial
from typing import Dict, Iterable, List, Optional, Tuple

from diagnostics.checks.as_user import check_as_user, may_become
from diagnostics.checks.bulk import send_bulk
from diagnostics.checks.closer_look import View, look_closer
from diagnostics.checks.configured import check_configured, clean_host
from diagnostics.checks.dialogue import Dialogue
from diagnostics.checks.evidence import (
    SKIPPED,
    USUAL_PORTS,
    Emit,
    Endpoint,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.login import log_in
from diagnostics.checks.machine import Machine
from diagnostics.checks.mta import Mta, find_mta
from diagnostics.checks.mta_settings import check_mta
from diagnostics.checks.names import check_servers, check_system
from diagnostics.checks.side_by_side import Running
from diagnostics.checks.surroundings import look_along, look_around
from diagnostics.checks.this_machine import read_machine

ADDRESS_LIMIT = 8


class _Run:
    """The threads of one run and the queue they report to."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.reports: "queue.Queue[Optional[Evidence]]" = queue.Queue()
        self._lines: Dict[Endpoint, Running[Dialogue]] = {}
        self._is_settled = False
        self._path: Optional[Running[Facts]] = None
        self._dialogues: List[Dialogue] = []
        self._ends_at = time.monotonic() + target.total_seconds

    def walk(self) -> None:
        """Do everything; `None` in the queue says that it is done."""
        try:
            self._walk()
        finally:
            self.reports.put(None)

    def left(self) -> float:
        """Return the seconds that remain of the run."""
        return self._ends_at - time.monotonic()

    def _walk(self) -> None:
        emit = self.reports.put
        emit(check_configured(self.target))
        mta = self._find_mta() if self.target.is_sender else Mta()
        self._machine = Running(read_machine)
        # Literal addresses are tried although names may be dead.
        self._open(self.target.addresses)
        host = clean_host(self.target.host)
        system = Running(partial(check_system, host, self.target, emit))
        servers = Running(partial(self._ask_servers, host))
        others = self._side_shows(host)
        self._open(system.result(self.left()) or ())
        self._open(servers.result(self.left()) or ())
        self._log_in()
        self._be_the_mta(mta)
        self._is_settled = True
        for other in others:
            other.result(self.left())

    def _find_mta(self) -> Mta:
        """Report the mail server; its own HELO name, where it may be read, is said."""
        mta = find_mta()
        found = check_mta(mta, may_read=self.target.read_mta_config)
        self.reports.put(found)
        helo = self.target.helo or str(found.facts.get("helo", ""))
        self.target = self.target._replace(helo=helo)
        return mta

    def _be_the_mta(self, mta: Mta) -> None:
        """Try an open port as the mail server's user, named or known by its files."""
        name = self.target.mta_user
        if not name and may_become(mta.user):
            name = mta.user
        ports = self.target.configured_ports or self.target.known_ports
        opened = [one.endpoint for one in self._dialogues if one.is_open]
        wanted = [one for one in opened if one.port in ports]
        check_as_user(name, wanted, self.target, self.reports.put)

    def _side_shows(self, typed_for: str) -> List[Running[None]]:
        """Start what nobody waits for before the end."""
        others = []
        if self.target.is_sender:
            others = [Running(self._look_around), Running(self._look_closer)]
        typed = clean_host(self.target.configured_host)
        if typed and typed != typed_for:
            others.append(Running(partial(self._resolve, typed)))
        return others

    def _resolve(self, host: str) -> None:
        check_system(host, self.target, self.reports.put)

    def _known_machine(self) -> Machine:
        return self._machine.result(self.left()) or Machine()

    def _ask_servers(self, host: str) -> List[str]:
        servers = self._known_machine().name_servers
        return check_servers(host, servers, self.reports.put)

    def _look_around(self) -> None:
        """Look at this machine itself, and at the internet from here."""
        machine = self._known_machine()
        for started in look_around(machine, self.target, self.reports.put):
            started.result(self.left())
        self._path_facts()

    def _look_closer(self) -> None:
        view = View(
            lambda: list(self._dialogues), lambda: self._is_settled, self._path_facts
        )
        look_closer(view, self.target, self.reports.put)

    def _path_facts(self) -> Facts:
        """Return what is known of the path, once that is known."""
        path = self._path
        return (path.result(self.left()) if path else None) or {}

    def _open(self, addresses: Iterable[str]) -> None:
        found = list(addresses)[:ADDRESS_LIMIT]
        if found and self._path is None and self.target.is_sender:
            found.sort(key=lambda one: ":" in one)
            look = partial(look_along, found[0], self.reports.put)
            self._path = Running(look)
        for address in found:
            for port in self.target.ports():
                endpoint = Endpoint(clean_host(self.target.host), address, port)
                if endpoint not in self._lines:
                    dialogue = Dialogue(endpoint, self.target, self.reports.put)
                    self._dialogues.append(dialogue)
                    self._lines[endpoint] = Running(dialogue.run)

    def _log_in(self) -> None:
        ready: List[Dialogue] = []
        chosen: Optional[Dialogue] = None
        wants = bool(self.target.username) and self.target.password is not None
        for endpoint in sorted(self._lines, key=self._preference):
            dialogue = self._lines[endpoint].result(self.left())
            if dialogue is None or dialogue.session is None:
                continue
            ready.append(dialogue)
            if chosen is None and wants and dialogue.is_trusted:
                chosen = dialogue
                if log_in(dialogue) and self.target.is_sender:
                    send_bulk(dialogue)
        if wants and chosen is None and ready:
            log_in(ready[0])  # says why it does not
        if not wants:
            self._say_skipped(ready)
        farewells = [Running(d.session.quit) for d in ready if d.session is not None]
        for farewell in farewells:
            farewell.result(min(self.left(), 1.0))

    def _say_skipped(self, ready: List[Dialogue]) -> None:
        subject = ready[0].endpoint.subject if ready else self.target.host
        facts = {"reason": "no-credentials"}
        self.reports.put(Evidence("auth", subject, SKIPPED, 0.0, facts, []))

    def _preference(self, endpoint: Endpoint) -> Tuple[int, int, int]:
        configured = self.target.configured_ports or self.target.known_ports[-1:]
        order = configured + self.target.known_ports[::-1] + USUAL_PORTS[::-1]
        return (
            order.index(endpoint.port),
            0 if endpoint.address in self.target.addresses else 1,
            0 if endpoint.family == "ipv4" else 1,
        )


def run_checks(target: Target, on_evidence: Emit) -> List[Evidence]:
    """Run every check, return all evidence; `on_evidence` gets each as it is found.

    It is called in the caller's own thread; what it raises ends the run. Nothing is
    reported after `total_seconds`; threads that still wait are left behind.
    """
    run = _Run(target)
    walker = Running(run.walk)
    found: List[Evidence] = []
    while True:
        try:
            evidence = run.reports.get(timeout=max(run.left(), 0.01))
        except queue.Empty:
            break
        if evidence is None:
            walker.result(1.0)  # raises what went wrong in it
            break
        found.append(evidence)
        on_evidence(evidence)
    return found
