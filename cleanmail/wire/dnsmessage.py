"""DNS questions and answers as bytes (RFC 1035 section 4)."""

import ipaddress
import os
import struct
from typing import List, NamedTuple, Tuple

KINDS = {"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
_KIND_NAMES = {number: name for name, number in KINDS.items()}
_RECORDS_MAX = 200
_JUMPS_MAX = 20


class Record(NamedTuple):
    """One record of an answer; an MX has its `preference`, others 0."""

    name: str
    kind: str
    ttl: int
    value: str
    preference: int = 0


class Decoded(NamedTuple):
    """The parts of an answer that we use."""

    rcode: int
    is_truncated: bool
    is_authoritative: bool
    records: Tuple[Record, ...]


def reverse_name(address: str) -> str:
    """Return the name under which the PTR record of an address stands."""
    return ipaddress.ip_address(address).reverse_pointer


def encode_query(name: str, kind: str) -> Tuple[int, bytes]:
    """Return a random number and the question that bears it; ValueError if no name."""
    number = int.from_bytes(os.urandom(2), "big")
    header = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0)
    return number, header + _encode_name(name) + struct.pack(">HH", KINDS[kind], 1)


def decode_answer(raw: bytes, number: int, question: bytes) -> Decoded:
    """Read an answer to this very question; raise ValueError if it is none."""
    try:
        return _decode(raw, number, question)
    except (IndexError, struct.error, UnicodeError) as error:
        raise ValueError("answer is cut") from error


def _decode(raw: bytes, number: int, question: bytes) -> Decoded:
    got, flags, asked, answers = struct.unpack(">HHHH", raw[:8])
    if got != number or not flags & 0x8000:
        raise ValueError("not an answer to this question")
    offset = 12
    if asked:
        name, offset = _decode_name(raw, offset)
        expected, end = _decode_name(question, 12)
        if (
            name.lower() != expected.lower()
            or raw[offset : offset + 4] != (question[end : end + 4])
        ):
            raise ValueError("answer to another question")
        offset += 4
    records = []
    for _number in range(min(answers, _RECORDS_MAX)):
        owner, offset = _decode_name(raw, offset)
        kind, _class, ttl, size = struct.unpack(">HHIH", raw[offset : offset + 10])
        offset += 10
        if offset + size > len(raw):
            raise IndexError("record is cut")
        preference, value = _decode_value(raw, kind, offset, size)
        offset += size
        name_of_kind = _KIND_NAMES.get(kind, str(kind))
        records.append(Record(owner, name_of_kind, ttl, value, preference))
    is_truncated = bool(flags & 0x0200)
    return Decoded(flags & 0x0F, is_truncated, bool(flags & 0x0400), tuple(records))


def _encode_name(name: str) -> bytes:
    encoded = b""
    for label in name.rstrip(".").split("."):
        raw = label.encode("ascii")
        if not 0 < len(raw) < 64:
            raise ValueError("no domain name")
        encoded += bytes([len(raw)]) + raw
    if len(encoded) > 254:
        raise ValueError("domain name too long")
    return encoded + b"\0"


def _decode_name(raw: bytes, offset: int) -> Tuple[str, int]:
    labels: List[str] = []
    end = 0
    for _jump in range(_JUMPS_MAX + 128):
        length = raw[offset]
        if length & 0xC0 == 0xC0:
            end = end or offset + 2
            offset = (length & 0x3F) << 8 | raw[offset + 1]
            continue
        offset += 1
        if length == 0:
            return ".".join(labels), end or offset
        labels.append(_text(raw[offset : offset + length]))
        offset += length
    raise ValueError("domain name without end")


def _decode_value(raw: bytes, kind: int, offset: int, size: int) -> Tuple[int, str]:
    data = raw[offset : offset + size]
    name = _KIND_NAMES.get(kind)
    if name == "A" and size == 4:
        return 0, str(ipaddress.IPv4Address(data))
    if name == "AAAA" and size == 16:
        return 0, str(ipaddress.IPv6Address(data))
    if name == "MX":
        target, _end = _decode_name(raw, offset + 2)
        return struct.unpack(">H", data[:2])[0], target or "."
    if name in ("NS", "CNAME", "PTR"):
        return 0, _decode_name(raw, offset)[0] or "."
    if name == "TXT":
        return 0, _decode_strings(data)
    return 0, data.hex()


def _decode_strings(data: bytes) -> str:
    text = ""
    while data:
        length = data[0]
        text += _text(data[1 : 1 + length])
        data = data[1 + length :]
    return text


def _text(raw: bytes) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 else "\\{:03d}".format(byte) for byte in raw
    )
