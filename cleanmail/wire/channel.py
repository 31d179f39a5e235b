"""The socket below a session: lines in, bytes out, within limits of time and size."""

import errno
import select
import socket
import ssl
import time
from typing import NamedTuple, Optional, Tuple

from cleanmail.wire.errors import (
    ConnectFailed,
    ConnectionLost,
    ReplyMalformed,
    SessionTimedOut,
    SmtpError,
    TlsFailed,
)
from cleanmail.wire.replies import printable
from cleanmail.wire.tcpinfo import Counters, read_counters

WRITE_BYTES = 65536
READ_BYTES = 8192
EXCERPT_BYTES = 200


class Limits(NamedTuple):
    """What one session may cost us, whatever the other end does."""

    line_bytes: int = 2048
    reply_lines: int = 64
    session_bytes: int = 256 * 1024


class TlsFacts(NamedTuple):
    """What the handshake gave: the certificates are DER, the server's own first.

    `is_verified` says that the context demanded a certificate valid for the host name.
    """

    version: str
    cipher: str
    is_verified: bool
    certificates: Tuple[bytes, ...]
    seconds: float


class Channel:
    """A connected socket with a read buffer and a deadline for all of its life."""

    def __init__(self, sock: socket.socket, deadline: float, limits: Limits) -> None:
        self.stage = "connect"
        self._socket = sock
        self._deadline = deadline
        self._limits = limits
        self._buffer = b""
        self._received = 0

    @property
    def buffered(self) -> bytes:
        """Return what came and was not asked for yet."""
        return self._buffer

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing came unasked, not even the end of the connection."""
        if self._buffer:
            return False
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False
        try:
            return not select.select([self._socket], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def renew(self, deadline: float) -> None:
        """Begin to count time and bytes anew."""
        self._deadline = deadline
        self._received = 0

    @property
    def local_address(self) -> str:
        """Return the address of this end."""
        return str(self._socket.getsockname()[0])

    @property
    def counters(self) -> Optional[Counters]:
        """Return what the kernel counted so far, None where it does not say."""
        return read_counters(self._socket)

    def keep_little(self, size: int) -> None:
        """Let the kernel hold back only so much that the other end has not taken."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        except OSError:
            return

    def read_line(self, until: float) -> bytes:
        """Return a line without its line end; a bare LF ends one too.

        `until` is a time of the monotonic clock.
        """
        while b"\n" not in self._buffer:
            if len(self._buffer) > self._limits.line_bytes:
                raise self._malformed("reply line too long")
            self._fill(until)
        line, self._buffer = self._buffer.split(b"\n", 1)
        if len(line) > self._limits.line_bytes:
            raise self._malformed("reply line too long")
        return line[:-1] if line.endswith(b"\r") else line

    def write(self, data: bytes, timeout: float) -> None:
        """Send all of it, waiting at most so long for each piece."""
        view = memoryview(data)
        for start in range(0, len(view), WRITE_BYTES):
            self._wait_at_most(time.monotonic() + timeout)
            try:
                self._socket.sendall(view[start : start + WRITE_BYTES])
            except (OSError, ValueError) as error:
                raise self._failure(error) from error

    def secure(
        self, context: ssl.SSLContext, server_hostname: Optional[str], timeout: float
    ) -> TlsFacts:
        """Make the handshake; nothing that came in clear survives (CVE-2011-0411)."""
        if self._buffer:
            raise self._malformed("bytes in clear after the STARTTLS reply")
        since = time.monotonic()
        self._wait_at_most(since + timeout)
        try:
            secured = context.wrap_socket(self._socket, server_hostname=server_hostname)
        except socket.timeout as error:
            message = "no TLS handshake in time"
            raise SessionTimedOut(message, self.stage) from error
        except ssl.SSLError as error:
            raise TlsFailed(
                str(error),
                after=self.stage,
                reason=error.reason or "",
                verify_code=getattr(error, "verify_code", None),
            ) from error
        except (OSError, ValueError) as error:
            raise self._failure(error) from error
        self._socket = secured
        cipher = secured.cipher()
        return TlsFacts(
            version=secured.version() or "",
            cipher=cipher[0] if cipher else "",
            is_verified=context.verify_mode == ssl.CERT_REQUIRED,
            certificates=_certificates(secured),
            seconds=round(time.monotonic() - since, 4),
        )

    def close(self) -> None:
        """Close at once, without a TLS farewell that could wait."""
        self._socket.close()

    def _malformed(self, message: str) -> ReplyMalformed:
        excerpt = printable(self._buffer[:EXCERPT_BYTES])
        return ReplyMalformed(message, self.stage, excerpt)

    def _wait_at_most(self, until: float) -> None:
        left = min(until, self._deadline) - time.monotonic()
        if left <= 0:
            raise SessionTimedOut("no time left", self.stage)
        self._socket.settimeout(left)

    def _fill(self, until: float) -> None:
        self._wait_at_most(until)
        try:
            data = self._socket.recv(READ_BYTES)
        except (OSError, ValueError) as error:
            raise self._failure(error) from error
        if not data:
            if self._buffer:
                raise self._malformed("connection closed within a reply line")
            raise ConnectionLost("connection closed", self.stage)
        self._received += len(data)
        self._buffer += data
        if self._received > self._limits.session_bytes:
            raise self._malformed("too many bytes in one session")

    def _failure(self, error: Exception) -> SmtpError:
        if isinstance(error, socket.timeout):
            return SessionTimedOut("no answer in time", self.stage)
        number = getattr(error, "errno", None)
        return ConnectionLost(str(error), self.stage, number)


def connect_socket(
    address: str,
    port: int,
    timeout: float,
    source_address: Optional[str],
    max_segment: int = 0,
) -> socket.socket:
    """Connect to an IP address, never to a name: whoever resolved it has checked it.

    `max_segment` asks both ends for smaller segments (TCP's MSS): where they pass and
    others do not, large packets get lost on the way.
    """
    try:
        found = socket.getaddrinfo(
            address,
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
    except OSError as error:
        raise ConnectFailed("not an IP address", errno.EINVAL) from error
    family, kind, protocol, _name, target = found[0]
    sock: Optional[socket.socket] = None
    try:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(timeout)
        if max_segment:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, max_segment)
        if source_address:
            sock.bind((source_address, 0))
        sock.connect(target)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        if sock is not None:
            sock.close()
        timed_out = isinstance(error, socket.timeout)
        number = errno.ETIMEDOUT if timed_out else error.errno
        raise ConnectFailed(str(error), number) from error
    return sock


def _certificates(secured: ssl.SSLSocket) -> Tuple[bytes, ...]:
    # Python 3.13 gives the whole chain, older ones only the server's own.
    chain = getattr(secured, "get_unverified_chain", None)
    if chain is not None:
        return tuple(chain())
    own = secured.getpeercert(binary_form=True)
    return (own,) if own else ()
