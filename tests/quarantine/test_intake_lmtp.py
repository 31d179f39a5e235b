"""The LMTP session over a real socket, with a keeper that only remembers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_network

import pytest

from quarantine.intake.connection import Door
from quarantine.intake.envelope import Transaction
from quarantine.intake.lmtp import Session
from tests.services.intake import LmtpClient, stuff


class Memory:
    """Keeps what comes; answers at once, or when told to."""

    def __init__(self) -> None:
        self.kept: list[tuple[Transaction, bytes]] = []
        self.waiting: list[Callable[[], None]] = []
        self.answers_at_once = True

    def put(
        self, transaction: Transaction, answer: Callable[[Sequence[str]], None]
    ) -> None:
        content = b"".join(transaction.content.read())
        self.kept.append((transaction, content))
        replies = ["250 2.6.0 Held"] * len(transaction.recipients)
        if self.answers_at_once:
            asyncio.get_running_loop().call_soon(answer, replies)
        else:
            self.waiting.append(lambda: answer(replies))


class Server:
    """The listener in a thread of its own."""

    def __init__(self, **door: object) -> None:
        self.memory = Memory()
        self.told = {
            "networks": [ip_network("127.0.0.0/8")],
            "max_bytes": 1_000_000,
            "max_sessions": 5,
            "host_name": "intake.test.example",
        } | door
        self.loop = asyncio.new_event_loop()

    async def open(self) -> None:
        self.door = Door(keeper=self.memory, **self.told)
        self.server = await self.loop.create_server(
            lambda: Session(self.door), "127.0.0.1", 0
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.server.close()
        for connection in list(self.door.inside):
            connection.transport.abort()
        await asyncio.sleep(0)

    def do(self, act: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(act)


@contextmanager
def server(**door: object) -> Iterator[Server]:
    made = Server(**door)
    thread = threading.Thread(target=made.loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(made.open(), made.loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(made.close(), made.loop).result(10)
        made.loop.call_soon_threadsafe(made.loop.stop)
        thread.join(10)
        made.loop.close()


@pytest.fixture
def running() -> Iterator[Server]:
    with server() as made:
        yield made


@contextmanager
def connect(running: Server) -> Iterator[LmtpClient]:
    with LmtpClient("127.0.0.1", running.port, 20) as client:
        yield client


@pytest.fixture
def client(running: Server) -> Iterator[LmtpClient]:
    with connect(running) as client:
        client.say("LHLO mx.test.example")
        yield client


def test_announces_what_it_can(running: Server):
    with connect(running) as client:
        client.socket.sendall(b"LHLO mx.test.example\r\n")
        lines = []
        while not lines or lines[-1][3:4] == b"-":
            lines.append(client.file.readline())

    keywords = {line[4:].split()[0].decode() for line in lines[1:]}
    assert keywords == {
        "PIPELINING",
        "SIZE",
        "8BITMIME",
        "SMTPUTF8",
        "DSN",
        "ENHANCEDSTATUSCODES",
        "XFORWARD",
    }


def test_reads_everything_the_client_tells(running: Server, client: LmtpClient):
    client.say(
        "XFORWARD NAME=mail.remote.example ADDR=IPv6:2001:db8::1 PORT=[UNAVAILABLE]",
        "XFORWARD PROTO=ESMTP HELO=a+2Bb+20c IDENT=4cXyZ SOURCE=REMOTE",
        "mail from:<> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=ab+2Bc",
        "RCPT TO:<bob@acme.example> ORCPT=rfc822;bob+40acme NOTIFY=FAILURE,DELAY",
        'RCPT TO:<"a >b"@acme.example>',
        "RCPT TO:<@relay.example:jürg@acme.example>",
        "DATA",
    )
    client.socket.sendall(stuff(b"Text\r\n"))
    replies = [client.reply() for _ in range(3)]

    assert [reply[:9] for reply in replies] == ["250 2.6.0"] * 3
    transaction, content = running.memory.kept[0]
    assert content == b"Text\r\n"
    assert transaction.client.name == "mail.remote.example"
    assert transaction.client.address == "2001:db8::1"
    assert transaction.client.helo == "a+b c"
    assert transaction.client.queue_id == "4cXyZ"
    sender = transaction.sender
    assert (sender.address, sender.body_type) == ("", "8BITMIME")
    assert (sender.is_smtputf8, sender.dsn_return) == (True, "HDRS")
    assert sender.envelope_id == "ab+c"
    first, quoted, routed = transaction.recipients
    assert first.original == "rfc822;bob@acme"
    assert first.notify == "FAILURE,DELAY"
    assert quoted.address == '"a >b"@acme.example'
    assert routed.address == "jürg@acme.example"


def test_forwarded_facts_end_with_their_message(running: Server, client: LmtpClient):
    client.send(b"x\r\n", queue_id="Q1")
    client.send(b"x\r\n")

    idents = [each.client.queue_id for each, _ in running.memory.kept]
    assert idents == ["Q1", ""]


def test_pipelined_transactions_are_answered_in_order(
    running: Server, client: LmtpClient
):
    one = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nText\r\n.\r\n"

    client.socket.sendall(one * 20 + b"QUIT\r\n")

    codes = [client.reply()[:3] for _ in range(81)]
    assert codes == ["250", "250", "354", "250"] * 20 + ["221"]
    assert len(running.memory.kept) == 20


def test_nothing_is_answered_before_it_is_kept(running: Server, client: LmtpClient):
    running.memory.answers_at_once = False
    client.say("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
    client.socket.sendall(b"Text\r\n.\r\nNOOP\r\n")
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.socket.recv(100)

    running.do(running.memory.waiting[0])

    client.socket.settimeout(10)
    got = b""
    while got.count(b"\r\n") < 2:
        got += client.socket.recv(100)
    assert [line[:3] for line in got.splitlines()] == [b"250", b"250"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"EHLO x", "500 5.5.1"),
        (b"HELO x", "500 5.5.1"),
        (b"LHLO", "501 5.5.4"),
        (b"STARTTLS", "500 5.5.1"),
        (b"GET / HTTP/1.1", "500 5.5.1"),
        (b"", "500 5.5.1"),
        (b"\0\0\0", "500 5.5.2"),
        (b"NOOP\n", "500 5.5.2"),
        (b"NOOP\rMAIL FROM:<a@b>", "500 5.5.2"),
        (b"MAIL FROM:<\xff@b>", "500 5.5.2"),
        (b"MAIL", "501 5.5.4"),
        (b"MAIL FROM:a@b", "501 5.5.4"),
        (b"MAIL FROM:<a@b", "501 5.5.4"),
        (b"MAIL FROM:<a@b> SIZE=x", "501 5.5.4"),
        (b"MAIL FROM:<a@b> RET=ALL", "501 5.5.4"),
        (b"MAIL FROM:<a@b> BODY=BINARYMIME", "555 5.5.4"),
        (b"MAIL FROM:<a@b> X=Y", "555 5.5.4"),
        (b"MAIL FROM:<a@b> SIZE=1000001", "552 5.3.4"),
        (b"MAIL FROM:<" + b"a" * 1001 + b">", "501 5.5.4"),
        (b"RCPT TO:<a@b>", "503 5.5.1"),
        (b"DATA", "503 5.5.1"),
        (b"XFORWARD COLOUR=red", "501 5.5.4"),
        (b"XFORWARD NAME", "501 5.5.4"),
        (b"VRFY bob", "252 2.5.0"),
        (b"RSET", "250 2.0.0"),
        (b"noop with words", "250 2.0.0"),
        (b"x" * 5000, "500 5.5.6"),
        (b"x" * 500_000, "500 5.5.6"),
    ],
)
def test_answers_a_bad_command_and_lives(
    running: Server, client: LmtpClient, line: bytes, code: str
):
    assert client.say(line)[0].startswith(code)
    assert client.send(b"x\r\n")[0].startswith("250")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("RCPT TO:<>", "501 5.1.3"),
        ("RCPT TO:<a@b> NOTIFY=ALWAYS", "501 5.5.4"),
        ("RCPT TO:<a@b> X=Y", "555 5.5.4"),
        ("MAIL FROM:<c@d>", "503 5.5.1"),
        ("XFORWARD NAME=x", "503 5.5.1"),
        ("DATA now", "501 5.5.4"),
        ("DATA", "503 5.5.1"),
    ],
)
def test_refuses_in_a_transaction(client: LmtpClient, line: str, code: str):
    client.say("MAIL FROM:<a@b>")

    assert client.say(line)[0].startswith(code)
    assert client.say("RCPT TO:<a@b>")[0].startswith("250")


def test_commands_before_lhlo_are_refused(running: Server):
    with connect(running) as client:
        replies = client.say("MAIL FROM:<a@b>", "XFORWARD NAME=x", "RCPT TO:<a@b>")

    assert [reply[:3] for reply in replies] == ["503"] * 3


def test_recipients_are_bounded(client: LmtpClient):
    client.say("MAIL FROM:<a@b>")

    replies = client.say(*[f"RCPT TO:<u{n}@b>" for n in range(1001)])

    assert [reply[:9] for reply in replies[-2:]] == ["250 2.1.5", "452 4.5.3"]


def test_too_big_a_message_is_refused_for_each_recipient(
    running: Server, client: LmtpClient
):
    replies = client.send(b"x" * 1_000_001, ["a@b", "c@d"])

    assert [reply[:9] for reply in replies] == ["552 5.3.4"] * 2
    assert client.send(b"x" * 999_990)[0].startswith("250")
    assert len(running.memory.kept) == 1


def test_full_disk_while_content_comes_defers(running: Server, client, settings):
    running.told["max_bytes"] = running.door.max_bytes = 5_000_000
    settings.STORE_DIR = settings.BASE_DIR / "manage.py" / "store"

    assert client.send(b"x" * 3_000_000)[0].startswith("451 4.3.0")
    assert client.send(b"small\r\n")[0].startswith("250")


@pytest.mark.parametrize("ending", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n"])
def test_smuggled_message_is_content(
    running: Server, client: LmtpClient, ending: bytes
):
    smuggled = b"MAIL FROM:<evil@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nevil\r\n"

    replies = client.send(b"Subject: x\r\n\r\ntext" + ending + smuggled)

    assert replies[0].startswith("250")
    assert [content for _, content in running.memory.kept] == [
        b"Subject: x\r\n\r\ntext" + ending + smuggled
    ]


def test_peer_outside_the_networks_is_sent_away():
    with (
        server(networks=[ip_network("192.0.2.0/24")]) as running,
        connect(running) as client,
    ):
        assert client.greeting.startswith("554 5.7.1")
        assert client.file.read() == b""


def test_sessions_are_capped():
    with (
        server(max_sessions=2) as running,
        connect(running),
        connect(running),
        connect(running) as third,
    ):
        assert third.greeting.startswith("421 4.3.2")


def test_place_of_a_session_that_ended_is_free_again():
    with server(max_sessions=1) as running:
        for _ in range(3):
            with connect(running) as client:
                assert client.greeting.startswith("220")
                client.say("QUIT")
                client.file.read()
            time.sleep(0.05)


@pytest.mark.parametrize("say", [[], ["MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA"]])
def test_idle_session_is_ended(say: list[str]):
    with server(idle_seconds=0.3) as running, connect(running) as client:
        client.say("LHLO x", *say)
        assert client.reply().startswith("421 4.4.2")
        assert running.memory.kept == []


def test_client_of_only_bad_commands_is_put_out(client: LmtpClient):
    client.socket.sendall(b"BAD\r\n" * 60)

    assert b"421 4.7.0" in client.file.read()


def test_cut_before_the_end_of_data_keeps_nothing(running: Server):
    with connect(running) as client:
        client.say("LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
        client.socket.sendall(b"Text\r\n.\r")
    time.sleep(0.1)

    assert running.memory.kept == []
    assert running.door.inside == set()


def test_closing_door_ends_idle_sessions_and_lets_messages_arrive(running: Server):
    with connect(running) as idle, connect(running) as busy:
        busy.say("LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
        running.do(running.door.close)
        assert idle.reply().startswith("421 4.3.2")
        busy.socket.sendall(b"Text\r\n.\r\n")
        assert busy.reply().startswith("250")
        assert busy.reply().startswith("421 4.3.2")


def test_many_pipelined_commands_cost_linear_time(client: LmtpClient):
    def send() -> None:
        client.socket.sendall(b"NOOP\r\n" * 200_000)

    began = time.monotonic()
    thread = threading.Thread(target=send)
    thread.start()
    for _ in range(200_000):
        client.file.readline()
    thread.join()

    assert time.monotonic() - began < 15


def test_message_that_dribbles_in_is_kept(running: Server, client: LmtpClient):
    client.say("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in stuff(b".a\r\n..\r\n\r\nb\r\n"):
        client.socket.sendall(bytes([byte]))

    assert client.reply().startswith("250")
    assert running.memory.kept[0][1] == b".a\r\n..\r\n\r\nb\r\n"


@contextmanager
def deaf_client(running: Server) -> Iterator[socket.socket]:
    """Connect a client that asks for much and reads nothing."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", running.port))
        client.settimeout(0.5)
        with suppress(OSError):
            for _ in range(50):
                client.sendall(b"LHLO x\r\n" * 10_000)
        yield client


def test_client_that_never_reads_gives_its_place_back():
    with (
        server(idle_seconds=0.3, farewell_seconds=0.3) as running,
        deaf_client(running),
    ):
        deadline = time.monotonic() + 5
        while running.door.inside and time.monotonic() < deadline:
            time.sleep(0.05)

        assert running.door.inside == set()


def test_replies_that_nobody_reads_do_not_pile_up(running: Server):
    with deaf_client(running):
        (session,) = running.door.inside

        assert session.transport.get_write_buffer_size() < 200_000


def test_client_that_reads_late_gets_every_reply(running: Server):
    with deaf_client(running) as client:
        client.settimeout(5)
        told = b""
        while told.count(b"250 XFORWARD") < 10_000:
            told += client.recv(1_000_000)
