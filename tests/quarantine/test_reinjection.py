"""Release on the worker's side, against a scripted next hop."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from accounts.models import Domain
from quarantine import store
from quarantine.models import Hold, Message, ReleaseAttempt
from quarantine.reinjection import reinject
from quarantine.states import State
from tests.factories import make_hold
from tests.services.certificates import self_signed_context
from tests.smtp_server import KEYWORDS, Script, SmtpServer

pytestmark = pytest.mark.django_db

TRACE = re.compile(
    rb"X-Cleanmail-Released: [0-9a-f-]{36}; [^\r\n]+\r\n"
    rb"Received: by cleanmail\.localdomain \(Cleanmail\) with LMTP\r\n"
    rb"\tid [0-9a-f-]{36}; [^\r\n]+\r\n"
)
CRLF_CONTENTS = {
    "plain": b"Subject: x\r\n\r\nHello\r\n",
    "empty": b"",
    "only a line end": b"\r\n",
    "a lone dot first": b".\r\n",
    "lone dots": b"Subject: x\r\n\r\n.\r\n..\r\n...\r\n. \r\n",
    "dot lines": b"Subject: x\r\n\r\n.a\r\n..b\r\nc.\r\n.\r\nd\r\n",
    "no final line end in the mail's own eyes": b"Subject: x\r\n\r\nend\r\n\r\n",
    "NUL": b"Subject: x\r\n\r\n\0\0a\0\r\n",
    "8-bit": b"Subject: \xe4\xf6\r\n\r\n\xff\xfe\x80\r\n",
    "a line of 1 MB": b"Subject: x\r\n\r\n" + b"y" * 1_000_000 + b"\r\n",
    "dots at frame borders": b".\r\n" * 700_000,
}
BARE_CONTENTS = {
    "LF dot LF": b"Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@x>\r\n",
    "CR dot CR": b"Subject: x\r\n\r\na\r.\rMAIL FROM:<evil@x>\r\n",
    "LF dot CRLF": b"Subject: x\r\n\r\na\n.\r\nMAIL FROM:<evil@x>\r\n",
    "CRLF dot LF": b"Subject: x\r\n\r\na\r\n.\nMAIL FROM:<evil@x>\r\n",
    "CR CRLF": b"Subject: x\r\n\r\na\r\r\n.\r\r\nb\r\n",
    "LF only": b"Subject: x\n\nhello\n.\n",
}


def releasing(
    people, next_hop: SmtpServer, content=b"Subject: x\r\n\r\nHi\r\n", **more
):
    """Make a claimed hold whose domain points to the server."""
    point(next_hop)
    message = {
        name: more.pop(name)
        for name in ("envelope_id", "dsn_return", "has_bare_line_ends", "has_8bit")
        if name in more
    }
    hold = make_hold(
        people.acme,
        content=content,
        state=State.RELEASING,
        decided_at=timezone.now(),
        **more,
    )
    Message.objects.filter(pk=hold.message_id).update(**message)
    return hold


def point(next_hop: SmtpServer, **fields) -> None:
    Domain.objects.filter(name="acme.example").update(
        next_hop_host="127.0.0.1", next_hop_port=next_hop.port, **fields
    )


def run(hold: Hold) -> ReleaseAttempt | None:
    """Do what the worker does; return the latest attempt."""
    reinject(str(hold.customer_id), str(hold.pk))
    hold.refresh_from_db()
    return hold.attempts.last()


@pytest.fixture(autouse=True)
def any_port(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def below_trace(content: bytes) -> bytes:
    found = TRACE.match(content)
    assert found is not None
    return content[found.end() :]


@pytest.mark.db
def test_delivers_and_keeps_the_reply(people):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        attempt = run(hold)

    assert hold.state == State.RELEASED
    assert attempt.outcome == "accepted"
    assert (attempt.reply_code, attempt.queue_id) == (250, "4XyZ")
    assert attempt.reply_text == "2.0.0 Ok: queued as 4XyZ"
    assert attempt.next_hop_address == "127.0.0.1"
    assert [t.content.endswith(b"Hi\r\n") for t in next_hop.transactions] == [True]


def test_keeps_the_envelope_and_tells_the_sender_nothing(people):
    with SmtpServer() as next_hop:
        hold = releasing(
            people,
            next_hop,
            envelope_id="a b+c",
            dsn_return="HDRS",
            original_recipient="rfc822;Bob=x@acme.example",
            has_8bit=True,
        )
        run(hold)

    mail, recipients = (
        next_hop.transactions[0].mail,
        next_hop.transactions[0].recipients,
    )
    assert mail.startswith("MAIL FROM:<sender@remote.example> SIZE=")
    assert mail.endswith(" BODY=8BITMIME RET=HDRS ENVID=a+20b+2Bc")
    assert recipients == [
        "RCPT TO:<bob@acme.example> NOTIFY=NEVER ORCPT=rfc822;Bob+3Dx@acme.example"
    ]


def test_l13_keeps_the_null_reverse_path(people):
    with SmtpServer(Script(keywords=())) as next_hop:
        run(releasing(people, next_hop, envelope_sender=""))

    assert next_hop.transactions[0].mail == "MAIL FROM:<>"


def test_falls_back_to_helo(people):
    with SmtpServer(Script(replies={"EHLO": "502 no", "HELO": "250 ok"})) as next_hop:
        hold = releasing(people, next_hop)
        run(hold)

    assert hold.state == State.RELEASED


@pytest.mark.parametrize("name", CRLF_CONTENTS)
@pytest.mark.parametrize("keywords", [(), KEYWORDS])
def test_l4_delivers_dots_and_all_bytes_unchanged(people, name, keywords):
    content = CRLF_CONTENTS[name]
    with SmtpServer(Script(keywords=keywords)) as next_hop:
        hold = releasing(people, next_hop, content)
        attempt = run(hold)

    assert hold.state == State.RELEASED
    assert attempt.altered == ""
    assert len(next_hop.transactions) == 1
    assert below_trace(next_hop.transactions[0].content) == content


@pytest.mark.parametrize("name", BARE_CONTENTS)
def test_l5_bare_line_ends_go_unchanged_by_bdat(people, name):
    content = BARE_CONTENTS[name]
    with SmtpServer(Script(keywords=(*KEYWORDS, "CHUNKING"))) as next_hop:
        hold = releasing(people, next_hop, content, has_bare_line_ends=True)
        attempt = run(hold)

    assert hold.state == State.RELEASED
    assert attempt.altered == ""
    assert below_trace(next_hop.transactions[0].content) == content


@pytest.mark.parametrize("name", BARE_CONTENTS)
def test_l5_bare_line_ends_smuggle_nothing_without_bdat(people, name):
    content = BARE_CONTENTS[name]
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop, content, has_bare_line_ends=True)
        attempt = run(hold)

    assert hold.state == State.RELEASED
    assert attempt.altered == "crlf"
    assert len(next_hop.transactions) == 1
    received = next_hop.transactions[0]
    expected = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    assert below_trace(received.content) == expected
    assert re.search(rb"(^|[\r\n])\.[\r\n]", received.raw) is None
    assert sum(line.startswith("MAIL") for line in next_hop.commands) == 1


def test_encrypts_where_offered(people, tmp_path):
    with SmtpServer(Script(tls=self_signed_context(tmp_path))) as next_hop:
        hold = releasing(people, next_hop)
        attempt = run(hold)

    assert next_hop.transactions[0].is_encrypted
    assert attempt.tls_version == "TLSv1.3"


def test_goes_in_clear_when_the_handshake_fails(people, tmp_path):
    tls = self_signed_context(tmp_path)
    tls.set_ciphers("AES128-SHA")
    tls.maximum_version = tls.minimum_version = tls.minimum_version.TLSv1_2
    with SmtpServer(Script(tls=tls)) as next_hop:
        hold = releasing(people, next_hop)
        attempt = run(hold)

    assert hold.state == State.RELEASED
    assert not next_hop.transactions[0].is_encrypted
    assert attempt.tls_version == ""


def test_goes_in_clear_when_the_connection_breaks_in_the_handshake(people):
    with SmtpServer(Script(keywords=("STARTTLS",))) as next_hop:
        hold = releasing(people, next_hop)
        run(hold)

    assert hold.state == State.RELEASED
    assert next_hop.connections == 2


def test_never_goes_in_clear_where_encryption_is_demanded(people):
    with SmtpServer(Script(keywords=("STARTTLS",))) as next_hop:
        hold = releasing(people, next_hop)
        point(next_hop, next_hop_tls="required")
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.RELEASING, "tls")
    assert next_hop.connections == 1


def test_waits_where_encryption_is_demanded_but_not_offered(people):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        point(next_hop, next_hop_tls="required")
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.RELEASING, "starttls")
    assert not next_hop.transactions


def test_names_smtputf8_as_the_reason(people):
    with SmtpServer(Script(keywords=("8BITMIME",))) as next_hop:
        hold = releasing(people, next_hop, envelope_sender="jürg@remote.example")
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.FAILED, "smtputf8")


def test_uses_smtputf8_where_an_address_needs_it(people):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop, envelope_sender="jürg@remote.example")
        run(hold)

    assert hold.state == State.RELEASED
    assert next_hop.transactions[0].mail.endswith(" SMTPUTF8")
    assert "<jürg@remote.example>" in next_hop.transactions[0].mail


def test_goes_through_the_operators_relay(people, settings):
    settings.ALLOWED_NETWORKS = []
    with SmtpServer() as own, SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        settings.REINJECT_VIA = f"127.0.0.1:{own.port}"
        attempt = run(hold)

    assert attempt.is_own_relay
    assert (len(own.transactions), len(next_hop.transactions)) == (1, 0)


@pytest.mark.db
def test_refuses_a_private_next_hop(people, settings):
    settings.ALLOWED_NETWORKS = []
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.FAILED, "refused:loopback")
    assert next_hop.connections == 0


def test_never_delivers_a_broken_content(people, settings):
    content = b"Subject: x\r\n\r\n" + bytes(range(256)) * 20_000 + b"\r\n"
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop, content, has_bare_line_ends=True)
        Message.objects.filter(pk=hold.message_id).update(content_sha256="0" * 64)
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.FAILED, "content_lost")
    assert not next_hop.transactions


def test_never_connects_for_an_erased_content_without_saying_so(people):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        store.erase(hold.message)
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.FAILED, "content_erased")
    assert not next_hop.transactions


@pytest.mark.parametrize("sign", ["\n", "\r", "\x01"])
def test_never_sends_an_address_that_would_be_a_command(people, sign):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        Message.objects.filter(pk=hold.message_id).update(
            envelope_sender=f"a>{sign}RCPT TO:<eve@x.example"
        )
        attempt = run(hold)

    assert (hold.state, attempt.failed_stage) == (State.FAILED, "unsafe")
    assert not next_hop.transactions
    assert not [line for line in next_hop.commands if "eve" in line]


def test_ignores_what_is_not_of_that_customer(people):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        reinject(str(people.other.pk), str(hold.pk))

    assert next_hop.connections == 0


@pytest.mark.parametrize("state", [s for s in State if s != State.RELEASING])
def test_touches_only_what_is_being_released(people, state):
    with SmtpServer() as next_hop:
        hold = releasing(people, next_hop)
        Hold.objects.filter(pk=hold.pk).update(state=state)
        run(hold)

    assert (hold.state, next_hop.connections) == (state, 0)
