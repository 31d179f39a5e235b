"""One try on the wire: a parcel to the next hop, and what came of it."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

from django.conf import settings

from cleanmail.wire.errors import (
    AddressRefused,
    ConnectFailed,
    ConnectionLost,
    NameNotResolved,
    ReplyMalformed,
    SessionTimedOut,
    SmtpError,
    UnsafeCommand,
)
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import END_OF_DATA, Session
from cleanmail.wire.transcript import Transcript
from quarantine.encryption import encrypt, may_go_in_clear, name_stage
from quarantine.errors import ClaimLost, ContentErased, ContentLost, LoopFound
from quarantine.models import ReleaseAttempt
from quarantine.next_hop import NextHop
from quarantine.parcel import Parcel
from quarantine.sessions import Route, pool
from quarantine.states import Stage

Outcome = ReleaseAttempt.Outcome
CONNECT_SECONDS = 20
REPLY_SECONDS = 120
# For all addresses together: the worker's own limits lie above it.
HANDOVER_SECONDS = 720
# Stages of a kept session in which nothing of the content was sent.
BEFORE_CONTENT = ("mail", "rcpt", "data")
# "Service not available, closing transmission channel" (RFC 5321 section 3.8).
CLOSING = 421

_OUR_FAULTS: dict[type[Exception], Stage] = {
    ClaimLost: Stage.CLAIM_LOST,
    ContentLost: Stage.CONTENT_LOST,
    ContentErased: Stage.CONTENT_ERASED,
    UnsafeCommand: Stage.UNSAFE,
    LoopFound: Stage.LOOP,
}


@dataclass(frozen=True, slots=True)
class Handover:
    """What came of one try; `is_final` says that another would end the same."""

    outcome: Outcome
    is_final: bool
    transcript: Transcript
    address: str = ""
    tls_version: str = ""
    stage: str = ""
    reply: Reply | None = None
    altered: str = ""


class _Ended(Exception):
    """How the try ended; raised where that is before the content."""

    def __init__(
        self,
        outcome: Outcome,
        stage: str,
        reply: Reply | None = None,
        *,
        is_final: bool,
    ) -> None:
        super().__init__(stage)
        self.outcome = outcome
        self.stage = stage
        self.reply = reply
        self.is_final = is_final


class _Try:
    """The state of one try: it moves from address to address until one answers."""

    def __init__(self, parcel: Parcel, hop: NextHop) -> None:
        self.parcel = parcel
        self.hop = hop
        self.transcript = Transcript()
        self.until = time.monotonic() + HANDOVER_SECONDS
        self.address = self.tls_version = self.altered = ""
        self.is_sent = False

    def run(self) -> Reply:
        """Return the reply to the end of data, or an earlier refusal of the message."""
        addresses = self.hop.resolve()
        reply = self._deliver_by_kept(addresses)
        if reply is not None:
            return reply
        for address in addresses[:-1]:
            try:
                return self._deliver_to(address)
            except ConnectFailed:
                continue
        return self._deliver_to(addresses[-1])

    def _deliver_by_kept(self, addresses: tuple[str, ...]) -> Reply | None:
        """Use a session that is open; None if there is none, or it proves dead.

        Up to DATA nothing was handed over: whoever hangs up there, or says 421 for the
        time that passed, has forgotten us and not refused the message.
        """
        for address in addresses:
            session = pool.take(self._route(address), self.transcript, self.until)
            if session is None:
                continue
            self.address = address
            self.tls_version = session.tls.version if session.tls else ""
            try:
                reply = self._send(session)
            except (ConnectionLost, ReplyMalformed, SessionTimedOut) as error:
                if error.after not in BEFORE_CONTENT:
                    raise
                return None
            if reply.code != CLOSING or self.is_sent:
                return reply
        return None

    def _route(self, address: str) -> Route:
        return Route(address, self.hop.port, self.hop.host, self.hop.tls)

    def _deliver_to(self, address: str) -> Reply:
        self.address = address
        try:
            return self._deliver(address, tries_tls=True)
        except SmtpError as error:
            if not may_go_in_clear(error, self.hop):
                raise
            return self._deliver(address, tries_tls=False)

    def _deliver(self, address: str, *, tries_tls: bool) -> Reply:
        self.tls_version = self.altered = ""
        session = Session.connect(
            address,
            self.hop.port,
            timeout=REPLY_SECONDS,
            connect_timeout=CONNECT_SECONDS,
            deadline_seconds=self.until - self.transcript.started,
            transcript=self.transcript,
        )
        try:
            self._open(session)
            if tries_tls:
                self._encrypt(session)
        except BaseException:
            session.close()
            raise
        return self._send(session)

    def _open(self, session: Session) -> None:
        _require(session.greeting(), "greeting")
        self._hello(session)

    def _hello(self, session: Session) -> None:
        if not session.ehlo(settings.RELEASE_HELO).is_positive:
            _require(session.helo(settings.RELEASE_HELO), "helo")

    def _encrypt(self, session: Session) -> None:
        reply = encrypt(session, self.hop)
        if session.tls is not None:
            self.tls_version = session.tls.version
            self._hello(session)
        elif self.hop.tls.is_demanded:
            raise _Ended(Outcome.UNREACHED, Stage.STARTTLS, reply, is_final=False)

    def _send(self, session: Session) -> Reply:
        """Send the message, then keep the session where it can carry another."""
        is_reusable = False
        try:
            reply, is_reusable = self._transfer(session)
        finally:
            if not is_reusable:
                pool.drop(session)
        if is_reusable:
            pool.keep(self._route(self.address), session)
        return reply

    def _transfer(self, session: Session) -> tuple[Reply, bool]:
        """Return the reply, and whether the session is at a beginning again."""
        keywords = session.keywords
        if self.parcel.needs_smtputf8 and "SMTPUTF8" not in keywords:
            raise _Ended(Outcome.REJECTED, Stage.SMTPUTF8, is_final=True)
        has_bare_line_ends = self.parcel.message.has_bare_line_ends
        by_bdat = has_bare_line_ends and "CHUNKING" in keywords
        replies = session.envelope(
            self.parcel.sender(keywords),
            [self.parcel.recipient(keywords)],
            last="" if by_bdat else "DATA",
        )
        if replies.refusal is not None:
            # After 354 it waits for a content that nobody may send.
            is_waiting = replies.data is not None and replies.data.code == 354
            is_reset = not is_waiting and _is_reset(session, replies.refusal)
            return replies.refusal, is_reset
        if has_bare_line_ends and not by_bdat:
            self.altered = "crlf"
        with closing(self.parcel.content()) as content:
            self.is_sent = True
            reply = session.bdat(content) if by_bdat else session.content(content)
        return reply, reply.is_positive or _is_reset(session, reply)


def hand_over(parcel: Parcel, hop: NextHop) -> Handover:
    """Try once to hand the parcel over; never raises for what the other end does.

    What breaks after the end of data is on its way is UNSURE: nobody may repeat it.
    """
    attempt = _Try(parcel, hop)
    try:
        ended = _judge(attempt.run())
    except _Ended as before_content:
        ended = before_content
    except AddressRefused as refused:
        stage = f"{Stage.REFUSED}:{refused.reason}"
        ended = _Ended(Outcome.UNREACHED, stage, is_final=True)
    except NameNotResolved as missing:
        stage = f"{Stage.NAME}:{missing.reason}"
        ended = _Ended(Outcome.UNREACHED, stage, is_final=False)
    except tuple(_OUR_FAULTS) as fault:
        stage = _OUR_FAULTS[type(fault)]
        is_final = stage != Stage.CLAIM_LOST
        ended = _Ended(Outcome.UNREACHED, stage, is_final=is_final)
    except SmtpError as error:
        is_unsure = error.after == END_OF_DATA
        outcome = Outcome.UNSURE if is_unsure else Outcome.UNREACHED
        ended = _Ended(outcome, name_stage(error), is_final=is_unsure)
    return Handover(
        outcome=ended.outcome,
        is_final=ended.is_final,
        transcript=attempt.transcript,
        address=attempt.address,
        tls_version=attempt.tls_version,
        stage=ended.stage,
        reply=ended.reply,
        altered=attempt.altered if ended.outcome == Outcome.ACCEPTED else "",
    )


def _is_reset(session: Session, refusal: Reply) -> bool:
    """Say RSET after a refusal; whether the session can go on with another message."""
    if refusal.code == CLOSING:
        return False
    try:
        return session.command("RSET").is_positive
    except SmtpError:
        return False


def _judge(reply: Reply) -> _Ended:
    if reply.is_positive:
        return _Ended(Outcome.ACCEPTED, "", reply, is_final=True)
    if reply.is_permanent:
        return _Ended(Outcome.REJECTED, "", reply, is_final=True)
    return _Ended(Outcome.DEFERRED, "", reply, is_final=False)


def _require(reply: Reply, stage: str) -> None:
    """Go on only after yes: a server that is not open now may be so later.

    A 5yz here is about the session, not about the message (RFC 5321 section 4.2.4.1
    has 554 for "no SMTP service here"), so it is tried again.
    """
    if not reply.is_positive:
        raise _Ended(Outcome.DEFERRED, stage, reply, is_final=False)
