"""What is attached to a message: what it says it is, what it is, what one may doubt.

Nothing is unpacked: signatures and directories are read, under limits.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from email.message import Message as Part

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from quarantine.parts import NAME_LETTERS_MAX, file_name, payload_of, raw_name
from quarantine.visible import show_line

ENTRIES_MAX = 2_000
ENCRYPTED_FLAG = 0x1
# Signatures at the start, the longer first (the files' own specifications).
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x7fELF", "application/x-elf"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"#!", "text/x-script"),
)
MARKUP = re.compile(rb"\A[\s\xef\xbb\xbf]*<(?:!doctype html|html|head|body|script|svg)",
                    re.IGNORECASE)  # fmt: skip
PROGRAM_TYPES = frozenset(
    {"application/vnd.microsoft.portable-executable", "application/x-elf",
     "text/x-script"}
)  # fmt: skip
# What a double click runs on a common desktop.
PROGRAM_ENDINGS = frozenset(
    """
    exe scr com pif bat cmd ps1 vbs vbe js jse wsf wsh hta msi msp cpl dll jar lnk reg
    scf url iso img vhd vhdx sh app dmg pkg chm appx msix
    """.split()  # noqa: SIM905 (a table of words)
)
PAGE_ENDINGS = frozenset({"htm", "html", "xhtml", "shtml", "svg", "mht", "mhtml"})
HARMLESS_ENDINGS = frozenset(
    "pdf doc docx xls xlsx ppt pptx jpg jpeg png gif txt csv mp3 mp4 zip".split()  # noqa: SIM905 (a table of words)
)
# What each detected kind may call itself.
FITTING: dict[str, re.Pattern[str]] = {
    "application/pdf": re.compile(r"application/(x-)?pdf"),
    "image/png": re.compile(r"image/(x-)?png"),
    "image/gif": re.compile(r"image/gif"),
    "image/jpeg": re.compile(r"image/(p?jpe?g|jfif)"),
    "application/vnd.microsoft.portable-executable": re.compile(
        r"application/(x-msdownload|x-dosexec|vnd\.microsoft\.portable-executable)"
    ),
}
SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream"})
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Doubt(TextChoices):
    """What speaks against an attachment."""

    PROGRAM = "program", _("Ein Programm: es läuft, wenn man es öffnet.")
    PAGE = "page", _("Eine Webseite: sie kann ein Anmeldeformular zeigen.")
    DISGUISED = "disguised", _("Getarnt: der Name täuscht eine harmlose Datei vor.")
    TURNED = "turned", _("Getarnt: ein Teil des Namens läuft von rechts nach links.")
    OTHER_KIND = "other_kind", _("Getarnt: der Inhalt ist nicht, was die Datei angibt.")
    MACRO = "macro", _("Enthält Makros.")
    ENCRYPTED = (
        "encrypted",
        _("Verschlüsselt: niemand konnte den Inhalt auf Viren prüfen."),
    )
    UNREADABLE = "unreadable", _("Ein Archiv, dessen Verzeichnis nicht lesbar ist.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text; size and sum are empty where the rest is unread."""

    number: int
    name: str
    content_type: str
    detected_type: str
    size: int | None
    sha256: str
    doubts: tuple[Doubt, ...]


def describe(part: Part, *, number: int, is_whole: bool) -> Attachment:
    """Return what can be said of the part without unpacking it.

    `is_whole` is False for the last part of a message whose end was not read.
    """
    data = payload_of(part)
    # A forwarded message has parts, not bytes.
    is_whole = is_whole and not part.is_multipart()
    claimed = part.get_content_type().lower()
    name = raw_name(part)
    return Attachment(
        number=number,
        name=file_name(part),
        content_type=show_line(claimed[:NAME_LETTERS_MAX]),
        detected_type=detect(data),
        size=len(data) if is_whole else None,
        sha256=hashlib.sha256(data).hexdigest() if is_whole else "",
        doubts=tuple(doubts_about(name, claimed, data, is_whole=is_whole)),
    )


def detect(data: bytes) -> str:
    """Return the media type that the first bytes show, empty if they show none."""
    for signature, media_type in SIGNATURES:
        if data.startswith(signature):
            return media_type
    return "text/html" if MARKUP.match(data[:1024]) else ""


def doubts_about(
    name: str, claimed: str, data: bytes, *, is_whole: bool
) -> list[Doubt]:
    """Return what speaks against a file of that name, claim and content."""
    detected, endings = detect(data), name.lower().rstrip(" .").split(".")[1:]
    last = endings[-1].strip() if endings else ""
    found = {
        Doubt.PROGRAM: detected in PROGRAM_TYPES or last in PROGRAM_ENDINGS,
        Doubt.PAGE: detected == "text/html" or last in PAGE_ENDINGS,
        Doubt.DISGUISED: _is_disguised(endings, last),
        Doubt.TURNED: bool(TURNING.search(name)),
        Doubt.OTHER_KIND: _is_other_kind(claimed, detected),
        **_look_inside(data, detected, is_whole=is_whole),
    }
    return [doubt for doubt, is_so in found.items() if is_so]


def _is_disguised(endings: list[str], last: str) -> bool:
    """Say whether a harmless ending stands before one that acts: x.pdf.exe."""
    acts = last in PROGRAM_ENDINGS | PAGE_ENDINGS
    return acts and any(ending.strip() in HARMLESS_ENDINGS for ending in endings[:-1])


def _is_other_kind(claimed: str, detected: str) -> bool:
    fitting = FITTING.get(detected)
    if fitting is not None:
        return claimed not in SAYS_NOTHING and not fitting.fullmatch(claimed)
    # A known kind claimed, and its signature is not there.
    return bool(detected) and any(p.fullmatch(claimed) for p in FITTING.values())


def _look_inside(data: bytes, detected: str, *, is_whole: bool) -> dict[Doubt, bool]:
    if detected == "application/x-ole-storage":
        return {
            Doubt.MACRO: "_VBA_PROJECT".encode("utf-16-le") in data,
            Doubt.ENCRYPTED: "EncryptedPackage".encode("utf-16-le") in data,
        }
    if detected == "application/pdf":
        return {Doubt.ENCRYPTED: re.search(rb"/Encrypt\s+\d", data) is not None}
    if detected != "application/zip" or not is_whole:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()[:ENTRIES_MAX]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return {Doubt.UNREADABLE: True}
    names = [entry.filename.lower() for entry in entries]
    return {
        Doubt.MACRO: any(name.endswith("vbaproject.bin") for name in names),
        Doubt.ENCRYPTED: any(e.flag_bits & ENCRYPTED_FLAG for e in entries),
        Doubt.PROGRAM: any(n.rpartition(".")[2] in PROGRAM_ENDINGS for n in names),
    }
