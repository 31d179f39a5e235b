"""The scanner's log → one Evidence a session; pure, so that anybody can read a log."""

from diagnostics.scanner_log.observation import make_evidence
from diagnostics.scanner_log.reader import Reader, read_sessions
from diagnostics.scanner_log.session import ScannerSession

__all__ = ["Reader", "ScannerSession", "make_evidence", "read_sessions"]
