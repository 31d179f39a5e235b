"""The fields of a certificate that decide sending (RFC 5280), read from its DER."""

import datetime as dt
import hashlib
import ipaddress
from typing import Iterator, List, NamedTuple, Tuple

from cleanmail.wire.replies import printable

# A certificate may carry thousands; these are shown and compared.
NAMES_LIMIT = 100
_SAN = b"\x55\x1d\x11"
_NAMES = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O"}
_UTC_TIME = 0x17


class Certificate(NamedTuple):
    """A leaf as it was shown, believed or not."""

    sha256: str
    subject: str
    issuer: str
    names: Tuple[str, ...]
    not_before: str
    not_after: str
    is_self_issued: bool


class CertificateUnreadable(ValueError):
    """The bytes are no certificate."""


def _read(data: bytes) -> Iterator[Tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise CertificateUnreadable("cut")
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise CertificateUnreadable("cut")
        yield tag, data[at : at + length]
        at += length


def _children(data: bytes) -> List[Tuple[int, bytes]]:
    return list(_read(data))


def _name(data: bytes) -> str:
    parts = []
    for _, relative in _read(data):
        for _, pair in _read(relative):
            (_, oid), (_, value) = _children(pair)[:2]
            if oid in _NAMES:
                parts.append("{}={}".format(_NAMES[oid], printable(value)))
    return ", ".join(parts)


def _time(tag: int, value: bytes) -> str:
    text = value.decode("ascii", "replace")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    parsed = dt.datetime.strptime(text, "%Y%m%d%H%M%SZ")  # noqa: DTZ007
    return parsed.isoformat() + "Z"


def _alternative_names(extensions: bytes) -> List[str]:
    names: List[str] = []
    for _, outer in _read(extensions):
        for _, extension in _read(outer):
            fields = _children(extension)
            if fields[0][1] != _SAN:
                continue
            for _, general_names in _read(fields[-1][1]):
                for tag, value in _read(general_names):
                    if tag == 0x82:
                        names.append(printable(value).lower())
                    elif tag == 0x87:
                        names.append(str(ipaddress.ip_address(value)))
    return names


def read_certificate(der: bytes) -> Certificate:
    """Return the fields; raise CertificateUnreadable."""
    try:
        return _parse(der)
    except (IndexError, ValueError, OverflowError) as error:
        raise CertificateUnreadable(str(error))  # noqa: B904 - the text says it


def _parse(der: bytes) -> Certificate:
    fields = _children(_children(_children(der)[0][1])[0][1])
    if fields[0][0] == 0xA0:  # version 2 or 3 stands in front
        fields = fields[1:]
    # serial, signature algorithm, issuer, validity, subject, key, …extensions [3]
    issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
    not_before, not_after = _children(validity)
    names = [n for tag, v in fields if tag == 0xA3 for n in _alternative_names(v)]
    return Certificate(
        sha256=hashlib.sha256(der).hexdigest(),
        subject=_name(subject),
        issuer=_name(issuer),
        names=tuple(names[:NAMES_LIMIT]),
        not_before=_time(*not_before),
        not_after=_time(*not_after),
        is_self_issued=issuer == subject,
    )


def matches_host(names: Tuple[str, ...], host: str) -> bool:
    """Say whether a name covers the host: exact, or one label by a star (RFC 6125)."""
    host = host.rstrip(".").lower()
    parent = host.partition(".")[2]
    return host in names or bool(parent and "*." + parent in names)
