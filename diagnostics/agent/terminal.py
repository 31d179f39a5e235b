"""The terminal: what is printed on it in whatever encoding, what is asked on it."""

import contextlib
import getpass
import locale
import os
import sys
import unicodedata
from typing import Any, Dict, List, Optional, TextIO

from diagnostics.agent.options import LANGUAGES
from diagnostics.agent.texts import TEXTS
from diagnostics.causes import DEFAULT_LANGUAGE
from diagnostics.checks.evidence import Evidence

# Where a terminal takes ASCII only, as people write then.
_ASCII = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "…": "...",
}  # fmt: skip


def choose_language(wanted: str) -> str:
    """Return the language asked for, else that of the environment, else German."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if os.name == "nt":
        names.append(_windows_language())
    for name in [wanted, next((name for name in names if name), "")]:
        if name[:2].lower() in LANGUAGES:
            return name[:2].lower()
    return DEFAULT_LANGUAGE


def _windows_language() -> str:
    try:
        locale.setlocale(locale.LC_CTYPE, "")
        spoken = (locale.getlocale()[0] or "").lower()
    except (locale.Error, ValueError):
        return ""
    words = {"german": "de", "french": "fr", "italian": "it", "english": "en"}
    return words.get(spoken.partition("_")[0], spoken)


def say(text: str, stream: Optional[TextIO] = None) -> None:
    """Print a line, whatever the encoding; a reader that went away is no matter."""
    stream = stream or sys.stdout
    try:
        stream.write(_encodable(text, stream.encoding or "ascii") + "\n")
        stream.flush()
    except (OSError, ValueError):
        _hush(stream)


def _hush(stream: TextIO) -> None:
    """Send what is printed from now on nowhere, or Python complains at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _encodable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except (UnicodeError, LookupError):
        text = "".join(_ASCII.get(sign, sign) for sign in text)
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return text


def can_ask() -> bool:
    """Say whether there is a terminal: not standard input, which carries the script."""
    device = "CONIN$" if os.name == "nt" else "/dev/tty"
    try:
        with open(device, "rb"):
            return True
    except OSError:
        return False


def ask_password(prompt: str) -> str:
    """Ask on the terminal device without showing what is typed; empty for none."""
    try:
        return getpass.getpass(prompt)
    except (EOFError, OSError, UnicodeError):
        return ""


def read_password(path: str) -> str:
    """Return a file's content, one final newline dropped; raise OSError, ValueError."""
    with open(path, "rb") as file:
        return drop_newline(file.read())


def drop_newline(raw: bytes) -> str:
    """Return the bytes as text without one final newline; raise UnicodeDecodeError."""
    for end in (b"\r\n", b"\n"):
        if raw.endswith(end):
            raw = raw[: -len(end)]
            break
    return raw.decode("utf-8")


def evidence_line(seen: Evidence) -> str:
    """Return an observation as one line, technical and the same in every language."""
    said = "{} {}".format(seen.facts.get("code", ""), seen.facts.get("error", ""))
    return "{:8} {:12} {}  {:.3f} s  {}".format(
        seen.status, seen.check, seen.subject, seen.duration_seconds, said.strip()
    ).rstrip()


def verdict_lines(causes: List[Dict[str, Any]], language: str) -> List[str]:
    """Return the causes of a report for people."""
    words = TEXTS[language]
    lines = []
    for cause in causes:
        lines.append("")
        lines.append("{:4.0%}  {}".format(cause["confidence"], cause["slug"]))
        lines.append("      " + cause["title"])
        lines.append("      {} {}".format(words["helps"], cause["remedy"]))
        lines.append("      " + words[cause["who"]])
        lines += ["      - " + reason for reason in cause["because"]]
        if cause["next_check"]:
            lines.append("      {} {}".format(words["next"], cause["next_check"]))
    return lines
