"""One ICMP echo, where this user may send one; standard library, IPv4 and IPv6."""

import errno
import os
import socket
import struct
import time

from diagnostics.checks.wording import TIMEOUT, errno_name

NOT_ALLOWED = "not-allowed"
_REQUEST4, _REPLY4, _REQUEST6, _REPLY6 = 8, 0, 128, 129
_SIZE = 512


def ping(address: str, seconds: float) -> str:
    """Return nothing when an echo came back, else the error.

    Without rights it is `not-allowed`: that says nothing about the other end.
    """
    is_six = ":" in address
    family = socket.AF_INET6 if is_six else socket.AF_INET
    protocol = socket.IPPROTO_ICMPV6 if is_six else socket.IPPROTO_ICMP
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError:
            continue
        with sock:
            try:
                return _exchange(sock, address, time.monotonic() + seconds)
            except socket.timeout:
                return TIMEOUT
            except OSError as error:
                return errno_name(error.errno or errno.EIO)
    return NOT_ALLOWED


def _exchange(sock: socket.socket, address: str, until: float) -> str:
    is_six = sock.family == socket.AF_INET6
    token = os.urandom(8)
    head = struct.pack("!BBHHH", _REQUEST6 if is_six else _REQUEST4, 0, 0, 1, 1)
    packet = head + token
    if not is_six:  # the kernel does it for IPv6
        sum_ = struct.pack("!H", checksum(packet))
        packet = packet[:2] + sum_ + packet[4:]
    sock.connect((address, 0))
    sock.send(packet)
    wanted = _REPLY6 if is_six else _REPLY4
    while True:
        left = until - time.monotonic()
        if left <= 0:
            return TIMEOUT
        sock.settimeout(left)
        data = sock.recv(_SIZE)
        if not data.endswith(token):
            continue
        if data[-len(packet)] == wanted:  # a raw socket shows the IP header too
            return ""


def checksum(data: bytes) -> int:
    """Return the internet checksum (RFC 1071)."""
    words = struct.unpack("!{}H".format(len(data) // 2), data)
    total = sum(int(word) for word in words)
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
