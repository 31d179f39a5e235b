"""A link between two namespaces with delay, jitter, loss, rate and size limit.

Two TAP devices and this process stand in for `tc netem`, which many kernels lack:

    python -m tests.lab.linkem NAMESPACE_A DEVICE_A NAMESPACE_B DEVICE_B CONTROL_SOCKET

Control: one JSON datagram, {"both": {"delay": 25, "loss": 0}}; "a2b" and "b2a" as well.
delay, jitter: ms one way; loss: percent; rate: kbit/s; max: longer IP packets vanish
(0 is no limit).
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
ETHERNET_HEADER_BYTES = 14
QUEUE_SECONDS = 2.0
DIRECTIONS = {"a2b": (0,), "b2a": (1,), "both": (0, 1)}


def open_tap(name: str, namespace: str, device: str) -> int:
    """Make a TAP device, move it into the namespace and return its descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI)
    fcntl.ioctl(descriptor, TUNSETIFF, request)
    subprocess.run(
        ["ip", "link", "set", name, "netns", namespace, "name", device], check=True
    )
    return descriptor


class Direction:
    """One way of the link: which frames pass, and when they arrive."""

    def __init__(self) -> None:
        self.values = {"delay": 0.0, "jitter": 0.0, "loss": 0.0, "rate": 0.0, "max": 0}
        self._idle_at = 0.0
        self._last_due = 0.0

    def due(self, frame: bytes, now: float) -> float | None:
        """Return when the frame arrives, None when it is lost."""
        values = self.values
        longest = values["max"]
        if longest and len(frame) - ETHERNET_HEADER_BYTES > longest:
            return None
        if random.random() * 100 < values["loss"]:  # noqa: S311
            return None
        start = now
        if values["rate"]:
            start = max(now, self._idle_at)
            if start - now > QUEUE_SECONDS:
                return None
            start = self._idle_at = start + len(frame) * 8 / (values["rate"] * 1000)
        jitter = random.uniform(-values["jitter"], values["jitter"])  # noqa: S311
        # Never before the frame in front of it: jitter does not reorder.
        self._last_due = max(start + (values["delay"] + jitter) / 1000, self._last_due)
        return self._last_due


class Link:
    """The two ends, their directions and the frames on the way."""

    def __init__(self, ends: list[int], control: socket.socket) -> None:
        self.ends = ends
        self.control = control
        self.directions = [Direction(), Direction()]
        self._on_the_way: list[tuple[float, int, int, bytes]] = []
        self._count = 0

    def run(self) -> None:
        """Carry frames until the process is ended."""
        control = self.control.fileno()
        while True:
            self._deliver()
            wait = None
            if self._on_the_way:
                wait = max(0.0, self._on_the_way[0][0] - time.monotonic())
            ready, _, _ = select.select([*self.ends, control], [], [], wait)
            for end in ready:
                if end == control:
                    self._configure()
                else:
                    self._take(self.ends.index(end))

    def _configure(self) -> None:
        for key, values in json.loads(self.control.recv(65536)).items():
            for number in DIRECTIONS[key]:
                self.directions[number].values.update(values)

    def _take(self, end: int) -> None:
        now = time.monotonic()
        for _turn in range(64):
            try:
                frame = os.read(self.ends[end], 65536)
            except OSError:  # nothing more waits, or the device is down
                return
            due = self.directions[end].due(frame, now)
            if due is not None:
                self._count += 1
                entry = (due, self._count, self.ends[1 - end], frame)
                heapq.heappush(self._on_the_way, entry)

    def _deliver(self) -> None:
        now = time.monotonic()
        while self._on_the_way and self._on_the_way[0][0] <= now:
            _due, _count, out, frame = heapq.heappop(self._on_the_way)
            try:
                os.write(out, frame)
            except OSError:  # the far device is down: the frame is lost
                continue


def main() -> None:
    """Make the link and carry frames."""
    namespace_a, device_a, namespace_b, device_b, path = sys.argv[1:6]
    stem = f"cml{os.getpid()}"
    ends = [
        open_tap(f"{stem}a", namespace_a, device_a),
        open_tap(f"{stem}b", namespace_b, device_b),
    ]
    control = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    Path(path).unlink(missing_ok=True)
    control.bind(path)
    print("ready", flush=True)
    Link(ends, control).run()


if __name__ == "__main__":
    main()
