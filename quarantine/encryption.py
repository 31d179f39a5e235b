"""How a session with a next hop is encrypted: as the policy of its domain says.

RFC 7435 in three steps: opportunistic goes in clear where no TLS comes about, required
never does, verified accepts nobody but whom the certificate's issuer vouches for.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

from django.conf import settings

from accounts.models.customers import NextHopTls
from cleanmail.wire.errors import SmtpError, TlsFailed
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import Session
from quarantine.next_hop import NextHop
from quarantine.states import Stage

# Of STARTTLS and the handshake: what ends there has shown nothing of the message.
STAGES = ("starttls", "tls")
# X509_V_ERR_… of OpenSSL.
_EXPIRED, _NAMES = 10, (62, 64)


def encrypt(session: Session, hop: NextHop) -> Reply | None:
    """Say STARTTLS where it is offered; `session.tls` tells what came of it.

    Return the reply to STARTTLS, None where it is not offered. Raises SmtpError.
    """
    if "STARTTLS" not in session.keywords:
        return None
    host = hop.host.rstrip(".")
    return session.starttls(_context(hop.tls), host or None)


def may_go_in_clear(error: SmtpError, hop: NextHop) -> bool:
    """Say whether the message may go over a new connection without TLS.

    Whoever breaks the handshake could have hidden STARTTLS as well: an opportunistic
    client is safe from listeners only, and mail that waits for ever helps nobody.
    """
    return not hop.tls.is_demanded and error.after in STAGES


def name_stage(error: SmtpError) -> str:
    """Return how a release calls the failure: what was wrong with a certificate."""
    if not isinstance(error, TlsFailed) or error.verify_code is None:
        return error.after
    if error.verify_code == _EXPIRED:
        return f"{Stage.CERTIFICATE}:expired"
    reason = "name" if error.verify_code in _NAMES else "unknown"
    return f"{Stage.CERTIFICATE}:{reason}"


def _context(tls: NextHopTls) -> ssl.SSLContext:
    if tls == NextHopTls.VERIFIED:
        return _believing_context(settings.RELEASE_CA_FILE)
    return _listening_context()


@lru_cache(maxsize=1)
def _listening_context() -> ssl.SSLContext:
    """Encrypt against listeners; who the next hop is, the checked address says.

    Made once, and without the CA bundle that nobody is held against: a try must not
    cost twenty handshakes.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@lru_cache(maxsize=4)
def _believing_context(cafile: str) -> ssl.SSLContext:
    """Want a chain to somebody known, for this very name.

    No stricter than mail servers are: Python 3.13 would also refuse certificates that
    break the profile of RFC 5280, which Postfix and Exim take.
    """
    context = ssl.create_default_context(cafile=cafile or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
