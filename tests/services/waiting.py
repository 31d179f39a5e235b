"""Waits until a server of a test listens."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path


def wait_for_port(
    port: int, process: subprocess.Popen, seconds: float, log: Path
) -> None:
    """Return once it listens; raise TimeoutError with the end of its log."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(log.read_text(errors="replace")[-2000:] if log.exists() else "")


def wait_for_line(log: Path, seconds: float, *words: str) -> None:
    """Return once a line of the log has all of the words; raise TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = log.read_text(errors="replace") if log.exists() else ""
        if any(all(word in line for word in words) for line in text.splitlines()):
            return
        time.sleep(0.2)
    raise TimeoutError(text[-2000:])


def end(process: subprocess.Popen, seconds: float = 20) -> None:
    """Ask it to end, then make it."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
