"""One SMTP or LMTP client session: the verbs, STARTTLS, pipelining, content.

A 4yz or 5yz is a `Reply`; what is raised is a `SmtpError`, whose `after` names the
stage: connect, greeting, then the verb of each command in lower case, tls, content
(after 354, before the end) and end_of_data (the end is on its way: from here on nobody
knows whether the server has taken the message).
"""

import base64
import ssl
import time
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from cleanmail.wire.channel import Limits, TlsFacts
from cleanmail.wire.content import crlf_lines, dot_stuffed
from cleanmail.wire.dialogue import Dialogue, open_channel
from cleanmail.wire.errors import ConnectionLost, SmtpError
from cleanmail.wire.replies import Reply
from cleanmail.wire.transcript import MASK, Transcript

END_OF_DATA = "end_of_data"
CONTENT = "content"
# RFC 5321 section 4.5.3.2.6: a server may think for long before it takes a message.
END_OF_DATA_SECONDS = 600.0


class Path(NamedTuple):
    """An address of the envelope with its ESMTP parameters; "" is the null path."""

    address: str
    parameters: Tuple[str, ...] = ()


class EnvelopeReplies(NamedTuple):
    """The replies to MAIL, each RCPT and DATA; None for what was not sent."""

    mail: Reply
    recipients: Tuple[Reply, ...]
    data: Optional[Reply]

    @property
    def refusal(self) -> Optional[Reply]:
        """Return the first reply that says no, None when all are taken."""
        for reply in (self.mail, *self.recipients):
            if not reply.is_positive:
                return reply
        if self.data is not None and self.data.code != 354:
            return self.data
        return None


class Session(Dialogue):
    """A session as a context manager: leaving it closes the connection."""

    keywords: Dict[str, str] = {}
    tls: Optional[TlsFacts] = None
    end_of_data_timeout = END_OF_DATA_SECONDS

    @classmethod
    def connect(  # noqa: PLR0913 - what a connection depends on, all by name
        cls,
        address: str,
        port: int,
        *,
        timeout: float = 30.0,
        connect_timeout: float = 0.0,
        deadline_seconds: float = 900.0,
        source_address: Optional[str] = None,
        limits: Optional[Limits] = None,
        transcript: Optional[Transcript] = None,
        max_segment: int = 0,
    ) -> "Session":
        """Connect, and no more: nothing is read or said yet. Raise ConnectFailed.

        `timeout` is for each reply, `deadline_seconds` for the whole session.
        """
        transcript = transcript or Transcript()
        limits = limits or Limits()
        channel = open_channel(
            address,
            port,
            transcript=transcript,
            timeout=connect_timeout or timeout,
            deadline_seconds=deadline_seconds,
            source_address=source_address,
            limits=limits,
            max_segment=max_segment,
        )
        session = cls(channel, transcript, limits)
        session.timeout = timeout
        return session

    def __enter__(self) -> "Session":  # noqa: PYI034 - Self is newer than 3.6
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def ehlo(self, name: str) -> Reply:
        """Say EHLO; `keywords` then holds what the server offers, in upper case."""
        return self._hello("EHLO", name)

    def lhlo(self, name: str) -> Reply:
        """Say LHLO (RFC 2033); `keywords` as with `ehlo`."""
        return self._hello("LHLO", name)

    def helo(self, name: str) -> Reply:
        """Say HELO to a server that does not know EHLO."""
        self.keywords = {}
        return self.command("HELO " + name)

    def starttls(
        self, context: ssl.SSLContext, server_hostname: Optional[str] = None
    ) -> Reply:
        """Say STARTTLS and, after 220, make the handshake; then say EHLO again."""
        reply = self.command("STARTTLS")
        if reply.is_positive:
            self.handshake(context, server_hostname)
        return reply

    def handshake(
        self, context: ssl.SSLContext, server_hostname: Optional[str] = None
    ) -> TlsFacts:
        """Make the TLS handshake now: alone before the greeting for implicit TLS."""
        self._channel.stage = "tls"
        since = time.monotonic()
        try:
            self.tls = self._channel.secure(context, server_hostname, self.timeout)
        except SmtpError as error:
            self.transcript.note_error("<tls>", since, error)
            raise
        self.transcript.note_done("<tls>", since)
        self.keywords = {}
        return self.tls

    def auth(self, mechanism: str, user: str, password: str) -> Reply:
        """Log in with PLAIN or LOGIN; the transcript shows neither name nor secret."""
        if mechanism.upper() == "PLAIN":
            secret = _base64("\0" + user + "\0" + password)
            return self.command("AUTH PLAIN " + secret, shown="AUTH PLAIN " + MASK)
        reply = self.command("AUTH LOGIN")
        for secret in (user, password):
            if not reply.is_intermediate:
                break
            reply = self.command(_base64(secret), shown=MASK)
        return reply

    def mail(self, sender: str, parameters: Sequence[str] = ()) -> Reply:
        """Name the envelope sender; "" is the null reverse-path."""
        return self.command(_named("MAIL FROM", Path(sender, tuple(parameters))))

    def rcpt(self, recipient: str, parameters: Sequence[str] = ()) -> Reply:
        """Name one envelope recipient."""
        return self.command(_named("RCPT TO", Path(recipient, tuple(parameters))))

    def envelope(
        self, sender: Path, recipients: Sequence[Path], *, last: str = "DATA"
    ) -> EnvelopeReplies:
        """Send MAIL, each RCPT and DATA, in one go where PIPELINING is offered.

        With `last=""` DATA is left out (BDAT follows). Without PIPELINING it ends at a
        refused MAIL, and where no recipient was taken. With it a server may say 354
        although it refused: `refusal` tells, and the session must then be closed.
        """
        commands = [_named("MAIL FROM", sender)]
        commands += [_named("RCPT TO", path) for path in recipients]
        if last:
            commands.append(last)
        if "PIPELINING" in self.keywords:
            replies = self._pipeline(commands)
        else:
            replies = self._one_by_one(commands, len(recipients))
        count = len(recipients)
        data = replies[1 + count] if len(replies) > 1 + count else None
        return EnvelopeReplies(replies[0], tuple(replies[1 : 1 + count]), data)

    def data(self, chunks: Iterable[bytes]) -> Reply:
        """Say DATA and, after 354, send the content as `content` does."""
        reply = self.command("DATA")
        return self.content(chunks) if reply.code == 354 else reply

    def content(self, chunks: Iterable[bytes]) -> Reply:
        """Send the content after 354, line ends made CRLF; return the reply.

        If `chunks` raises, the content has no final dot: close the session then.
        """
        return self.content_verbatim(crlf_lines(chunks))[0]

    def content_verbatim(
        self, chunks: Iterable[bytes], *, replies: int = 1
    ) -> List[Reply]:
        """Send the content after 354, bare CR and LF as they are, dots stuffed.

        LMTP answers once for each recipient taken: `replies` of them are read.
        """
        since = time.monotonic()
        self._channel.stage = CONTENT
        refusal = self._send_content(dot_stuffed(chunks), since)
        if refusal is not None:
            return [refusal]
        self._channel.stage = END_OF_DATA
        self._send(b".\r\n", "<content>", since)
        return [
            self._read_reply("<content>", since, self.end_of_data_timeout)
            for _number in range(replies)
        ]

    def bdat(self, chunks: Iterable[bytes]) -> Reply:
        """Send the content byte for byte by BDAT (RFC 3030), up to the first refusal.

        If `chunks` raises, LAST was not sent: close the session then.
        """
        waiting = b""
        for chunk in chunks:
            if waiting:
                reply = self._send_chunk(waiting, "")
                if not reply.is_positive:
                    return reply
            waiting = chunk
        return self._send_chunk(waiting, " LAST")

    def _hello(self, verb: str, name: str) -> Reply:
        reply = self.command(verb + " " + name)
        keywords: Dict[str, str] = {}
        for line in reply.lines[1:] if reply.is_positive else ():
            # "AUTH=PLAIN" is how servers before RFC 2554 wrote it.
            word, _space, rest = line.strip().replace("=", " ", 1).partition(" ")
            if word:
                keywords.setdefault(word.upper(), rest.strip())
        self.keywords = keywords
        return reply

    def _one_by_one(self, commands: List[str], recipients: int) -> List[Reply]:
        replies = [self.command(commands[0])]
        if not replies[0].is_positive:
            return replies
        replies += [self.command(line) for line in commands[1 : 1 + recipients]]
        if any(reply.is_positive for reply in replies[1:]):
            replies += [self.command(line) for line in commands[1 + recipients :]]
        return replies

    def _send_content(self, chunks: Iterable[bytes], since: float) -> Optional[Reply]:
        """Send all; return the reply of a server that said no and hung up meanwhile."""
        try:
            for chunk in chunks:
                self._channel.write(chunk, self.timeout)
        except ConnectionLost as error:
            return self._last_words(since, error)
        return None

    def _last_words(self, since: float, error: ConnectionLost) -> Reply:
        try:
            reply = self._read_reply("<content>", since, 1.0)
        except SmtpError:
            raise error from None
        if reply.is_transient or reply.is_permanent:
            return reply
        raise error

    def _send_chunk(self, chunk: bytes, mark: str) -> Reply:
        self._check_silence()
        since = time.monotonic()
        line = "BDAT {}{}".format(len(chunk), mark)
        self._channel.stage = END_OF_DATA if mark else CONTENT
        self._send(line.encode("ascii") + b"\r\n" + chunk, line, since)
        timeout = self.end_of_data_timeout if mark else self.timeout
        return self._read_reply(line, since, timeout)


def _named(verb: str, path: Path) -> str:
    return " ".join(("{}:<{}>".format(verb, path.address), *path.parameters))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
