"""What the log tells of one SMTP session, as it is put together line by line."""

from typing import Any, Dict, List, Optional

from diagnostics.scanner_log.lines import Entry

# The stages in the order in which a session comes to them.
STAGES = (
    "connect", "ehlo", "starttls", "tls", "auth", "mail", "rcpt", "data", "sent",
)  # fmt: skip
LOGIN_WORDS = ("method", "username", "result", "reason", "class", "slip")
# Of a session that never ends or of a log that lies, only so much is kept.
ITEM_LIMIT = 10
LINE_LIMIT = 60


class ScannerSession:
    """One session at the scanner; all of it plain values, so that it can be kept."""

    def __init__(self, entry: Entry, name: str, address: str, service: str) -> None:
        self.source = entry.host
        self.program = entry.program
        self.pid = entry.pid
        self.client_name = name
        self.client_address = address
        self.service = service
        # Counts the sessions that one process began in the same moment, of one second.
        self.number = 0
        self.started_at = entry.at
        self.ended_at = entry.at
        self.is_ended = False
        self.helo = ""
        self.nonce = ""
        self.stage = "connect"
        self.protocol = ""
        self.cipher = ""
        self.tls_error = ""
        # Each try: at, method, username, result, reason, class, slip.
        self.logins: List[Dict[str, Any]] = []
        self.replies: Dict[str, List[int]] = {}
        self.rejects: List[Dict[str, str]] = []
        self.warnings: List[str] = []
        self.lost_after = ""
        self.lines: List[str] = []

    def reach(self, stage: str) -> None:
        """Note that the session came at least so far."""
        if STAGES.index(stage) > STAGES.index(self.stage):
            self.stage = stage

    def add_line(self, text: str) -> None:
        """Keep a line for the transcript."""
        if len(self.lines) < LINE_LIMIT:
            self.lines.append(text)

    def add_warning(self, text: str) -> None:
        """Note something that the scanner warned of, once."""
        if text not in self.warnings and len(self.warnings) < ITEM_LIMIT:
            self.warnings.append(text)

    def add_login(self, at: float, **said: str) -> None:
        """Note one try to log in."""
        if len(self.logins) < ITEM_LIMIT:
            login: Dict[str, Any] = dict.fromkeys(LOGIN_WORDS, "")
            self.logins.append(dict(login, at=at, **said))

    def last_login(self) -> Optional[Dict[str, Any]]:
        """Return the try that counts, None without any."""
        return self.logins[-1] if self.logins else None

    @property
    def key(self) -> str:
        """Return what tells the session from all others, however often it is read."""
        parts = (self.source, self.pid, self.client_address, str(self.number))
        return "{} {:.6f}".format(" ".join(parts), self.started_at)

    def as_json(self) -> Dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, values: Dict[str, Any]) -> "ScannerSession":
        """Return the session that `as_json` described."""
        session = cls.__new__(cls)
        session.__dict__.update(values)
        return session
