"""What diagnostics stores, a file a noun."""

from diagnostics.models.agent_tokens import AgentRun, AgentToken
from diagnostics.models.cases import Case, CaseMessage
from diagnostics.models.fault_notices import FaultNotice
from diagnostics.models.monitors import (
    Monitor,
    MonitorChange,
    MonitorDay,
    MonitorMail,
)
from diagnostics.models.probes import Evidence, Probe
from diagnostics.models.scanner_sessions import (
    FollowedLog,
    ScannerSession,
    UnmatchedSession,
)
from diagnostics.models.targets import ProbeTarget

__all__ = [
    "AgentRun",
    "AgentToken",
    "Case",
    "CaseMessage",
    "Evidence",
    "FaultNotice",
    "FollowedLog",
    "Monitor",
    "MonitorChange",
    "MonitorDay",
    "MonitorMail",
    "Probe",
    "ProbeTarget",
    "ScannerSession",
    "UnmatchedSession",
]
