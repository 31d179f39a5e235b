"""The text of hostile messages, under limits."""

from __future__ import annotations

import time

import pytest

from quarantine.markup import strip_markup
from quarantine.text_view import read_text
from quarantine.visible import show_hidden
from tests.factories import make_hold


def view_of(people, content):
    return read_text(make_hold(people.acme, content=content).message)


def test_prefers_the_plain_part(people):
    view = view_of(
        people,
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FCezi\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>HTML</p>\r\n--b--\r\n",
    )

    assert view.text.strip() == "Grüezi"
    assert not view.is_from_html


def test_reads_words_of_html(people):
    view = view_of(
        people,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        b"<html><head><title>T</title><style>p{}</style></head><body><p>Eins</p>"
        b"<script>alert(1)</script><p>Zwei &amp; <b>drei</b></p></body></html>",
    )

    assert view.text.split("\n") == ["Eins", "", "Zwei & drei"]
    assert view.is_from_html


def test_lists_attachments(people):
    view = view_of(
        people,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n"
        b"--b\r\nContent-Type: application/pdf\r\n"
        b'Content-Disposition: attachment; filename="=?utf-8?q?R=C3=BCck.pdf?="\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\naGFsbG8=\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: Inneres\r\n\r\nInnen\r\n--b--",
    )

    assert [(f.name, f.content_type, f.size) for f in view.attachments] == [
        ("Rück.pdf", "application/pdf", 5),
        ("Inneres", "message/rfc822", None),
    ]
    assert view.text.strip() == "Text"


@pytest.mark.parametrize("charset", ["utf-7", "rot13", "hex", "unicode_escape", "\x00"])
def test_charset_that_is_not_one_is_not_tried(people, charset):
    view = view_of(
        people,
        b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n+ADw-x",
    )

    assert view.text == "+ADw-x"


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
    for n in range(5000)
)
HOSTILE = {
    "empty": b"",
    "no header": b"\r\nnur Text",
    "nuls": b"\x00" * 1000,
    "no line end": b"x" * 1_000_000,
    "deep": NESTED,
    "many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 3000,
    "same boundary": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 5000,
    "empty boundary": b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx',
    "bad base64": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64"
    b"\r\n\r\n!!!!\xff=",
    "bad uu": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: uuencode"
    b"\r\n\r\nbegin 644 x\r\n\xff\xff\r\n",
    "broken words": b"Subject: =?utf-8?b?!!?=\r\nContent-Type: application/x;"
    b" name*0*=bogus''%zz; name*1=x; name*=\r\n\r\nx",
    "8bit headers": b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\nx",
    "long header": b"X: " + b"a " * 500_000 + b"\r\n\r\nx",
    "many headers": b"X: y\r\n" * 100_000 + b"\r\nx",
    "open tags": b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
    "open comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 300_000,
    "open scripts": b"Content-Type: text/html\r\n\r\n" + b"<script>" * 200_000,
    "open declarations": b"Content-Type: text/html\r\n\r\n" + b"<!" * 600_000,
    "entities": b"Content-Type: text/html\r\n\r\n" + b"&#x1F600;&amp" * 100_000,
    "three megabytes": b"Subject: x\r\n\r\n" + b"zeile\r\n" * 450_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_message_is_read_in_time_or_shown_as_it_came(people, name):
    hold = make_hold(people.acme, content=HOSTILE[name])
    started = time.monotonic()

    view = read_text(hold.message)

    assert time.monotonic() - started < 4
    assert view.problem == ""
    assert "\x00" not in view.text


@pytest.mark.parametrize("name", HOSTILE)
def test_l15_page_of_hostile_message_answers(people, client_for, name):
    hold = make_hold(people.acme, content=HOSTILE[name])

    response = client_for(people.bob).get(f"/holds/{hold.pk}/")

    assert response.status_code == 200


SIXTY_DEEP = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
    for n in range(60)
)


@pytest.mark.parametrize("content", [SIXTY_DEEP + b"\r\nx", HOSTILE["many parts"]])
def test_more_than_a_page_may_cost_is_shown_as_it_came(people, content):
    view = view_of(people, content)

    assert view.is_raw
    assert view.text.startswith("Content-Type: multipart/mixed")


def test_what_lies_beyond_the_limit_is_said(people):
    assert view_of(people, HOSTILE["three megabytes"]).is_cut
    assert not view_of(people, b"Subject: x\r\n\r\nkurz\r\n").is_cut


def test_length_of_lower_case_does_not_mislead():
    assert strip_markup("İİİİ<b>x</b><SCRIPT>y</SCRIPT>z") == "İİİİxz"


def test_what_turns_text_around_is_named():
    assert show_hidden("a\u202eb\x00c\nd\te") == "a‹U+202E›b‹U+0000›c\nd\te"


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Type: text/plain" + b";" * 1_500_000,
        b"Content-Disposition: attachment" + b";\r\n a=b" * 200_000,
        b'Content-Disposition: attachment; a="' + b';"' * 700_000,
    ],
)
def test_fields_of_endless_parameters_cost_no_minutes(people, field):
    since = time.monotonic()

    view = view_of(people, field + b"\r\n\r\nText")

    assert view.is_raw
    assert time.monotonic() - since < 5
