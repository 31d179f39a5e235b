"""A real Postfix before us and a real Postfix behind us: whose bytes are these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import Domain
from quarantine.models import Hold, Message
from quarantine.reinjection import reinject
from quarantine.states import State
from quarantine.store import open_content
from quarantine.traces import HOPS_MAX
from tests.conftest import People
from tests.factories import make_hold
from tests.quarantine.test_reinjection import BARE_CONTENTS, CRLF_CONTENTS
from tests.services.corpus import SEED, Specimen
from tests.services.deployed import deployed
from tests.services.intake import LmtpClient, intake, stuff
from tests.services.ports import free_ports
from tests.services.postfix import Postfix, postfix
from tests.services.postfix_rules import agrees, below_received, pass_through
from tests.smtp_server import SmtpServer

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("any_port"),
]

DELIVERY_SECONDS = 900
HOLD_ID = re.compile(rb"X-Cleanmail-Released: ([0-9a-f-]{36});")
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def submit(mta: Postfix, chosen: list[Specimen]) -> tuple[dict[str, Specimen], int]:
    """Send all by SMTP; return them by Postfix's queue id, and how many it refused."""
    queued: dict[str, Specimen] = {}
    refused = 0
    with LmtpClient("127.0.0.1", mta.port) as client:
        client.say("EHLO client.remote.example")
        for specimen in chosen:
            client.say(
                "MAIL FROM:<sender@remote.example> BODY=8BITMIME",
                "RCPT TO:<bob@acme.example>",
                "DATA",
            )
            client.socket.sendall(stuff(specimen.content))
            reply = client.reply()
            found = re.search(r"queued as (\w+)", reply)
            if found:
                queued[found[1]] = specimen
            else:
                # The one thing it refuses: a mail that went round in circles.
                assert reply == "554 5.4.0 Error: too many hops"
                refused += 1
    return queued, refused


def summary(counts: Counter[str], total: int) -> str:
    rules = ", ".join(f"{count} {rule}" for rule, count in counts.most_common())
    return f"(sample by hash with seed {SEED} unless all) {total} messages: {rules}"


def test_postfix_before_us_changes_only_what_it_documents(
    people: People, chosen: list[Specimen], tmp_path: Path, say: Callable[[str], None]
):
    with intake(tmp_path) as running:
        transport = f"lmtp:[127.0.0.1]:{running.port}"
        with postfix("acme.example", transport) as mta:
            queued, refused = submit(mta, chosen)
            assert mta.wait_empty(DELIVERY_SECONDS), mta.log[-3000:]

    counts = Counter({"refused: hopcount_limit": refused} if refused else {})
    assert Hold.objects.count() == len(queued)
    for message in Message.objects.iterator():
        specimen = queued.pop(message.queue_id)
        stored = below_received(b"".join(open_content(message)))
        expected, rules = pass_through(specimen.content)
        assert agrees(expected, stored), (specimen.path, specimen.form, rules)
        assert message.client_helo == "client.remote.example"
        counts.update(rules or ["left alone, equal byte for byte"])
    assert queued == {}
    say("Postfix in: " + summary(counts, len(chosen)))


def test_postfix_behind_us_gets_what_was_held(
    people: People, chosen: list[Specimen], say: Callable[[str], None]
):
    held = {}
    for specimen in chosen:
        hold = make_hold(people.acme, content=specimen.content)
        Message.objects.filter(pk=hold.message_id).update(
            has_bare_line_ends=bool(BARE.search(specimen.content))
        )
        held[str(hold.pk)] = specimen

    with SmtpServer() as recorder:
        transport = f"smtp:[127.0.0.1]:{recorder.port}"
        with postfix("acme.example", transport) as mta:
            Domain.objects.update(next_hop_host="127.0.0.1", next_hop_port=mta.port)
            Hold.objects.update(state=State.RELEASING)
            for pk in held:
                reinject(str(people.acme.pk), pk)
            assert mta.wait_empty(DELIVERY_SECONDS), mta.log[-3000:]
        received = [transaction.content for transaction in recorder.transactions]

    counts: Counter[str] = Counter()
    for content in received:
        below = below_received(content)
        specimen = held.pop(HOLD_ID.match(below)[1].decode())
        trace = b"\r\n".join(below.split(b"\r\n", 3)[:3]) + b"\r\n"
        expected, rules = pass_through(
            trace + specimen.content, by_bdat=bool(BARE.search(specimen.content))
        )
        assert agrees(expected, below), (specimen.path, specimen.form, rules)
        counts.update(rules or ["left alone, equal byte for byte"])
    for pk, specimen in held.items():
        # Postfix would refuse them as well; they are not even handed to it.
        assert Hold.objects.get(pk=pk).attempts.get().failed_stage == "loop"
        assert specimen.hops > HOPS_MAX
        counts["kept here: too many hops"] += 1
    say("Postfix out: " + summary(counts, len(chosen)))


SPAM_CONTENT = (
    b"X-Spam: Yes\r\nX-Spam: maybe\r\nX-Spamd-Result: default: True [9.1 / 6.0]\r\n"
    b"Subject: x\r\n\r\nX-Spam: Yes\r\n"
)
# Whoever goes through a filter once more does not arrive.
FILTERS = """
content_filter = error:5.7.1 filtered again
smtpd_milters = inet:127.0.0.1:1
non_smtpd_milters = inet:127.0.0.1:1
milter_default_action = reject
header_checks = inline:{ { /^Subject:/ = REJECT filtered again } }
virtual_alias_maps = inline:{ { bob@acme.example = robert@acme.example } }
"""


def test_l5_release_through_our_own_postfix_gives_one_message_each_unfiltered(
    people: People, settings, tmp_path: Path
):
    """L5: on a trusted port a lone dot ended the mail, and its rest was commands."""
    contents = {**CRLF_CONTENTS, **BARE_CONTENTS, "marked": SPAM_CONTENT}
    del contents["a line of 1 MB"], contents["dots at frame borders"]
    held = {}
    for name, content in contents.items():
        hold = make_hold(people.acme, content=content, state=State.RELEASING)
        Message.objects.filter(pk=hold.message_id).update(
            has_bare_line_ends=bool(BARE.search(content))
        )
        held[str(hold.pk)] = name
    checks = tmp_path / "header_checks.release"
    tmp_path.chmod(0o755)
    checks.write_text(deployed("postfix/header_checks.release", {}))
    (port,) = free_ports(1)
    services = deployed(
        "postfix/release.master.cf",
        {
            "127.0.0.1:10026": f"127.0.0.1:{port}",
            "/etc/postfix/header_checks.release": checks,
        },
    )
    settings.REINJECT_VIA = f"127.0.0.1:{port}"
    with SmtpServer() as recorder:
        transport = f"smtp:[127.0.0.1]:{recorder.port}"
        with postfix(
            "acme.example", transport, fragment=FILTERS, services=services
        ) as mta:
            for pk in held:
                reinject(str(people.acme.pk), pk)
            assert mta.wait_empty(60), mta.log[-3000:]
            log = mta.log
        received = recorder.transactions

    states = set(Hold.objects.values_list("state", flat=True))
    assert states == {State.RELEASED}, log[-3000:]
    assert len(received) == len(held)
    for transaction in received:
        assert transaction.mail.startswith("MAIL FROM:<sender@remote.example>")
        assert transaction.recipients[0].startswith("RCPT TO:<robert@acme.example>")
        below = below_received(transaction.content)
        name = held.pop(HOLD_ID.match(below)[1].decode())
        trace = b"\r\n".join(below.split(b"\r\n", 3)[:3]) + b"\r\n"
        content = contents[name].removeprefix(b"X-Spam: Yes\r\n")
        if name in BARE_CONTENTS:
            # What a line end is, Postfix decides; nothing is lost or cut off by it.
            assert written_out(below) == written_out(trace + content), name
            continue
        expected, rules = pass_through(trace + content)
        assert agrees(expected, below), (name, rules)
    assert held == {}


def written_out(content: bytes) -> bytes:
    """Return what stands there, line ends aside."""
    return re.sub(rb"[\r\n ]+", b"", content)
