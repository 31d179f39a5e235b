"""What the list shows of a header section, and whom the filter's word is taken from."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from quarantine.intake.headers import Mailbox, Section, clean, parse_mailbox
from quarantine.intake.rspamd import read_rspamd
from quarantine.intake.spamassassin import read_spamassassin
from quarantine.intake.verdict import Verdict

RESULT = (
    b"X-Spamd-Result: default: False [12.40 / 15.00];\r\n"
    b"\tBAYES_SPAM(5.10)[99.99%];\r\n\tPHISHED_URL(7.30)[bad.example, worse.example];"
    b"\r\n"
    b"\tR_SPF_ALLOW(-0.20)[+ip4:192.0.2.1]\r\n"
)


def subject(raw: bytes) -> str:
    return Section(b"Subject: " + raw + b"\r\n\r\n").get("subject", 500)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"Guten Tag", "Guten Tag"),
        (b"=?utf-8?q?Gr=C3=BCsse_aus?= Bern", "Grüsse aus Bern"),
        (b"=?UTF-8?B?WsO8cmljaA==?=", "Zürich"),
        (b"=?UTF-8?B?WsO8cmljaA?=", "Zürich"),
        (b"=?utf-8?b?R3LDvA==?=\r\n =?utf-8?b?w59l?=", "Grüße"),
        (b"=?utf-8?b?Z8M=?= =?utf-8?b?vG4=?=", "gün"),
        (b"=?iso-8859-1*de?q?K=E4se?=", "Käse"),
        (b"=?shift_jis?b?k/qWew==?=", "日本"),
        (b"=?x-nobody-knows?q?=41?=", "=?x-nobody-knows?q?=41?="),
        (b"=?unicode_escape?q?=5Cx41?=", "=?unicode_escape?q?=5Cx41?="),
        (b"=?zlib?b?eJw=?=", "=?zlib?b?eJw=?="),
        (b"K\xe4se", "Käse"),
        ("Käse".encode(), "Käse"),
        (b"a\0b\x07c\x1b[31m", "a b c [31m"),
        ("abc\u202egpj.exe".encode(), "abcgpj.exe"),
        (b"gefaltet\r\n\tund\r\n  weiter", "gefaltet und weiter"),
        (b"nur LF\n gefaltet", "nur LF gefaltet"),
        (b"", ""),
    ],
)
def test_shows_subject(raw: bytes, shown: str):
    assert subject(raw) == shown


@pytest.mark.parametrize(
    ("field", "name", "address"),
    [
        ("Anna Muster <anna@muster.example>", "Anna Muster", "anna@muster.example"),
        ("anna@muster.example", "", "anna@muster.example"),
        ("anna@muster.example (Anna)", "Anna", "anna@muster.example"),
        ('"Muster, Anna" <a@b.example>', "Muster, Anna", "a@b.example"),
        ('"x <evil@c.example>" <a@b.example>', "x <evil@c.example>", "a@b.example"),
        ('"a \\"b\\"" <a@b.example>', 'a "b"', "a@b.example"),
        ("=?utf-8?q?J=C3=BCrg=2C?= <j@b.example>", "Jürg,", "j@b.example"),
        ("A <a@b.example>, B <c@d.example>", "A", "a@b.example"),
        ("a@b.example, c@d.example", "", "a@b.example"),
        ("<>", "", ""),
        ("<a@b.example", "", "a@b.example"),
        ("", "", ""),
        ('"', "", ""),
    ],
)
def test_reads_the_first_mailbox(field: str, name: str, address: str):
    assert parse_mailbox(field) == Mailbox(name, address)


def test_body_is_not_taken_for_headers():
    section = Section(b"From: a@b.example\r\n\r\nSubject: no\r\n")

    assert section.get("subject", 500) == ""


def test_content_that_starts_with_a_blank_line_has_no_headers():
    assert Section(b"\r\nSubject: no\r\n\r\n").get("subject", 500) == ""


def test_lone_surrogates_and_length_are_cleaned():
    assert clean("a\udc80b" + "c" * 100, 5) == "a?bcc"


@hypothesis_settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"From:",
                    b"\r\nSubject: ",
                    b"=?utf-8?b?",
                    b"?=",
                    b"=?utf-16?q?",
                    b"\n ",
                ]
            ),
        )
    ).map(b"".join)
)
def test_never_raises_and_gives_what_a_database_takes(raw: bytes):
    section = Section(raw)
    mailbox = section.get_mailbox()
    verdict = read_rspamd(section, "Q1") or Verdict()

    for text in (mailbox.name, mailbox.address, section.get("subject", 500)):
        assert "\0" not in text
        text.encode()
    assert "\\u0000" not in json.dumps(verdict.as_reason())


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 70_000,
        b"From: " + b'"' * 1_000_000,
        b"From: " + b"(" * 1_000_000,
        b"From: " + b"<" * 1_000_000,
        b"From: " + b'"\\' * 500_000,
        b"From: a\r\n" * 100_000,
        b"X-Spamd-Result: " + b"A(1" * 300_000,
        b"X-Spamd-Result: default: False [1.0 / 2.0]; " + b"A(1.0)[" * 150_000,
        b"X-Spam-Status: Yes, tests=" + b"A=1," * 250_000,
        b"X-Spam-Status: Yes, score=" + b"1" * 1_000_000,
        b"X-Spam-Status: Yes, score=1..1..1" + b"..1" * 300_000,
        b"Subject: a" + b"\r\n " * 300_000,
        b"\r" * 1_000_000,
        b"Subject:" + b" " * 1_000_000 + b"x",
    ],
    ids=range(14),
)
def test_hostile_headers_cost_little_time(head: bytes):
    began = time.process_time()

    section = Section(head)
    section.get_mailbox()
    section.get("subject", 500)
    read_rspamd(section, "Q1")
    read_spamassassin(section)

    assert time.process_time() - began < 0.5


def test_verdict_of_this_queue_id_is_believed():
    section = Section(RESULT + b"X-Rspamd-Queue-Id: 4cXyZ\r\nSubject: x\r\n\r\n")

    verdict = read_rspamd(section, "4cXyZ")

    assert (verdict.score, verdict.required) == (12.4, 15.0)
    assert verdict.category == "phishing"
    assert [symbol.name for symbol in verdict.symbols] == [
        "BAYES_SPAM",
        "PHISHED_URL",
        "R_SPF_ALLOW",
    ]
    assert verdict.symbols[1].options == "bad.example, worse.example"


@pytest.mark.parametrize(
    ("head", "queue_id"),
    [
        (RESULT, "4cXyZ"),
        (RESULT + b"X-Rspamd-Queue-Id: other\r\n", "4cXyZ"),
        (RESULT + b"X-Rspamd-Queue-Id: \r\n", ""),
        (RESULT + b"X-Rspamd-Queue-Id: 4cXyZ\r\n", ""),
        (b"X-Rspamd-Queue-Id: 4cXyZ\r\n", "4cXyZ"),
        (b"X-Rspamd-Queue-Id: 4cXyZ\r\nX-Spamd-Result: rubbish\r\n", "4cXyZ"),
    ],
)
def test_verdict_that_a_sender_could_have_written_is_not(head: bytes, queue_id: str):
    assert read_rspamd(Section(head + b"\r\n"), queue_id) is None
    assert Verdict().category == "other"


@pytest.mark.parametrize(
    ("head", "envelope"),
    [
        (b"", '"a]; NEWSLETTER(9.00)[b"@remote.example'),
        (b"", '"a]; NEWS\\LETTER(9.00)[b"@remote.example'),
        (b"Subject: x]; NEWSLETTER(9.00)[y\r\n", ""),
        (
            b"Reply-To: =?utf-8?q?x=5D=3B_NEWSLETTER=289=2E00=29=5By?= <a@b>\r\n",
            "",
        ),
    ],
)
def test_rule_that_a_sender_speaks_of_names_no_category(head: bytes, envelope: str):
    result = RESULT.replace(
        b"PHISHED_URL(7.30)[bad.example", b"FROM(0.3)[a]; NEWSLETTER(9.00)[b"
    )
    ours = result + b"X-Rspamd-Queue-Id: Q1\r\n"

    verdict = read_rspamd(Section(head + ours + b"\r\n"), "Q1", [envelope])

    assert read_rspamd(Section(ours + b"\r\n"), "Q1").category == "bulk"
    assert (verdict.category, verdict.must_hold) == ("spam", True)


def test_sender_cannot_talk_a_virus_away():
    result = RESULT.replace(b"PHISHED_URL(7.30)", b"CLAM_VIRUS(7.30)")
    spoken = b"Subject: CLAM_VIRUS(7.30) \xff\r\n"

    verdict = read_rspamd(
        Section(spoken + result + b"X-Rspamd-Queue-Id: Q1\r\n\r\n"), "Q1"
    )

    assert (verdict.category, verdict.must_hold) == ("virus", True)


def test_eight_bit_words_of_a_sender_make_no_doubt():
    head = b"Subject: \xff\xfe\r\n" + RESULT.replace(b"bad.example", "bäd".encode())

    verdict = read_rspamd(Section(head + b"X-Rspamd-Queue-Id: Q1\r\n\r\n"), "Q1")

    assert (verdict.category, verdict.must_hold) == ("phishing", False)


@pytest.mark.parametrize("ours_first", [True, False])
def test_result_beside_the_queue_id_wins_over_a_forged_one(ours_first: bool):
    forged = RESULT.replace(b"12.40", b"-9.00")
    ours = RESULT + b"X-Rspamd-Queue-Id: 4cXyZ\r\n"
    between = b"Subject: x\r\nFrom: a@b.example\r\n"
    head = ours + between + forged if ours_first else forged + between + ours

    assert read_rspamd(Section(head + b"\r\n"), "4cXyZ").score == 12.4


@pytest.mark.parametrize(
    ("symbols", "category"),
    [
        ("CLAM_VIRUS(4.00)[Eicar]", "virus"),
        ("PHISHING(3.00)[x]", "phishing"),
        ("MIME_BAD_EXTENSION(2.00)[exe]", "attachment"),
        ("DMARC_POLICY_REJECT(2.00)[x]", "policy"),
        ("BAYES_SPAM(5.00)[]", "spam"),
        ("PHISHING(-3.00)[x]; BAYES_SPAM(5.00)[]", "spam"),
    ],
)
def test_symbols_name_the_category(symbols: str, category: str):
    head = f"X-Spamd-Result: default: False [9.0 / 15.0]; {symbols}\r\n"
    section = Section(head.encode() + b"X-Rspamd-Queue-Id: Q1\r\n\r\n")

    assert read_rspamd(section, "Q1").category == category
