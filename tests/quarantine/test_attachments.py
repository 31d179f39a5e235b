"""What an attachment is, whatever it calls itself."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from quarantine.attachments import Doubt, detect, doubts_about
from quarantine.text_view import read_text
from tests.factories import make_hold


def zipped(*names: str, encrypted: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    data = bytearray(file.getvalue())
    if encrypted:
        # The flag in the central directory, where readers look first.
        data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


MZ = b"MZ\x90\x00" + b"\0" * 60
PDF = b"%PDF-1.7\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "claimed", "data", "expected"),
    [
        ("bericht.pdf", "application/pdf", PDF, []),
        ("foto.jpg", "image/jpeg", b"\xff\xd8\xff\xe0", []),
        ("notiz.txt", "text/plain", b"hallo", []),
        ("daten.zip", "application/zip", zipped("a.txt"), []),
        ("setup.exe", "application/octet-stream", MZ, [Doubt.PROGRAM]),
        ("rechnung.pdf.exe", "application/pdf", MZ,
         [Doubt.PROGRAM, Doubt.DISGUISED, Doubt.OTHER_KIND]),
        ("rechnung.pdf", "application/pdf", MZ,
         [Doubt.PROGRAM, Doubt.OTHER_KIND]),
        ("zahlung.pdf.html", "text/html", b"<html><form>",
         [Doubt.PAGE, Doubt.DISGUISED]),
        ("bild.svg", "image/svg+xml", b"<svg xmlns=x>", [Doubt.PAGE]),
        ("foto\u202egpj.exe", "application/octet-stream", MZ,
         [Doubt.PROGRAM, Doubt.TURNED]),
        ("brief.docm", "application/vnd.ms-word", zipped("word/vbaProject.bin"),
         [Doubt.MACRO]),
        ("alt.doc", "application/msword", OLE + "_VBA_PROJECT".encode("utf-16-le"),
         [Doubt.MACRO]),
        ("geheim.docx", "application/msword",
         OLE + "EncryptedPackage".encode("utf-16-le"), [Doubt.ENCRYPTED]),
        ("geheim.zip", "application/zip", zipped("a.txt", encrypted=True),
         [Doubt.ENCRYPTED]),
        ("pack.zip", "application/zip", zipped("a/rechnung.js"), [Doubt.PROGRAM]),
        ("kaputt.zip", "application/zip", b"PK\x03\x04garbage",
         [Doubt.UNREADABLE]),
        ("geheim.pdf", "application/pdf", PDF + b"/Encrypt 5 0 R",
         [Doubt.ENCRYPTED]),
        ("trick.exe. ", "application/octet-stream", b"x", [Doubt.PROGRAM]),
    ],
)  # fmt: skip
def test_doubts_what_is_to_be_doubted(name, claimed, data, expected):
    assert doubts_about(name, claimed, data, is_whole=True) == expected


def test_knows_kinds_by_their_first_bytes():
    assert detect(MZ).endswith("portable-executable")
    assert detect(b"\xef\xbb\xbf <!DOCTYPE html>") == "text/html"
    assert detect(b"just text") == ""


@pytest.mark.db
def test_lists_attachments_with_sum_and_number(people):
    mail = EmailMessage()
    mail.set_content("Guten Tag")
    for name in ("a.bin", "b.bin"):
        mail.add_attachment(
            name.encode(), maintype="application", subtype="octet-stream", filename=name
        )
    hold = make_hold(people.acme, content=mail.as_bytes())

    first, second = read_text(hold.message).attachments

    assert (first.number, first.name, first.size) == (0, "a.bin", 5)
    assert second.number == 1
    assert len(first.sha256) == 64
    assert first.sha256 != second.sha256


@pytest.mark.parametrize("size", [0, 1, 3, 30])
def test_a_cut_archive_raises_nothing(size):
    whole = zipped("a.txt", "b.txt")

    for end in range(0, len(whole), max(size, 1)):
        doubts_about("a.zip", "application/zip", whole[:end], is_whole=True)
