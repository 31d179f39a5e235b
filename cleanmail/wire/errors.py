"""What can go wrong on the wire, one class a failure; a 4yz or 5yz is none of them."""

from typing import Optional


class WireError(Exception):
    """Whatever the wire raises."""


class SmtpError(WireError):
    """A session could not go on; `after` names the stage it had reached."""

    def __init__(self, message: str, after: str = "") -> None:
        super().__init__(message)
        self.after = after


class ConnectFailed(SmtpError):
    """No TCP connection; `errno` is the system's, ETIMEDOUT for our own limit."""

    def __init__(self, message: str, errno: Optional[int]) -> None:
        super().__init__(message, after="connect")
        self.errno = errno


class TlsFailed(SmtpError):
    """No handshake; `reason` is OpenSSL's name, `verify_code` its X.509 code."""

    def __init__(
        self,
        message: str,
        after: str,
        reason: str = "",
        verify_code: Optional[int] = None,
    ) -> None:
        super().__init__(message, after=after)
        self.reason = reason
        self.verify_code = verify_code


class ReplyMalformed(SmtpError):
    """What came is no SMTP reply; `received` is the start of it, made printable."""

    def __init__(self, message: str, after: str, received: str = "") -> None:
        super().__init__(message, after=after)
        self.received = received


class SessionTimedOut(SmtpError):
    """The other end was silent for too long, or the whole session took too long."""


class ConnectionLost(SmtpError):
    """The connection ended although we were not done."""

    def __init__(self, message: str, after: str, errno: Optional[int] = None) -> None:
        super().__init__(message, after=after)
        self.errno = errno


class UnsafeCommand(SmtpError):
    """A command would hold a line break or another control character: never sent."""


class AddressRefused(WireError):
    """What must not be connected to; `reason` is port, name, or the kind of network."""

    def __init__(self, reason: str, subject: str) -> None:
        super().__init__("{}: {}".format(reason, subject))
        self.reason = reason
        self.subject = subject


class NameNotResolved(WireError):
    """No address for a name; `reason` is syntax, missing, temporary or timeout."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__("{}: {}".format(reason, name))
        self.reason = reason
        self.name = name


class DnsFailed(WireError):
    """A DNS server gave no usable answer; `reason` is timeout, network or malformed."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__("{}: {}".format(reason, detail))
        self.reason = reason
