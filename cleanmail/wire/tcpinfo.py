"""What Linux counts of a TCP connection (struct tcp_info in linux/tcp.h)."""

import socket
import struct
from typing import NamedTuple, Optional

_SIZE = 136
_RTT_AT, _RETRANSMITS_AT, _ACKED_AT = 68, 100, 120


class Counters(NamedTuple):
    """Segments sent again, smoothed round trip, bytes acknowledged and received."""

    retransmits: int
    rtt_seconds: float
    acked_bytes: int
    received_bytes: int


def read_counters(sock: socket.socket) -> Optional[Counters]:
    """Return the counters; None where the system has none or the socket is closed."""
    number = getattr(socket, "TCP_INFO", None)
    if number is None:
        return None
    try:
        raw = sock.getsockopt(socket.IPPROTO_TCP, number, _SIZE)
    except (OSError, ValueError):
        return None
    if len(raw) < _SIZE:
        return None
    (rtt,) = struct.unpack_from("I", raw, _RTT_AT)
    (retransmits,) = struct.unpack_from("I", raw, _RETRANSMITS_AT)
    acked, received = struct.unpack_from("QQ", raw, _ACKED_AT)
    return Counters(retransmits, rtt / 1e6, acked, received)
