"""A session against a scripted server."""

from __future__ import annotations

import errno
import json
import socket
import ssl
import threading

import pytest

from cleanmail.wire.channel import Limits
from cleanmail.wire.errors import (
    ConnectFailed,
    ConnectionLost,
    ReplyMalformed,
    SessionTimedOut,
    TlsFailed,
    UnsafeCommand,
)
from cleanmail.wire.replies import Reply
from cleanmail.wire.smtp import Path, Session
from tests.services.certificates import self_signed_context
from tests.services.ports import free_ports
from tests.smtp_server import KEYWORDS, Script, SmtpServer


def session_with(server: SmtpServer, **options) -> Session:
    return Session.connect("127.0.0.1", server.port, timeout=5, **options)


def open_transaction(session: Session) -> None:
    session.greeting()
    session.ehlo("x")
    session.mail("")


def untrusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_sends_a_message():
    with SmtpServer() as server, session_with(server) as session:
        greeting = session.greeting()
        session.ehlo("client.example")
        session.mail("a@x.example")
        session.rcpt("b@y.example")
        reply = session.data([b"Subject: x\r\n", b"\r\n.\r\n"])
        session.quit()

    assert (greeting.code, reply.code) == (220, 250)
    assert reply.enhanced_status_code == "2.0.0"
    assert reply.queue_id == "4XyZ"
    assert session.keywords["SIZE"] == "0"
    assert server.transactions[0].content == b"Subject: x\r\n\r\n.\r\n"


def test_gives_a_no_as_a_reply():
    with (
        SmtpServer(Script(replies={"MAIL": "550-5.7.1 no\n550 5.7.1 never"})) as server,
        session_with(server) as session,
    ):
        session.greeting()
        reply = session.mail("")

    assert reply.is_permanent
    assert reply.text == "5.7.1 no\n5.7.1 never"
    assert server.commands == ["MAIL FROM:<>"]


@pytest.mark.parametrize("keywords", [(), KEYWORDS])
def test_sends_an_envelope_with_and_without_pipelining(keywords):
    script = Script(keywords=keywords, replies={"RCPT": ["250 ok", "550 no", "250 ok"]})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.ehlo("client.example")
        replies = session.envelope(Path("a@x"), [Path("b@y"), Path("c@y"), Path("d@y")])
        session.content([b"x\r\n"])

    assert [reply.code for reply in replies.recipients] == [250, 550, 250]
    assert replies.refusal == replies.recipients[1]
    assert replies.data is not None
    assert len(server.transactions) == 1


def test_ends_an_envelope_that_nobody_takes():
    script = Script(keywords=(), replies={"RCPT": "550 no"})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.ehlo("client.example")
        replies = session.envelope(Path(""), [Path("b@y")])

    assert replies.data is None
    assert "DATA" not in server.commands


def test_upgrades_to_tls(tmp_path):
    script = Script(tls=self_signed_context(tmp_path))
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.ehlo("client.example")
        offered = "STARTTLS" in session.keywords
        session.starttls(untrusting(), "mx.acme.example")
        forgotten = session.keywords
        session.ehlo("client.example")

    assert offered
    assert forgotten == {}
    assert session.tls is not None
    assert session.tls.version.startswith("TLSv1")
    assert not session.tls.is_verified
    assert session.tls.certificates[0].startswith(b"0")


def test_tells_why_a_certificate_is_not_trusted(tmp_path):
    script = Script(tls=self_signed_context(tmp_path))
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        with pytest.raises(TlsFailed) as failure:
            session.starttls(ssl.create_default_context(), "mx.acme.example")

    assert failure.value.reason == "CERTIFICATE_VERIFY_FAILED"
    assert failure.value.verify_code == 18
    assert session.transcript.exchanges[-1].error


def test_refuses_what_comes_in_clear_behind_the_starttls_reply():
    script = Script(replies={"STARTTLS": "220 go\n250 injected"})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        with pytest.raises(ReplyMalformed):
            session.starttls(untrusting())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_masks_credentials(mechanism):
    script = Script(replies={"AUTH": "334 VXNlcm5hbWU6", "dXNlcg==": "334 UGE6"})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.auth(mechanism, "user", "geheim")

    shown = json.dumps(session.transcript.as_json(), ensure_ascii=False)
    assert "••••" in shown
    for secret in ("dXNlcg", "Z2VoZWlt", "AHVzZXIAZ2VoZWlt", "geheim"):
        assert secret not in shown


def test_notes_each_exchange_with_its_time():
    with (
        SmtpServer(Script(delays={"EHLO": 0.2})) as server,
        session_with(server) as session,
    ):
        session.greeting()
        session.ehlo("client.example")

    steps = [exchange.command for exchange in session.transcript.exchanges]
    assert steps == ["<connect>", "", "EHLO client.example"]
    assert 0.2 <= session.transcript.exchanges[-1].seconds < 2


def test_tells_that_nobody_listens():
    (port,) = free_ports(1)

    with pytest.raises(ConnectFailed) as failure:
        Session.connect("127.0.0.1", port)

    assert failure.value.errno == errno.ECONNREFUSED


def test_never_resolves_a_name():
    with pytest.raises(ConnectFailed):
        Session.connect("localhost", 25)


@pytest.mark.parametrize("line", ["NOOP\r\nRSET", "NOOP\nx", "NOOP\0", "MAIL\x7f"])
def test_never_sends_a_command_that_is_two(line):
    with SmtpServer() as server, session_with(server) as session:
        session.greeting()
        with pytest.raises(UnsafeCommand):
            session.command(line)

    assert server.commands == []


@pytest.mark.parametrize(
    "greeting",
    [
        "HTTP/1.1 302 Found",
        "220-a\n250 b",
        "22 x",
        "\n",
        "SSH-2.0-x",
        "2200 x",
        "620 x",
    ],
)
def test_refuses_what_is_no_reply(greeting):
    with (
        SmtpServer(Script(replies={"GREETING": greeting})) as server,
        session_with(server) as session,
        pytest.raises(ReplyMalformed) as failure,
    ):
        session.greeting()

    assert failure.value.after == "greeting"


@pytest.mark.parametrize(
    "greeting", ["220 " + "x" * 5000, "220-x\n" * 200 + "220 x", "220-" + "x" * 100_000]
)
def test_limits_what_a_server_may_send(greeting):
    limits = Limits(session_bytes=20_000)
    with (
        SmtpServer(Script(replies={"GREETING": greeting})) as server,
        session_with(server, limits=limits) as session,
        pytest.raises(ReplyMalformed),
    ):
        session.greeting()


def test_makes_a_reply_storable():
    reply = "220 \0\x1b[31m\xe9\u2028"
    with (
        SmtpServer(Script(replies={"GREETING": reply})) as server,
        session_with(server) as session,
    ):
        text = session.greeting().text

    assert text == "\\x00\\x1b[31mé\\x2028"


def test_refuses_a_reply_without_a_command():
    script = Script(replies={"MAIL": "250 ok\n250 again"})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.mail("")
        with pytest.raises(ReplyMalformed):
            session.rcpt("a@x")


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "MAIL"])
def test_tells_after_what_the_connection_was_lost(step):
    with (
        SmtpServer(Script(cuts=(step,))) as server,
        session_with(server) as session,
        pytest.raises(ConnectionLost) as failure,
    ):
        open_transaction(session)

    assert failure.value.after == step.lower()


def test_ends_when_the_server_is_silent():
    with SmtpServer(Script(delays={"GREETING": 2})) as server:
        session = Session.connect("127.0.0.1", server.port, timeout=0.2)
        with session, pytest.raises(SessionTimedOut):
            session.greeting()


def test_ends_when_the_server_drips():
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        sock, _address = listener.accept()
        with sock:
            while not stop.wait(0.05):
                sock.sendall(b"2")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    session = Session.connect("127.0.0.1", port, timeout=5, deadline_seconds=0.5)
    with session, pytest.raises(SessionTimedOut):
        session.greeting()
    stop.set()
    thread.join(5)
    listener.close()


def test_returns_the_reply_of_a_server_that_hangs_up_on_content():
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        sock, _address = listener.accept()
        with sock:
            sock.sendall(b"354 go\r\n552 5.3.4 too big\r\n")
            sock.recv(100)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass

    thread = threading.Thread(target=refuse, daemon=True)
    thread.start()
    session = Session.connect("127.0.0.1", listener.getsockname()[1], timeout=5)
    with session:
        session.read_reply()
        reply = session.content([b"x" * 1000 + b"\r\n"])
    thread.join(5)
    listener.close()

    assert reply.code == 552


def test_reads_an_lmtp_reply_for_each_recipient():
    script = Script(replies={"END": "250 one\n450 two"})
    with SmtpServer(script) as server, session_with(server) as session:
        session.greeting()
        session.lhlo("x")
        session.mail("")
        session.command("DATA")
        replies = session.content_verbatim([b"a\nb\r\n"], replies=2)

    assert [reply.code for reply in replies] == [250, 450]
    assert server.transactions[0].content == b"a\nb\r\n"


def test_sends_bdat_byte_for_byte():
    content = [b"a\n", b".\r", b"", b"\r\n.\r\nx"]
    with SmtpServer() as server, session_with(server) as session:
        session.greeting()
        session.mail("")
        reply = session.bdat(content)

    assert reply.is_positive
    assert server.transactions[0].content == b"".join(content)
    assert server.commands[-1].endswith(" LAST")


def test_content_that_breaks_is_never_ended():
    def broken():
        yield b"Subject: x\r\n"
        raise KeyError

    with SmtpServer() as server:
        for send in (Session.data, Session.bdat):
            with session_with(server) as session:
                session.greeting()
                session.mail("")
                with pytest.raises(KeyError):
                    send(session, broken())

    assert server.transactions == []


@pytest.mark.parametrize("said", ["ok 1 qp {}", "Queued [InternalId={}]"])
def test_name_of_the_message_at_the_server_is_bounded(said):
    assert len(Reply(250, (said.format("1" * 500),)).queue_id) == 64
