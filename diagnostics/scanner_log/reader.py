"""Lines in, sessions out: interleaved ones by process, log-ins by client and time."""

from datetime import tzinfo
from typing import Any, Dict, Iterable, List, Optional, Union

from diagnostics.checks.evidence import Evidence
from diagnostics.scanner_log.dovecot import Refusal, read_refusal
from diagnostics.scanner_log.lines import Entry, LineReader
from diagnostics.scanner_log.observation import make_evidence
from diagnostics.scanner_log.postfix import (
    continue_session,
    find_service,
    start_session,
)
from diagnostics.scanner_log.session import ScannerSession

# Dovecot says why before Postfix says that it refused, by so much at most.
REASON_SECONDS = 6.0
# The class of the slip stands in a line of its own, soon after.
SLIP_SECONDS = 3.0
# A session without an end is given up after that long.
OPEN_SECONDS = 3600.0
OPEN_LIMIT = 5000
REASONS = {
    "password": "password mismatch",
    "user": "unknown user",
    "disabled": "user disabled",
    "address": "allow_nets check failed",
}
REFUSAL_LIMIT = 2000


class Reader:
    """Puts sessions together; `as_json` keeps what is not finished for the next one."""

    def __init__(
        self, zone: Optional[tzinfo] = None, now: Optional[float] = None
    ) -> None:
        self._lines = LineReader(zone, now)
        self._open: Dict[str, ScannerSession] = {}
        self._ended: List[ScannerSession] = []
        self._refusals: List[Refusal] = []
        self._last: Dict[str, List[float]] = {}
        self._at = 0.0

    def read(self, raw: Union[str, bytes]) -> None:
        """Take one line, whatever is in it."""
        entry = self._lines.read(raw)
        if entry is not None:
            self.add(entry)

    def parse(self, raw: Union[str, bytes]) -> Optional[Entry]:
        """Return what the line says, to be added in the order of its time."""
        return self._lines.read(raw)

    def add(self, entry: Entry) -> None:
        """Take what one line says."""
        self._at = max(self._at, entry.at)
        service = find_service(entry.program)
        if service is not None:
            self._add_to_session(entry, service)
            return
        refusal = read_refusal(entry)
        if refusal is not None:
            self._refusals = [*self._refusals, refusal][-REFUSAL_LIMIT:]

    def _add_to_session(self, entry: Entry, service: str) -> None:
        process = "{} {}".format(entry.host, entry.pid)
        begun = start_session(entry, service)
        if begun is not None:
            if process in self._open:  # its end was never written
                self._end(process)
            begun.number = self._number(process, entry.at)
            begun.add_line(entry.text)
            self._open[process] = begun
            if len(self._open) > OPEN_LIMIT:
                self._end(next(iter(self._open)))
            return
        session = self._open.get(process)
        if session is None:
            return
        continue_session(session, entry)
        if session.is_ended:
            self._end(process)

    def _number(self, process: str, at: float) -> int:
        before, number = self._last.pop(process, [0.0, 0])
        count = int(number) + 1 if before == at else 0
        self._last[process] = [at, count]
        if len(self._last) > OPEN_LIMIT:
            del self._last[next(iter(self._last))]
        return count

    def _end(self, process: str) -> None:
        session = self._open.pop(process)
        session.is_ended = True
        self._ended.append(session)

    def take(self, now: Optional[float] = None) -> List[ScannerSession]:
        """Return the sessions that have ended, and forget them.

        One whose refused log-in nobody has explained waits a little: Dovecot's line may
        be on its way in another file. Give the time of day where lines come as they are
        written, for then a silent log does not stop the clock.
        """
        at = max(self._at, now or 0.0)
        for process, session in list(self._open.items()):
            if session.ended_at < at - OPEN_SECONDS:
                self._end(process)
        ready = [
            s
            for s in self._ended
            if self._explain(s) or at > s.ended_at + REASON_SECONDS
        ]
        self._ended = [s for s in self._ended if s not in ready]
        self._refusals = [r for r in self._refusals if r.at > at - 10 * REASON_SECONDS]
        return ready

    def take_all(self) -> List[ScannerSession]:
        """Return every session, those without an end too: the log is at its end."""
        for process in list(self._open):
            self._end(process)
        ready, self._ended = self._ended, []
        for session in ready:
            self._explain(session)
        return ready

    def _explain(self, session: ScannerSession) -> bool:
        """Add to each refused log-in why it was; say whether all are explained."""
        for login in session.logins:
            if login["result"] == "failed" and not login["class"]:
                self._explain_login(session, login)
        return all(
            login["class"] or login["result"] != "failed" for login in session.logins
        )

    def _explain_login(self, session: ScannerSession, login: Dict[str, Any]) -> None:
        fitting = [
            refusal
            for refusal in self._refusals
            if refusal.address == session.client_address
            and -1.0 <= login["at"] - refusal.at <= REASON_SECONDS
            and _is_of(refusal, str(login["username"]))
        ]
        why = [refusal for refusal in fitting if not refusal.is_slip]
        if not why:
            return
        slips = [
            refusal
            for refusal in fitting
            if refusal.is_slip and 0 <= refusal.at - why[0].at <= SLIP_SECONDS
        ]
        used = why[:1] + slips[:1]
        login["class"] = used[0].reason
        login["slip"] = used[-1].slip
        login["reason"] = login["reason"] or REASONS[used[0].reason]
        # Two that say the same in the same second are still two.
        spent = {id(one) for one in used}
        self._refusals = [one for one in self._refusals if id(one) not in spent]

    def as_json(self) -> Dict[str, Any]:
        """Return plain values from which `resume` goes on."""
        return {
            "open": [[key, one.as_json()] for key, one in self._open.items()],
            "ended": [one.as_json() for one in self._ended],
            "refusals": [list(one) for one in self._refusals],
            "last": [[key, value] for key, value in self._last.items()],
            "at": self._at,
        }

    def resume(self, kept: Dict[str, Any]) -> None:
        """Go on where the reader that wrote `kept` was."""
        load = ScannerSession.from_json
        self._open = {key: load(values) for key, values in kept.get("open", ())}
        self._ended = [load(values) for values in kept.get("ended", ())]
        self._refusals = [Refusal(*values) for values in kept.get("refusals", ())]
        self._last = {key: list(value) for key, value in kept.get("last", ())}
        self._at = float(kept.get("at", 0.0))


def _is_of(refusal: Refusal, username: str) -> bool:
    return refusal.username.lower() == username.lower()


def read_sessions(
    lines: Union[str, bytes, Iterable[Union[str, bytes]]],
    zone: Optional[tzinfo] = None,
    now: Optional[float] = None,
) -> List[Evidence]:
    """Return one Evidence a session of a mixed log, in the order in which they ended.

    The log comes as lines or as one text. Check `scanner_session`; its facts are
    described in `observation`. Lines of other programs are passed over. `zone` is that
    of lines without one (this machine's otherwise), `now` when the log was taken.
    """
    reader = Reader(zone, now)
    for line in lines.splitlines() if isinstance(lines, (str, bytes)) else lines:
        reader.read(line)
    return [make_evidence(session) for session in reader.take_all()]
