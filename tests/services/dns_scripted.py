"""A name server that answers as a test wants: late, cut, forged, or with nonsense."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rrset
from dns.message import Message, QueryMessage

# What a question gets by UDP, datagram by datagram; and by TCP, None cuts it short.
Script = Callable[[Message, bool], list[bytes]]


def answer(
    question: Message, *records: str, authoritative: bool = True
) -> QueryMessage:
    """Return an answer with these records of the question's own name."""
    reply = dns.message.make_response(question)
    if authoritative:
        reply.flags |= dns.flags.AA
    asked = question.question[0]
    for record in records:
        kind, _space, value = record.partition(" ")
        reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, value))
    assert isinstance(reply, QueryMessage)
    return reply


@contextmanager
def scripted_server(
    address: str, port: int, scripts: Mapping[str, Script]
) -> Iterator[list[str]]:
    """Serve these domains; yield the questions that came, as text."""
    asked: list[str] = []
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, port))
    tcp = socket.create_server((address, port))
    threads = [
        threading.Thread(target=_serve_udp, args=(udp, scripts, asked), daemon=True),
        threading.Thread(target=_serve_tcp, args=(tcp, scripts, asked), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        udp.sendto(b"", (address, port))
        tcp.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        udp.close()
        tcp.close()


def _serve_udp(
    udp: socket.socket, scripts: Mapping[str, Script], asked: list[str]
) -> None:
    while True:
        raw, peer = udp.recvfrom(4096)
        if not raw:
            return
        for datagram in _replies(raw, scripts, asked, by_tcp=False):
            udp.sendto(datagram, peer)


def _serve_tcp(
    tcp: socket.socket, scripts: Mapping[str, Script], asked: list[str]
) -> None:
    while True:
        try:
            connection, _peer = tcp.accept()
        except OSError:
            return
        with closing(connection):
            raw = connection.recv(4096)[2:]
            for reply in _replies(raw, scripts, asked, by_tcp=True):
                connection.sendall(struct.pack(">H", len(reply) + 100) + reply)


def _replies(
    raw: bytes, scripts: Mapping[str, Script], asked: list[str], *, by_tcp: bool
) -> list[bytes]:
    question = dns.message.from_wire(raw)
    name = question.question[0].name
    asked.append(question.question[0].to_text())
    for domain, script in scripts.items():
        if name.is_subdomain(dns.name.from_text(domain)):
            return script(question, by_tcp)
    return []
