"""What `openssl s_client -starttls smtp` says of encryption and certificate."""

import base64
import binascii
import re
from typing import List, Tuple

from diagnostics.checks.certificate import believed_status, describe_leaf
from diagnostics.checks.configured import is_literal
from diagnostics.checks.evidence import FAILED, OK, Evidence, Facts, Target
from diagnostics.checks.wording import CLOSED, UNSAID
from diagnostics.pasted.blocks import Block
from diagnostics.pasted.observed import Place, known_host, resolved
from diagnostics.pasted.session import REPLY, VERB, read_session, steps_of
from diagnostics.pasted.system_errors import error_name
from diagnostics.pasted.text import first_address, masked

USUAL_PORT = 587

_CONNECT = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[^\s:]{1,255}):(\d{1,5})\Z")
_VERIFY = re.compile(
    r"(?:Verify return code: |verify error:num=)(\d{1,3})(?::| ?\()(.{0,120}?)\)?\Z"
)
_CIPHER = re.compile(r"New, (\S{1,20}), Cipher is (\S{1,80})")
_VERSION = re.compile(r"Protocol ?(?:version)? {0,4}: (TLSv[\d.]{1,3}|SSLv\d)")
_ALERT = re.compile(r"error:[0-9A-F]{4,16}:SSL routines:([^:]{0,60}):([^:]{1,80})")
_NOT_OFFERED = "idn't find STARTTLS in server response"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_FAILED_CONNECT = re.compile(r"connect: ?\S|connect:errno=|BIO_connect|:connect error")
# No certificate is longer, in base64.
_PEM_LIMIT = 65536


class _Seen:
    """What is known while the lines are read."""

    def __init__(self) -> None:
        self.address = ""
        self.is_open = self.is_offered = True
        self.error = self.reason = self.said = ""
        self.code = -1
        self.tls: Facts = {}
        self.pem: List[str] = []
        self.in_pem = self.is_done = False
        self.session: List[Tuple[str, str]] = []


def read(block: Block, target: Target) -> List[Evidence]:
    """Return names, tcp, starttls, certificate and what was typed after it."""
    host, port, wants = _asked(block.arguments)
    host = known_host(host, target)
    seen = _Seen()
    seen.is_open = False
    for line in block.lines:
        _read_line(seen, line.strip())
    if not seen.address and is_literal(host):
        seen.address = host
    place = Place(host, seen.address, port)
    if seen.error.startswith("EAI_"):
        return resolved(host, [], seen.error, target)
    if not seen.is_open:
        error = seen.error or UNSAID
        return [place.about("tcp", FAILED, {"error": error})] if seen.error else []
    asked = target if target.host else target._replace(host=host)
    found = [place.about("tcp", OK, {})]
    if wants:
        found += _starttls(place, seen)
    found += _certificate(place, seen, asked)
    return found + read_session(place, steps_of(seen.session), target, in_tls=True)


def _asked(words: Tuple[str, ...]) -> Tuple[str, int, bool]:
    """Return host, port, and whether STARTTLS was asked for."""
    for word, value in zip(words, words[1:]):
        match = _CONNECT.match(value)
        if word in ("-connect", "-host") and match:
            host = match.group(1).strip("[]")
            return host, int(match.group(2)), "-starttls" in words
    return "", USUAL_PORT, True


def _read_line(seen: _Seen, line: str) -> None:
    if line == _BEGIN:
        seen.in_pem = not seen.pem
    elif line == _END:
        seen.in_pem = False
    elif seen.in_pem:
        if len(seen.pem) * 64 < _PEM_LIMIT:
            seen.pem.append(line)
    elif line.startswith("CONNECTED("):
        seen.is_open = True
    elif line.startswith("Connecting to "):
        seen.address = first_address(line)
    elif _NOT_OFFERED in line:
        seen.is_offered = False
    else:
        _read_result(seen, line)


def _read_result(seen: _Seen, line: str) -> None:
    verify, alert = _VERIFY.search(line), _ALERT.search(line)
    if verify:
        if int(verify.group(1)) or seen.code < 0:
            seen.code, seen.said = int(verify.group(1)), verify.group(2)
        seen.is_done = line.startswith("Verify return code")
    elif alert:
        seen.reason = alert.group(2).strip().upper().replace(" ", "_")
    elif seen.is_done and (REPLY.match(line) or VERB.match(line)):
        mark = "<" if REPLY.match(line) else ">"
        seen.session.append((mark, line))
    elif not _read_tls(seen, line):
        _read_failure(seen, line)


def _read_tls(seen: _Seen, line: str) -> bool:
    cipher, version = _CIPHER.match(line), _VERSION.match(line)
    if cipher and cipher.group(2) != "(NONE)":
        seen.tls = {"version": cipher.group(1), "cipher": cipher.group(2)}
    elif version and seen.tls:
        seen.tls["version"] = version.group(1)
    return bool(cipher or version)


def _read_failure(seen: _Seen, line: str) -> None:
    if "errno=104" in line or "reset by peer" in line:
        seen.error = "ECONNRESET"
    elif _FAILED_CONNECT.search(line) or not seen.is_open or "errno=" in line:
        seen.error = error_name(line) or seen.error


def _starttls(place: Place, seen: _Seen) -> List[Evidence]:
    facts: Facts = {"offered": seen.is_offered}
    if seen.tls or seen.pem:
        facts["code"] = 220
    elif seen.is_offered:
        return []
    good = seen.is_offered and "code" in facts
    return [place.about("starttls", OK if good else FAILED, facts)]


def _certificate(place: Place, seen: _Seen, target: Target) -> List[Evidence]:
    facts: Facts = dict(seen.tls)
    if not seen.pem and not seen.tls:
        if not seen.is_offered and not seen.reason:
            return []
        error = "tls" if seen.reason else seen.error or CLOSED
        facts.update({"error": error, "reason": seen.reason, "verify_code": None})
        facts["text"] = masked(seen.reason.replace("_", " ").lower())
        return [place.about("certificate", FAILED, facts)]
    facts.update(_leaf(seen.pem, target))
    facts["is_verified"] = seen.code == 0
    if seen.code <= 0:
        return [place.about("certificate", believed_status(facts), facts)]
    facts.update({"error": "tls", "verify_code": seen.code, "text": masked(seen.said)})
    facts["reason"] = "CERTIFICATE_VERIFY_FAILED"
    return [place.about("certificate", FAILED, facts)]


def _leaf(pem: List[str], target: Target) -> Facts:
    if not pem:
        return {}
    try:
        der = base64.b64decode("".join(pem), validate=True)
    except (binascii.Error, ValueError):
        return {}
    facts = describe_leaf(der, target)
    return {} if str(facts.get("error", "")).startswith("unreadable") else facts
