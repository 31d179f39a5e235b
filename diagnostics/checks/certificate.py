"""The TLS handshake and the certificate: believed, else looked at a second time."""

import datetime as dt
from typing import NamedTuple, Optional, Tuple

from cleanmail.wire.errors import SessionTimedOut, SmtpError, TlsFailed
from cleanmail.wire.smtp import Session
from diagnostics.checks.configured import clean_host, is_literal
from diagnostics.checks.contexts import looking_context, verifying_context
from diagnostics.checks.evidence import FAILED, OK, WARNING, Endpoint, Facts, Target
from diagnostics.checks.wording import error_facts
from diagnostics.checks.x509 import (
    CertificateUnreadable,
    matches_host,
    read_certificate,
)

# What every path of today lets through (RFC 879).
SMALL_SEGMENT = 536
# All that Python 3.6 says of a chain it does not believe, and OpenSSL's codes for why.
UNBELIEVED = "CERTIFICATE_VERIFY_FAILED"
NOT_YET_VALID, EXPIRED, SELF_SIGNED, UNKNOWN_ISSUER = 9, 10, 18, 20


class Handshake(NamedTuple):
    """What came of it; `session` is None when there is no TLS to go on with."""

    status: str
    facts: Facts
    session: Optional[Session] = None
    is_trusted: bool = False


def examine(session: Session, endpoint: Endpoint, target: Target) -> Handshake:
    """Make the handshake after a 220 to STARTTLS and describe the certificate.

    Where the chain is not believed, a second connection looks at the certificate: the
    first one gives nothing but an error code. `is_trusted` allows a log-in.
    """
    try:
        session.handshake(verifying_context(target.cafile), clean_host(target.host))
    except TlsFailed as error:
        if error.verify_code is None and error.reason != UNBELIEVED:
            return Handshake(FAILED, error_facts(error))
        return _look_again(error, endpoint, target)
    except SessionTimedOut as error:
        facts = error_facts(error)
        facts["small_segments"] = _try_small_segments(endpoint, target)
        return Handshake(FAILED, facts)
    except SmtpError as error:
        return Handshake(FAILED, error_facts(error))
    facts = _describe(session, target)
    facts["is_verified"] = True
    pinned = facts.get("pin_matches")
    named = facts.get("name_matches") is not False
    trusted = bool(pinned) or (named and pinned is None)
    return Handshake(believed_status(facts), facts, session, trusted)


def believed_status(facts: Facts) -> str:
    """Return how it ends where the chain is believed: by name and pin."""
    if facts.get("name_matches") is False:
        return FAILED
    return WARNING if facts.get("pin_matches") is False else OK


def _look_again(error: TlsFailed, endpoint: Endpoint, target: Target) -> Handshake:
    facts = error_facts(error)
    facts["is_verified"] = False
    try:
        session = _unbelieving_session(endpoint, target)
    except SmtpError as second:
        facts["second_look"] = error_facts(second)
        return Handshake(FAILED, facts)
    facts.update(_describe(session, target))
    if error.verify_code is None:
        facts["verify_code"] = _presumed_code(facts)
    return Handshake(FAILED, facts, session, facts.get("pin_matches") is True)


def _presumed_code(facts: Facts) -> int:
    """Return why a chain was not believed, as far as its first certificate tells."""
    if facts.get("is_expired"):
        return EXPIRED
    if facts.get("is_future"):
        return NOT_YET_VALID
    return SELF_SIGNED if facts.get("is_self_issued") else UNKNOWN_ISSUER


def _try_small_segments(endpoint: Endpoint, target: Target) -> str:
    """Repeat a handshake that timed out with small packets; return ok or the error."""
    small = target._replace(reply_seconds=min(target.reply_seconds, 3.0))
    try:
        _unbelieving_session(endpoint, small, max_segment=SMALL_SEGMENT).close()
    except SmtpError as error:
        return str(error_facts(error)["error"])
    return "ok"


def _unbelieving_session(
    endpoint: Endpoint, target: Target, *, max_segment: int = 0
) -> Session:
    session = Session.connect(
        endpoint.address,
        endpoint.port,
        timeout=target.reply_seconds,
        connect_timeout=target.connect_seconds,
        deadline_seconds=target.total_seconds,
        max_segment=max_segment,
    )
    context = looking_context()
    try:
        if endpoint.is_implicit:
            session.handshake(context, clean_host(target.host))
            return session
        session.greeting()
        session.ehlo("probe-{}.invalid".format(target.nonce))
        session.starttls(context, clean_host(target.host))
    except SmtpError:
        session.close()
        raise
    return session


def _describe(session: Session, target: Target) -> Facts:
    tls = session.tls
    if tls is None or not tls.certificates:
        return {"error": "no-certificate"}
    facts: Facts = {"version": tls.version, "cipher": tls.cipher}
    facts.update(describe_leaf(tls.certificates[0], target))
    return facts


def describe_leaf(der: bytes, target: Target) -> Facts:
    """Return what a server's certificate says, held against the target."""
    try:
        leaf = read_certificate(der)
    except CertificateUnreadable as error:
        return {"error": "unreadable: {}".format(error)}
    facts: Facts = dict(leaf._asdict())
    facts["names"] = list(leaf.names)
    now = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts["is_expired"] = leaf.not_after < now
    facts["is_future"] = leaf.not_before > now
    facts["name_matches"] = _name_matches(leaf.names, target)
    pins = [pin.lower().replace(":", "") for pin in target.pins]
    facts["pin_matches"] = leaf.sha256 in pins if pins else None
    return facts


def _name_matches(names: Tuple[str, ...], target: Target) -> Optional[bool]:
    """Compare with the host; an address that no name covers is not comparable."""
    host = clean_host(target.host)
    matches = matches_host(names, host)
    return None if is_literal(host) and not matches else matches
