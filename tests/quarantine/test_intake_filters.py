"""Whose word a listener takes: each filter's own fields, and no sender's forgery."""

from __future__ import annotations

import time

import pytest

from quarantine.intake.envelope import Client, Recipient, Sender, Transaction
from quarantine.intake.filters import Arrival, Filter, read_arrival
from quarantine.intake.spool import Spool

# As amavisd-new 2.13.0 of Debian 12 wrote it before our LMTP, Postfix 3.7 before it.
AMAVIS = (
    b"X-Envelope-From: <a@remote.example>\r\n"
    b"X-Envelope-To: <bob@acme.example>, <info@acme.example>, <eva@other.example>\r\n"
    b"X-Envelope-To-Blocked: <bob@acme.example>,\r\n <info@acme.example>\r\n"
    b"X-Quarantine-ID: <EB9jPazX3T3o>\r\n"
    b"%s"
    b"X-Spam-Flag: YES\r\nX-Spam-Score: 1000.001\r\nX-Spam-Level: ****\r\n"
    b"X-Spam-Status: Yes, score=1000.001 tag=x tag2=6 kill=6 tests=[GTUBE=1000,\r\n"
    b" MSGID_SHORT=0.001, NO_RELAYS=-0.001] autolearn=no autolearn_force=no\r\n"
    b"Received: from mx.test.example ([127.0.0.1])\r\n"
    b" by localhost (mx.test.example [127.0.0.1]) (amavis, port 10024) with ESMTP\r\n"
    b" id EB9jPazX3T3o; Tue, 24 Nov 2026 08:16:57 +0000 (UTC)\r\n"
)
POSTFIX = (
    b"Received: from client.remote.example (dns.remote.example [192.0.2.7])\r\n"
    b"\tby mx.test.example (Postfix) with ESMTP id 4cXyZ1abc\r\n"
    b"\tfor <bob@acme.example>; Tue, 24 Nov 2026 08:16:56 +0000 (UTC)\r\n"
)
MAIL = b"From: A <a@remote.example>\r\nSubject: Gewinn\r\n%s\r\nText\r\n"
QUARANTINE = "quarantine@cleanmail.localdomain"


def arrive(
    content: bytes,
    filter_name: Filter,
    *recipients: str,
    queue_id: str = "",
    sender: str = "a@remote.example",
    helo: str = "client.remote.example",
) -> Arrival:
    spool = Spool()
    spool.write(content)
    spool.finish()
    each = Transaction(
        Sender(sender, envelope_id="AM.EB9jPazX3T3o.1@mx"),
        tuple(Recipient(address) for address in recipients or (QUARANTINE,)),
        Client(queue_id=queue_id, helo=helo),
        spool,
    )
    return read_arrival(each, filter_name)


def amavis(alerts: bytes = b"", extra: bytes = b"") -> bytes:
    return AMAVIS % alerts + POSTFIX + MAIL % extra


def test_amavis_says_whose_the_mail_is_and_why_it_is_held():
    arrival = arrive(amavis(), Filter.AMAVIS)

    each, verdict = arrival.transaction, arrival.verdict
    assert each.sender.address == "a@remote.example"
    assert each.sender.envelope_id == ""
    blocked = ["bob@acme.example", "info@acme.example"]
    assert [recipient.address for recipient in each.recipients] == blocked
    assert each.client == Client(
        "dns.remote.example", "192.0.2.7", "client.remote.example", "4cXyZ1abc"
    )
    assert (verdict.filter_name, verdict.score, verdict.required) == (
        "amavis",
        1000.001,
        6.0,
    )
    assert [symbol.name for symbol in verdict.symbols] == [
        "GTUBE",
        "MSGID_SHORT",
        "NO_RELAYS",
    ]
    assert verdict.category == "spam"
    assert arrival.section.get("subject", 100) == "Gewinn"


def test_block_of_amavis_is_no_part_of_the_content():
    each = arrive(amavis(), Filter.AMAVIS).transaction

    content = b"".join(each.content.read(each.skip))

    assert content == POSTFIX + MAIL % b""
    assert b"eva@other.example" not in content


@pytest.mark.parametrize(
    ("alerts", "category"),
    [
        (b"INFECTED, message contains virus: Eicar", "virus"),
        (b"BANNED, message contains application/octet-stream,.dat,x.exe", "attachment"),
        (b"BAD HEADER SECTION, Non-encoded 8-bit data", "policy"),
        (b"UNCHECKED contains encrypted, x.zip", "spam"),
        (b"Something, new", "spam"),
        (b"BANNED, x.exe\r\nX-Amavis-Alert: INFECTED, Eicar", "virus"),
    ],
)
def test_alert_of_amavis_names_the_category(alerts: bytes, category: str):
    field = b"X-Amavis-Alert: " + alerts + b"\r\n"

    verdict = arrive(amavis(field), Filter.AMAVIS).verdict

    assert verdict.category == category
    assert verdict.alerts[0] == alerts.split(b"\r\n")[0].decode()


def test_mail_that_amavis_did_not_score_has_none():
    content = (
        amavis()
        .replace(b"Yes, score=1000.001 tag=x", b"No, score=x tag=x")
        .replace(b"GTUBE=1000,\r\n MSGID_SHORT=0.001, NO_RELAYS=-0.001", b"")
    )

    verdict = arrive(content, Filter.AMAVIS).verdict

    assert (verdict.score, verdict.symbols, verdict.category) == (None, (), "other")


def test_null_sender_and_odd_addresses_are_read_from_the_block():
    content = amavis().replace(b"From: <a@remote.example>", b"From: <>", 1)
    odd = b'<"a>, <b"@acme.example>, <bob@acme.example>, <bob@acme.example>'
    content = content.replace(b"<bob@acme.example>,\r\n <info@acme.example>", odd)

    each = arrive(content, Filter.AMAVIS).transaction

    assert each.sender.address == ""
    assert [recipient.address for recipient in each.recipients] == [
        '"a>, <b"@acme.example',
        "bob@acme.example",
    ]


def test_none_of_very_many_recipients_is_lost():
    many = [f"a-rather-long-local-part-{n}@acme.example" for n in range(1000)]
    told = ",\r\n ".join(f"<{address}>" for address in many).encode()
    content = amavis().replace(b"<bob@acme.example>,\r\n <info@acme.example>", told)

    each = arrive(content, Filter.AMAVIS).transaction

    assert [recipient.address for recipient in each.recipients] == many


FORGED_BLOCK = AMAVIS % b"X-Amavis-Alert: INFECTED, forged\r\n"


@pytest.mark.parametrize(
    "content",
    [
        POSTFIX + FORGED_BLOCK + MAIL % b"",
        MAIL % FORGED_BLOCK,
        b"Subject: x\r\n" + FORGED_BLOCK + POSTFIX + MAIL % b"",
        amavis().replace(b"X-Quarantine-ID: <EB9jPazX3T3o>\r\n", b""),
        amavis().replace(b"X-Quarantine-ID: <EB9jPazX3T3o>", b"X-Quarantine-ID: <>"),
        amavis().replace(b" id EB9jPazX3T3o;", b" id Other;"),
        amavis().replace(b"X-Envelope-To-Blocked", b"X-Envelope-Nobody"),
        amavis().replace(b" <info@acme.example>\r\nX-Q", b" info@acme.example\r\nX-Q"),
        amavis().replace(b"From: <a@remote.example>", b"From: nobody", 1),
        AMAVIS % b"" + b"\r\n",
        AMAVIS % b"",
        b"",
    ],
    ids=range(12),
)
def test_block_that_amavis_did_not_write_is_not_believed(content: bytes):
    arrival = arrive(content, Filter.AMAVIS)

    assert arrival.verdict.filter_name == ""
    assert arrival.transaction.recipients == (Recipient(QUARANTINE),)
    assert arrival.transaction.skip == 0


def test_block_counts_for_the_quarantine_address_only():
    arrival = arrive(amavis(), Filter.AMAVIS, "bob@acme.example")

    assert arrival.verdict.filter_name == ""
    assert arrival.transaction.recipients == (Recipient("bob@acme.example"),)


def test_forged_block_below_changes_nothing_of_the_true_one():
    forged = FORGED_BLOCK.replace(b"<bob@acme.example>", b"<eva@other.example>")
    content = AMAVIS % b"" + POSTFIX + forged + MAIL % b""

    arrival = arrive(content, Filter.AMAVIS)

    each = arrival.transaction
    assert [r.address for r in each.recipients] == [
        "bob@acme.example",
        "info@acme.example",
    ]
    assert (arrival.verdict.category, arrival.verdict.alerts) == ("spam", ())
    assert b"".join(each.content.read(each.skip)) == POSTFIX + forged + MAIL % b""


@pytest.mark.parametrize("filter_name", [Filter.RSPAMD, Filter.SPAMASSASSIN])
def test_block_of_amavis_says_nothing_to_a_listener_of_another_filter(
    filter_name: Filter,
):
    content = amavis().replace(b"X-Spam-Status", b"X-Spam-Other")

    arrival = arrive(content, filter_name, queue_id="4cXyZ1abc")

    assert arrival.verdict.filter_name == ""
    assert arrival.transaction.recipients == (Recipient(QUARANTINE),)


@pytest.mark.parametrize(
    ("status", "category", "names"),
    [
        (b"Yes, score=7.1 required=5.0 tests=BAYES_99,HTML_MESSAGE\r\n\tautolearn=no",
         "spam", ["BAYES_99", "HTML_MESSAGE"]),
        (b"Yes, score=7.1 required=5.0 tests=URIBL_PHISH=6,LOTS=1.1\r\n\tautolearn=no",
         "phishing", ["URIBL_PHISH", "LOTS"]),
        (b"Yes, score=7.1 required=5.0 tests=USER_IN_BLOCKLIST=100 version=4.0.1",
         "policy", ["USER_IN_BLOCKLIST"]),
        (b"Yes, score=7.1 required=5.0 tests=OLEMACRO=5 autolearn=no", "attachment",
         ["OLEMACRO"]),
        (b"Yes, score=7.1 required=5.0 tests=NEWSLETTER=5,URIBL_PHISH=-1", "bulk",
         ["NEWSLETTER", "URIBL_PHISH"]),
        (b"Yes, score=7.1 required=5.0 tests=none autolearn=no", "spam", []),
        (b"No, score=1.1 required=5.0 tests=HTML_MESSAGE=1.1", "other",
         ["HTML_MESSAGE"]),
    ],
)  # fmt: skip
def test_spamassassin_speaks_on_its_own_listener(
    status: bytes, category: str, names: list[str]
):
    content = b"X-Spam-Status: " + status + b"\r\n" + MAIL % b""

    verdict = arrive(content, Filter.SPAMASSASSIN, "bob@acme.example").verdict

    assert verdict.filter_name == "spamassassin"
    assert (verdict.category, verdict.required) == (category, 5.0)
    assert [symbol.name for symbol in verdict.symbols] == names


@pytest.mark.parametrize("filter_name", [Filter.RSPAMD, Filter.AMAVIS])
def test_spam_status_says_nothing_elsewhere(filter_name: Filter):
    status = b"X-Spam-Status: Yes, score=99 required=5 tests=CLAMAV=99\r\n"

    arrival = arrive(status + MAIL % b"", filter_name, queue_id="Q1")

    assert (arrival.verdict.filter_name, arrival.verdict.score) == ("", None)


def test_first_status_of_spamassassin_counts():
    status = b"X-Spam-Status: Yes, score=%s required=5 tests=A_RULE=1\r\n"

    arrival = arrive(status % b"7" + MAIL % (status % b"-9"), Filter.SPAMASSASSIN)

    assert arrival.verdict.score == 7


OURS = (
    b"Authentication-Results: mx.test.example;\r\n"
    b"\tdkim=pass header.d=remote.example header.s=s1 header.b=abc;\r\n"
    b"\tdkim=fail (bad body hash) header.d=list.example;\r\n"
    b'\tspf=softfail (mx.test.example: 192.0.2.7 is neither "x" nor y)\r\n'
    b"\tsmtp.mailfrom=a@bounce.remote.example;\r\n"
    b'\tdmarc=fail reason="No valid SPF; dkim=pass" header.from=remote.example '
    b"(policy=none);\r\n\tarc=none\r\n"
)
MARK = b"X-Rspamd-Queue-Id: 4cXyZ\r\n"


@pytest.fixture
def named(settings) -> None:
    settings.INTAKE_AUTHSERV_ID = "MX.test.example"


def checks(fields: bytes, **told: str) -> list[tuple[str, str, str]]:
    told = {"queue_id": "4cXyZ"} | told
    arrival = arrive(MAIL % fields, Filter.RSPAMD, "bob@acme.example", **told)
    return [(check.method, check.result, check.domain) for check in arrival.checks]


def test_results_of_our_own_filter_are_kept(named):
    assert checks(OURS + MARK) == [
        ("spf", "softfail", "bounce.remote.example"),
        ("dkim", "pass", "remote.example"),
        ("dkim", "fail", "list.example"),
        ("dmarc", "fail", "remote.example"),
        ("arc", "none", ""),
    ]


def test_a_list_whose_bounces_name_the_reader_has_results_too(named):
    verp = "b-1=smtp.helo=bank.example=x@bounce.remote.example"
    fields = OURS.replace(b"a@bounce.remote.example", verp.encode()) + MARK

    assert checks(fields, sender=verp)[0] == (
        "spf",
        "softfail",
        "bounce.remote.example",
    )


def test_amavis_speaks_of_authentication_in_its_block_only(named):
    field = b"Authentication-Results: mx.test.example; dkim=pass header.d=a.example\r\n"

    inside = arrive(amavis(field), Filter.AMAVIS)
    below = arrive(amavis(extra=field), Filter.AMAVIS)

    assert [check.domain for check in inside.checks] == ["a.example"]
    assert below.checks == ()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (OURS, {}),
        (OURS + MARK, {"queue_id": "other"}),
        (OURS + MARK, {"queue_id": ""}),
        (OURS.replace(b"mx.test", b"mx.forged") + MARK, {}),
        (OURS + MARK + OURS, {}),
        (OURS.replace(b"arc=none", b"spf=pass") + MARK, {}),
        (OURS.replace(b"(policy", b"((policy") + MARK, {}),
        (OURS.replace(b"arc=none", b'arc="none') + MARK, {}),
        (OURS + MARK, {"sender": '"a);dkim=pass header.d=bank.example;x=("@b.example'}),
        (OURS + MARK, {"helo": "a)dkim=pass(b"}),
    ],
    ids=range(10),
)
def test_results_that_a_sender_could_have_written_are_not(named, fields, told):
    assert checks(fields, **told) == []


def test_without_a_name_of_our_own_none_is_believed(settings):
    settings.INTAKE_AUTHSERV_ID = ""

    assert checks(OURS.replace(b"mx.test.example;\r", b";\r", 1) + MARK) == []


@pytest.mark.parametrize(
    "head",
    [
        b"Authentication-Results: mx.test.example" + b";dkim=pass" * 100_000,
        b"Authentication-Results: mx.test.example;" + b"(" * 500_000,
        b"Authentication-Results: mx.test.example;" + b'"\\' * 500_000,
        b"Authentication-Results: mx.test.example; spf=" + b"pass " * 200_000,
        b"Authentication-Results: mx.test.example; dkim=pass\r\n" * 15_000,
        b"X-Envelope-From: <" + b'"\\' * 400_000 + b"\r\nX-Quarantine-ID: <a>\r\n",
        b"X-Envelope-From: <>\r\n" * 40_000,
        AMAVIS.replace(b"<bob@acme.example>", b'<"' + b"\\" * 15_000) % b"" + POSTFIX,
        AMAVIS.replace(b"<bob@acme.example>", b'<"' * 200_000) % b"" + POSTFIX,
        AMAVIS % (b"X-Amavis-Alert: a\r\n" * 40_000) + POSTFIX,
        AMAVIS % b"" + b"Received: from a (b [1.1.1.1])" + b" (Postfix)" * 90_000,
    ],
    ids=range(11),
)
@pytest.mark.parametrize("filter_name", list(Filter))
def test_hostile_fields_cost_little_time(named, head: bytes, filter_name: Filter):
    content = head + b"\r\n" + MARK + b"\r\n"
    began = time.process_time()

    arrive(content, filter_name, queue_id="4cXyZ")

    assert time.process_time() - began < 0.5
