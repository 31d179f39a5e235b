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


def wait_for_words(words: str, log: Path, seconds: float) -> None:
    """Return once the log says so; raise TimeoutError with its end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if log.exists() and words in log.read_text(errors="replace"):
            return
        time.sleep(0.2)
    raise TimeoutError(log.read_text(errors="replace")[-2000:] if log.exists() else "")


def end(process: subprocess.Popen, seconds: float = 20) -> None:
    """Ask it to end, then make it."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
