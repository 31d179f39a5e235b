"""A session with a domain's next hop up to RCPT for a test address; nothing is sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cleanmail.wire.errors import AddressRefused, NameNotResolved, SmtpError
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import Session
from diagnostics.checks.certificate import examine
from diagnostics.checks.dialogue import reply_facts
from diagnostics.checks.evidence import (
    FAILED,
    OK,
    WARNING,
    Emit,
    Endpoint,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.wording import error_facts, transcript_lines

ADDRESSES_LIMIT = 4


@dataclass(frozen=True, slots=True)
class Hop:
    """The next hop as it is set, and how to go there.

    `resolve` returns addresses that were checked; only these are connected to, and the
    name is not resolved again.
    """

    host: str
    port: int
    recipient: str
    helo: str
    nonce: str
    resolve: Callable[[], tuple[str, ...]]
    demands_tls: bool = False
    # Demands TLS too, with a certificate that is valid for the host.
    demands_certificate: bool = False
    ours: tuple[str, ...] = ()
    cafile: str = ""
    connect_seconds: float = 4.0
    reply_seconds: float = 8.0
    total_seconds: float = 20.0


def run_next_hop(hop: Hop, on_evidence: Emit) -> list[Evidence]:
    """Walk the stages until one fails; never raises for what the other end does."""
    walk = _Walk(hop, on_evidence)
    for address in walk.addresses()[:ADDRESSES_LIMIT]:
        if walk.visit(address):
            break
    return walk.found


class _Walk:
    """One visit after the other, under one clock."""

    def __init__(self, hop: Hop, on_evidence: Emit) -> None:
        self.hop = hop
        self.found: list[Evidence] = []
        self._emit = on_evidence
        self._shown = 0
        self._since = time.monotonic()
        self._ends_at = self._since + hop.total_seconds
        self._endpoint = Endpoint(hop.host, "", hop.port)

    def addresses(self) -> tuple[str, ...]:
        """Resolve and report; nothing where the name or an address is no good."""
        facts: Facts = {"host": self.hop.host, "port": self.hop.port}
        facts["addresses"] = []
        try:
            found = self.hop.resolve()
        except AddressRefused as refused:
            # Not the address: it would tell what the operator's own network knows.
            facts["error"], facts["reason"] = "not-allowed", refused.reason
        except NameNotResolved as missing:
            facts["error"], facts["reason"] = "name", missing.reason
        else:
            facts["addresses"] = list(found)
            self._keep("names", OK, facts, None)
            return found
        self._keep("names", FAILED, facts, None)
        return ()

    def visit(self, address: str) -> bool:
        """Talk to one address; say whether it was there, so that no other is tried."""
        self._endpoint = Endpoint(self.hop.host, address, self.hop.port)
        session = self._connect()
        if session is None:
            return False
        with session:
            talked = self._talk(session)
        if not talked and not self.hop.demands_tls and self._left() > 1:
            # As a release does: what cannot be encrypted goes in clear.
            plain = self._connect()
            if plain is not None:
                with plain:
                    if self._greet(plain):
                        self._name_test_address(plain)
        return True

    def _left(self) -> float:
        return self._ends_at - time.monotonic()

    def _connect(self) -> Session | None:
        self._since, self._shown = time.monotonic(), 0
        try:
            session = Session.connect(
                self._endpoint.address,
                self.hop.port,
                timeout=self.hop.reply_seconds,
                connect_timeout=self.hop.connect_seconds,
                deadline_seconds=max(self._left(), 0.1),
            )
        except SmtpError as error:
            self._report("tcp", FAILED, error_facts(error), None)
            return None
        self._report("tcp", OK, {}, session)
        return session

    def _talk(self, session: Session) -> bool:
        """Return False only where TLS broke and clear text is worth a try."""
        if not self._greet(session):
            return True
        if "STARTTLS" not in session.keywords:
            status = FAILED if self.hop.demands_tls else WARNING
            self._report("starttls", status, {"offered": False}, None)
            if not self.hop.demands_tls:
                self._name_test_address(session)
            return True
        return self._go_on_encrypted(session)

    def _greet(self, session: Session) -> bool:
        greeting = self._command("greeting", session, session.greeting)
        if greeting is None or greeting.code != 220:
            return False
        reply = self._command("ehlo", session, partial(session.ehlo, self.hop.helo))
        if reply is not None and not reply.is_positive:
            hello = partial(session.helo, self.hop.helo)
            reply = self._command("ehlo", session, hello)
        return reply is not None and reply.is_positive

    def _go_on_encrypted(self, session: Session) -> bool:
        said = partial(session.command, "STARTTLS")
        reply = self._command("starttls", session, said, offered=True)
        if reply is None or reply.code != 220:
            return False
        handshake = examine(session, self._endpoint, self._target())
        secured = handshake.session
        if secured is not session:
            self._shown = 0
        self._report(
            "certificate", handshake.status, handshake.facts, secured or session
        )
        if secured is None:
            return False
        with secured:
            hello = partial(secured.ehlo, self.hop.helo)
            again = self._command("ehlo_tls", secured, hello)
            if again is None or not again.is_positive:
                return True
            is_valid = handshake.status == OK and handshake.facts["name_matches"]
            if is_valid or not self.hop.demands_certificate:
                self._name_test_address(secured)
        return True

    def _name_test_address(self, session: Session) -> None:
        """Say MAIL and RCPT, then take both back: no DATA ever follows."""
        mail = self._command("mail_from", session, partial(session.mail, ""))
        if mail is not None and mail.is_positive:
            named = partial(session.rcpt, self.hop.recipient)
            self._command("recipient", session, named)
        try:
            session.command("RSET")
        except SmtpError:
            return
        session.quit()

    def _command(
        self,
        check: str,
        session: Session,
        command: Callable[[], Reply],
        **more: object,
    ) -> Reply | None:
        try:
            reply = command()
        except SmtpError as error:
            self._report(check, FAILED, {**error_facts(error), **more}, session)
            return None
        facts: Facts = {**reply_facts(reply), **more}
        if check == "greeting":
            facts["host"] = (reply.text.split() or [""])[0].lower().rstrip(".")
            names = {facts["host"], self.hop.host.lower().rstrip(".")}
            facts["is_ours"] = bool(names & set(self.hop.ours))
        status = OK if reply.is_positive else FAILED
        self._report(check, status, facts, session)
        return reply

    def _target(self) -> Target:
        return Target(
            host=self.hop.host,
            nonce=self.hop.nonce,
            cafile=self.hop.cafile,
            connect_seconds=self.hop.connect_seconds,
            reply_seconds=self.hop.reply_seconds,
            total_seconds=max(self._left(), 0.1),
        )

    def _report(
        self, check: str, status: str, facts: Facts, session: Session | None
    ) -> None:
        named: Facts = self._endpoint.facts()
        named["demands_tls"] = self.hop.demands_tls
        named["demands_certificate"] = self.hop.demands_certificate
        self._keep(check, status, {**named, **facts}, session)

    def _keep(
        self, check: str, status: str, facts: Facts, session: Session | None
    ) -> None:
        now = time.monotonic()
        exchanges = session.transcript.exchanges[self._shown :] if session else []
        self._shown += len(exchanges)
        spent = round(now - self._since, 4)
        lines = transcript_lines(exchanges)
        item = Evidence(check, self._endpoint.subject, status, spent, facts, lines)
        self._since = now
        self.found.append(item)
        self._emit(item)
