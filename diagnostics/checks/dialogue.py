"""One endpoint from TCP to the EHLO inside TLS, a piece of evidence for each stage."""

import re
import time
from typing import Dict, Optional, Tuple

from cleanmail.wire.errors import SmtpError
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import Session
from cleanmail.wire.tcpinfo import Counters
from diagnostics.checks.certificate import Handshake, examine
from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    SKIPPED,
    WARNING,
    Emit,
    Endpoint,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.wording import (
    TEXT_LIMIT,
    error_facts,
    scrub,
    scrub_facts,
    transcript_lines,
)

# No IPv6 on this machine: no fault of the path.
_NO_FAMILY = ("ENETUNREACH", "EAFNOSUPPORT", "EADDRNOTAVAIL")
_BRACKETED = re.compile(r"[\[(]([0-9A-Fa-fIPVipv:.]{3,50})[\])]")
_STARS = re.compile(r"\*{3,}")
_MASKED_KEYWORD = re.compile(r"^X{4,}[A-Z0-9]?$")


def helo_name(nonce: str) -> str:
    """Return the EHLO argument by which the scanner's log knows the probe."""
    return "probe-{}.invalid".format(nonce)


def reply_facts(reply: Reply) -> Facts:
    """Return code and text of a reply."""
    return {
        "code": reply.code,
        "enhanced_status_code": reply.enhanced_status_code,
        "text": reply.text[:TEXT_LIMIT],
    }


def greeting_facts(reply: Reply, known: Tuple[str, ...]) -> Facts:
    """Return what a greeting says, and whether one of the known hosts says it."""
    facts = reply_facts(reply)
    words = reply.text.split()
    facts["host"] = words[0] if words else ""
    facts["is_ours"] = clean_host(facts["host"]) in [clean_host(name) for name in known]
    facts["is_masked"] = bool(_STARS.search(reply.text))
    return facts


def ehlo_facts(reply: Reply, keywords: Dict[str, str]) -> Facts:
    """Return what a server offers before TLS, and whether something wrote over it."""
    facts = reply_facts(reply)
    facts["keywords"] = sorted(keywords)
    facts["size"] = keywords.get("SIZE", "")
    facts["is_masked"] = any(_MASKED_KEYWORD.match(word) for word in keywords)
    return facts


def ehlo_tls_facts(reply: Reply, keywords: Dict[str, str]) -> Facts:
    """Return what a server offers inside TLS."""
    facts = reply_facts(reply)
    facts["keywords"] = sorted(keywords)
    facts["mechanisms"] = keywords.get("AUTH", "").upper().split()
    return facts


def address_in(text: str) -> str:
    """Return our public address where a server greets us by it, as Exim does."""
    for word in _BRACKETED.findall(text.partition("\n")[0]):
        bare = word[5:] if word.lower().startswith("ipv6:") else word
        if is_literal(bare):
            return str(bare)
    return ""


class Dialogue:
    """A session with one endpoint; `session` is set once it is ready to log in."""

    def __init__(self, endpoint: Endpoint, target: Target, emit: Emit) -> None:
        self.endpoint = endpoint
        self.target = target
        self.session: Optional[Session] = None
        self.is_trusted = False
        self.is_open: Optional[bool] = None  # None until TCP has said yes or no
        # What a server might echo and nobody may read: see `scrub`.
        self.secrets: Tuple[str, ...] = ()
        self._emit = emit
        self._shown = 0
        self._counted = Counters(0, 0, 0, 0)
        self._counted_of: Optional[Session] = None
        self._since = time.monotonic()

    def run(self) -> "Dialogue":
        """Walk the stages until one fails; never raises a SmtpError."""
        session = self._connect()
        if session is None:
            return self
        try:
            self.session = self._talk(session)
        finally:
            if self.session is not session:
                session.close()
        return self

    def report(
        self, check: str, status: str, facts: Facts, session: Optional[Session]
    ) -> None:
        """Emit what a stage found, with the part of the transcript that is its own."""
        now = time.monotonic()
        exchanges = session.transcript.exchanges[self._shown :] if session else []
        self._shown += len(exchanges)
        found = self.endpoint.facts()
        found.update(scrub_facts(facts, self.secrets))
        if session is not None:
            found.update(self._count(session))
        lines = [scrub(line, self.secrets) for line in transcript_lines(exchanges)]
        spent = round(now - self._since, 4)
        self._emit(Evidence(check, self.endpoint.subject, status, spent, found, lines))
        self._since = now

    def _count(self, session: Session) -> Facts:
        """Return what the kernel counted since the last stage."""
        counters = session.counters
        if counters is None:
            return {}
        before = self._counted if session is self._counted_of else Counters(0, 0, 0, 0)
        self._counted, self._counted_of = counters, session
        return {
            "retransmits": counters.retransmits - before.retransmits,
            "received_bytes": counters.received_bytes - before.received_bytes,
            "rtt_seconds": round(counters.rtt_seconds, 4),
        }

    def _connect(self) -> Optional[Session]:
        target, endpoint = self.target, self.endpoint
        if not target.allows(endpoint.address, endpoint.port):
            self.report("tcp", SKIPPED, {"error": "not-allowed"}, None)
            return None
        self._since = time.monotonic()
        try:
            session = Session.connect(
                endpoint.address,
                endpoint.port,
                timeout=target.reply_seconds,
                connect_timeout=target.connect_seconds,
                deadline_seconds=target.total_seconds,
            )
        except SmtpError as error:
            facts = error_facts(error)
            missing = endpoint.family == "ipv6" and facts["error"] in _NO_FAMILY
            self.is_open = False
            self.report("tcp", SKIPPED if missing else FAILED, facts, None)
            return None
        facts = {"local_address": session.local_address}
        self.is_open = True
        self.report("tcp", OK, facts, session)
        return session

    def _talk(self, session: Session) -> Optional[Session]:
        if self.endpoint.is_implicit:
            return self._talk_inside(session)
        if not self._greeting(session) or not self._ehlo(session):
            return None
        if not self._starttls(session):
            return None
        handshake = self._certificate(session)
        if handshake.session is None:
            return None
        self.is_trusted = handshake.is_trusted
        return handshake.session if self._ehlo_tls(handshake.session) else None

    def _talk_inside(self, session: Session) -> Optional[Session]:
        """Talk where TLS comes before the first word (RFC 8314, 3.3)."""
        handshake = self._certificate(session)
        inside = handshake.session
        if inside is None:
            return None
        self.is_trusted = handshake.is_trusted
        if self._greeting(inside) and self._ehlo_tls(inside):
            return inside
        inside.close()
        return None

    def _greeting(self, session: Session) -> bool:
        try:
            reply = session.greeting()
        except SmtpError as error:
            self.report("greeting", FAILED, error_facts(error), session)
            return False
        facts = greeting_facts(reply, self.target.known_hosts or (self.target.host,))
        status = WARNING if facts["is_masked"] else OK
        self.report("greeting", status if reply.code == 220 else FAILED, facts, session)
        return reply.code == 220

    def _ehlo(self, session: Session) -> bool:
        name = helo_name(self.target.nonce)
        try:
            reply = session.ehlo(name)
        except SmtpError as error:
            self.report("ehlo", FAILED, error_facts(error), session)
            return False
        facts = ehlo_facts(reply, session.keywords)
        facts["helo"] = name
        status = WARNING if facts["is_masked"] else OK
        self.report("ehlo", status if reply.is_positive else FAILED, facts, session)
        return reply.is_positive

    def _starttls(self, session: Session) -> bool:
        """Try it even where it is not offered: a stripped offer gives itself away."""
        offered = "STARTTLS" in session.keywords
        try:
            reply = session.command("STARTTLS")
        except SmtpError as error:
            facts = error_facts(error)
            facts["offered"] = offered
            self.report("starttls", FAILED, facts, session)
            return False
        facts = reply_facts(reply)
        facts["offered"] = offered
        accepted = reply.code == 220
        status = OK if offered and accepted else FAILED
        self.report("starttls", status, facts, session)
        return accepted

    def _certificate(self, session: Session) -> Handshake:
        handshake = examine(session, self.endpoint, self.target)
        seen = handshake.session
        if seen is not None and seen is not session:
            self._shown = 0  # a second connection has a transcript of its own
        self.report("certificate", handshake.status, handshake.facts, seen or session)
        return handshake

    def _ehlo_tls(self, session: Session) -> bool:
        try:
            name = self.target.helo or helo_name(self.target.nonce)
            reply = session.ehlo(name)
        except SmtpError as error:
            self.report("ehlo_tls", FAILED, error_facts(error), session)
            session.close()
            return False
        facts = ehlo_tls_facts(reply, session.keywords)
        good = reply.is_positive and bool(facts["mechanisms"])
        self.report("ehlo_tls", OK if good else FAILED, facts, session)
        return reply.is_positive
