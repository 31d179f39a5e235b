"""One line of a log → when, which program, what it said: syslog, ISO times, journal."""

import calendar
import json
import re
import time
from datetime import datetime, tzinfo
from typing import Dict, List, NamedTuple, Optional, Sequence, Union

# A line longer than that is cut: what matters stands at its beginning.
LINE_LIMIT = 4000
DAY = 86400
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? "
)
_ISO = re.compile(
    r"(?:<\d{1,3}>1? ?)?(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r" ?(Z|[+-]\d\d:?\d\d)? "
)
# "host program[pid]: text"; Dovecot's own file has no host and no process id.
_PROGRAM = re.compile(
    r"(?:([A-Za-z0-9_.-]{1,255}) )?([A-Za-z0-9_./-]{1,100})"
    r"(?:\[(\d{1,10})\]|\((\d{1,10})\))?: (.*)"
)
_FIELD = re.compile(r"([A-Z0-9_]{1,64})=(.*)")


class Entry(NamedTuple):
    """One line of a log, `at` in seconds since 1970."""

    at: float
    host: str
    program: str
    pid: str
    text: str


class LineReader:
    """Reads raw lines; keeps what a record of `journalctl -o export` has so far.

    Times without a zone are those of `zone`, without one of this machine.
    """

    def __init__(
        self, zone: Optional[tzinfo] = None, now: Optional[float] = None
    ) -> None:
        self._zone = zone
        self._now = now
        self._record: Dict[str, str] = {}

    def read(self, raw: Union[str, bytes]) -> Optional[Entry]:
        """Return what the line says, None if it is no line of a log."""
        line = clean(raw)
        if line.startswith("{"):
            return _from_json(line)
        if not line.strip():
            return self._end_record()
        entry = self._from_text(line)
        if entry is None:
            field = _FIELD.match(line)
            if field is not None:
                self._record[field.group(1)] = field.group(2)
        return entry

    def _end_record(self) -> Optional[Entry]:
        record, self._record = self._record, {}
        return _from_fields(record)

    def _from_text(self, line: str) -> Optional[Entry]:
        for pattern, when in ((_ISO, self._iso), (_SYSLOG, self._syslog)):
            stamp = pattern.match(line)
            rest = _PROGRAM.match(line, stamp.end()) if stamp else None
            if stamp is None or rest is None:
                continue
            try:
                at = when(stamp.groups())
            except (ValueError, OverflowError):
                return None
            host, program, pid, worker, text = rest.groups()
            return Entry(at, host or "", program, pid or worker or "", text)
        return None

    def _iso(self, parts: Sequence[str]) -> float:
        numbers = [int(part) for part in parts[:6]]
        fraction = float("0." + (parts[6] or "0"))
        if parts[7] is None:
            return self._local(numbers) + fraction
        offset = 0
        if parts[7] != "Z":
            hours, minutes = int(parts[7][1:3]), int(parts[7][-2:])
            offset = (hours * 3600 + minutes * 60) * (-1 if parts[7][0] == "-" else 1)
        datetime(*numbers)  # type: ignore[arg-type] # noqa: DTZ001 says whether there is such a day
        return calendar.timegm((*numbers, 0, 0, 0)) - offset + fraction

    def _syslog(self, parts: Sequence[str]) -> float:
        """Syslog names no year: it is the latest one that is not to come."""
        now = time.time() if self._now is None else self._now
        year = time.gmtime(now).tm_year
        rest = [_month(parts[0])] + [int(part) for part in parts[1:5]]
        for candidate in (year + 1, year, year - 1):
            try:
                at = self._local([candidate, *rest])
            except ValueError:
                continue  # the 29th of February
            if at <= now + DAY:
                return at
        raise ValueError(parts)

    def _local(self, numbers: List[int]) -> float:
        moment = datetime(*numbers)  # type: ignore[arg-type] # noqa: DTZ001
        if self._zone is not None:
            moment = moment.replace(tzinfo=self._zone)
        return moment.timestamp()


def _month(name: str) -> int:
    at = _MONTHS.index(name)
    if at % 3:
        raise ValueError(name)
    return at // 3 + 1


def clean(raw: Union[str, bytes]) -> str:
    """Return the line as text without anything that a terminal or a page obeys."""
    if isinstance(raw, bytes):
        raw = raw[: LINE_LIMIT * 4].decode("utf-8", "replace")
    return _CONTROL.sub("?", raw.rstrip("\r\n")[:LINE_LIMIT])


def _from_json(line: str) -> Optional[Entry]:
    """Read one line of `journalctl -o json`."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    known = {}
    for name, value in fields.items():
        if isinstance(value, str):
            known[name] = clean(value)
        elif isinstance(value, list) and all(isinstance(sign, int) for sign in value):
            known[name] = clean(bytes(sign & 255 for sign in value))  # is not UTF-8
    return _from_fields(known)


def _from_fields(fields: Dict[str, str]) -> Optional[Entry]:
    program = fields.get("SYSLOG_IDENTIFIER", "")
    pid = fields.get("_PID") or fields.get("SYSLOG_PID", "")
    stamp = fields.get("__REALTIME_TIMESTAMP", "")
    if not (program and stamp.isdigit() and len(stamp) < 20):
        return None
    text = fields.get("MESSAGE", "")
    return Entry(int(stamp) / 1e6, fields.get("_HOSTNAME", ""), program, pid, text)
