"""A small name server that answers as told.

    python -m tests.lab.dnsfault ZONE.json ADDRESS

The zone file is read again for each question:
{"mode": "ok|nxdomain|servfail|refused|drop|slow|hijack|nodata",
 "only": "name" or absent, "types": ["AAAA"] or absent,
 "hijack": "198.51.100.66", "slow_ms": 4000,
 "records": {"name": {"A": ["1.2.3.4"], "MX": ["10 mx.example"], "TXT": ["text"]}}}
"""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TYPES = {1: "A", 28: "AAAA", 15: "MX", 16: "TXT", 12: "PTR", 6: "SOA", 2: "NS"}
NUMBERS = {name: number for number, name in TYPES.items()}
RCODES = {"servfail": 2, "nxdomain": 3, "refused": 5}
TTL_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and the bytes that the answer repeats."""

    identifier: int
    flags: int
    name: str
    kind: str
    raw: bytes


def read_question(query: bytes) -> Question:
    """Read the one question of a query (RFC 1035 section 4.1)."""
    identifier, flags = struct.unpack(">HH", query[:4])
    position, labels = 12, []
    while query[position]:
        end = position + 1 + query[position]
        labels.append(query[position + 1 : end].decode("ascii", "replace"))
        position = end
    (number,) = struct.unpack(">H", query[position + 1 : position + 3])
    name = ".".join(labels).lower()
    kind = TYPES.get(number, "?")
    return Question(identifier, flags, name, kind, query[12 : position + 5])


def encode_name(name: str) -> bytes:
    """Return a name as length-prefixed labels."""
    labels = [part.encode() for part in name.strip(".").split(".") if part]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def encode_mx(value: str) -> bytes:
    """Return preference and exchange."""
    preference, host = value.split()
    return struct.pack(">H", int(preference)) + encode_name(host)


RDATA: dict[str, Callable[[str], bytes]] = {
    "A": socket.inet_aton,
    "AAAA": lambda value: socket.inet_pton(socket.AF_INET6, value),
    "MX": encode_mx,
    "TXT": lambda value: bytes([len(value)]) + value.encode(),
}


def mode_for(zone: dict[str, Any], question: Question) -> str:
    """Return the zone's mode where it applies to this question."""
    other_name = zone.get("only") and zone["only"] != question.name
    other_kind = zone.get("types") and question.kind not in zone["types"]
    return "ok" if other_name or other_kind else zone.get("mode", "ok")


def answer(query: bytes, zone: dict[str, Any]) -> bytes | None:
    """Return the answer, None for silence."""
    question = read_question(query)
    mode = mode_for(zone, question)
    if mode == "drop":
        return None
    if mode == "slow":
        time.sleep(zone.get("slow_ms", 4000) / 1000)
    rcode, values = RCODES.get(mode, 0), []
    if mode == "hijack" and question.kind == "A":
        values = [zone["hijack"]]
    elif mode in ("ok", "slow", "hijack"):
        record = zone["records"].get(question.name)
        rcode = 3 if record is None else 0
        values = (record or {}).get(question.kind, [])
    flags = 0x8180 | (question.flags & 0x0100) | rcode
    head = struct.pack(">HHHHHH", question.identifier, flags, 1, len(values), 0, 0)
    return head + question.raw + encode_records(question.kind, values)


def encode_records(kind: str, values: list[str]) -> bytes:
    """Return the answer section; every record is of the asked name."""
    out = b""
    for value in values:
        data = RDATA.get(kind, encode_name)(value)
        fields = struct.pack(">HHIH", NUMBERS[kind], 1, TTL_SECONDS, len(data))
        out += b"\xc0\x0c" + fields + data
    return out


class Datagram(socketserver.BaseRequestHandler):
    """A question over UDP."""

    def handle(self) -> None:
        """Answer, or not."""
        query, sock = self.request
        reply = answer(query, self.server.read_zone())  # type: ignore[attr-defined]
        if reply is not None:
            sock.sendto(reply, self.client_address)


class Stream(socketserver.BaseRequestHandler):
    """A question over TCP."""

    def handle(self) -> None:
        """Answer, or close without a word."""
        self.request.settimeout(5)
        (length,) = struct.unpack(">H", self.request.recv(2))
        zone = self.server.read_zone()  # type: ignore[attr-defined]
        reply = answer(self.request.recv(length), zone)
        if reply is not None:
            self.request.sendall(struct.pack(">H", len(reply)) + reply)


class UdpServer(socketserver.ThreadingUDPServer):
    """A thread a question: a slow answer holds nobody up."""

    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    """The same over TCP."""

    daemon_threads = True
    allow_reuse_address = True


def main() -> None:
    """Serve until ended."""
    path, address = Path(sys.argv[1]), sys.argv[2]
    udp = UdpServer((address, 53), Datagram)
    tcp = TcpServer((address, 53), Stream)
    for server in (udp, tcp):
        server.read_zone = lambda: json.loads(path.read_text())  # type: ignore[union-attr]
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
    print("ready", flush=True)
    udp.serve_forever()


if __name__ == "__main__":
    main()
