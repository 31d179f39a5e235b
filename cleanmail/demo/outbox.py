"""What the portal would have sent: mails and SMS of the demo, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings

NEWEST = 30


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail or SMS of the outbox."""

    at: datetime
    title: str
    text: str
    # The name of its file, where the mail has an HTML part to look at.
    name: str = ""


def _read(path: Path) -> Sent:
    at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    raw = path.read_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",)) if mail["Subject"] else None
    if body is None:
        head, _blank, text = raw.decode("utf-8", "replace").partition("\n\n")
        return Sent(at, f"{head.removeprefix('An: ')}: SMS", text)
    text = body.get_content().rstrip("-\n")  # the file ends with a rule of dashes
    name = path.name if mail.get_body(("html",)) else ""
    return Sent(at, f"{mail['To']}: {mail['Subject']}", text, name)


def list_sent() -> list[Sent]:
    """Return the newest mails and SMS; what was removed meanwhile is left out."""
    folder = settings.DEMO_DIR / "outbox"
    files = [path for path in folder.glob("*") if path.is_file()]
    files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in files[:NEWEST]]


def read_html(name: str) -> str:
    """Return the HTML part of a sent mail; raise FileNotFoundError if there is none."""
    for path in (settings.DEMO_DIR / "outbox").glob("*"):
        if path.name == name:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body(("html",))
            if body is not None:
                return str(body.get_content())
    raise FileNotFoundError(name)
