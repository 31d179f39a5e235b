"""Postfix and Rspamd before us: why mail is held is what the filter said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from quarantine import learning
from quarantine.actions import reports
from quarantine.actions.map_tokens import create_site_token
from quarantine.intake.headers import Section
from quarantine.models import VerdictReport
from quarantine.states import State
from quarantine.store import open_content
from tests.conftest import People, actor_of
from tests.factories import make_domain, make_rule
from tests.services.clamav import SIGNATURE, clamav
from tests.services.deployed import deployed
from tests.services.dkim import public_part, sign
from tests.services.dns import FIRST, free_dns_port, nsd, start_of
from tests.services.intake import intake
from tests.services.ports import free_ports
from tests.services.postfix import Postfix, postfix
from tests.services.redis import redis_server
from tests.services.rspamd import rspamd
from tests.smtp_server import SmtpServer
from tests.system.filtered import (
    HOLD_SECONDS,
    PARTS,
    VIRUS,
    by_recipient,
    let_spam_pass,
    needs,
    send,
)

pytestmark = [
    pytest.mark.system,
    pytest.mark.django_db(transaction=True),
    needs("postfix", "rspamd", "clamd"),
]

PATTERN = "YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
FORGED = (
    "X-Spam: Yes\r\nX-Cleanmail-Hold: virus\r\n"
    "X-Rspamd-Queue-Id: 4cForged\r\n"
    "X-Spamd-Result: default: True [99.00 / 6.00]; CLAM_VIRUS(99.00)[Eicar]\r\n"
    "X-Spam-Status: Yes, score=99 required=5 tests=CLAMAV\r\n"
    "X-Amavis-Alert: INFECTED, message contains virus: Eicar\r\n"
    "Authentication-Results: mx.test.example; dkim=pass header.d=bank.example\r\n"
)
# A filter learns from no less than eleven words.
LONG = " ".join(f"Wort{number}" for number in range(40))
# Some of its options are the sender's own words.
NAMES = "@ NS ns1.dns.example.\n"
ZONE = (
    start_of("remote.example")
    + """@ NS ns1.dns.example.
@ TXT "v=spf1 ip4:127.0.0.1 -all"
_dmarc TXT "v=DMARC1; p=reject"
s1._domainkey TXT "v=DKIM1; k=rsa; p=" {key}
"""
)
SPEAKING = '"a]; NEWSLETTER(9.00)[b"@remote.example'


@dataclass(frozen=True)
class Site:
    """The filter's MTA, and where its clean mail goes."""

    mta: Postfix
    next_hop: SmtpServer

    def passed(self) -> set[str]:
        """Return the subjects of what went straight on."""
        sections = [Section(each.content) for each in self.next_hop.transactions]
        return {section.get("subject", 100) for section in sections}


@contextmanager
def site(folder: Path, **told: object) -> Iterator[Site]:
    """Run all of it, by the very files of `deploy/`."""
    checks = folder / "milter_header_checks"
    with (
        intake(folder, INTAKE_AUTHSERV_ID="mx.test.example") as running,
        SmtpServer() as next_hop,
        rspamd(**told) as milter,
    ):
        folder.chmod(0o755)
        rules = {":2424": f":{running.port}"}
        checks.write_text(deployed("postfix/milter_header_checks", rules))
        fragment = deployed(
            "postfix/rspamd.cf",
            {":11332": f":{milter}", "/etc/postfix/milter_header_checks": str(checks)},
        )
        with postfix(
            "acme.example open.example",
            f"smtp:[127.0.0.1]:{next_hop.port}",
            fragment=fragment + deployed("postfix/intake.cf", {}),
        ) as mta:
            yield Site(mta, next_hop)


def teach(people: People, controller: int, settings) -> list[str]:
    """Report a mail as wanted, then as spam, for its other recipient too."""
    settings.RSPAMD_CONTROLLER = f"http://127.0.0.1:{controller}"
    settings.RSPAMD_CONTROLLER_PASSWORD = "change-me"  # as in deploy/rspamd
    said = [
        ("bob@acme.example", "ham"),
        ("bob@acme.example", "spam"),
        ("x@open.example", "spam"),
    ]
    states = []
    for recipient, word in said:
        hold = by_recipient()["holdme", recipient]
        reports.report_verdict(hold, word, actor=actor_of(people.alice))
        VerdictReport.objects.update(next_attempt_at=timezone.now())
        last = VerdictReport.objects.latest("created_at")
        learning.learn(str(last.customer_id), str(last.pk))
        states.append(VerdictReport.objects.get(pk=last.pk).state)
    return states


def read_map(live_server: LiveServer) -> str:
    """Return where Rspamd finds the senders that the portal allows and blocks."""
    _, token = create_site_token()
    # Rspamd would look a name up in the DNS.
    address = live_server.url.replace("localhost", "127.0.0.1")
    return address + reverse("quarantine:sender_map", args=[token])


def test_rspamd_holds_what_it_found_and_lets_the_rest_pass(
    people: People, tmp_path: Path, settings, live_server: LiveServer
):
    let_spam_pass(people)
    make_rule(people.acme, "x.example", "block", domain=people.acme_domain)
    (controller,) = free_ports(1)

    with (
        clamav() as scanner,
        redis_server() as redis,
        site(
            tmp_path,
            clamav=scanner,
            controller=controller,
            memory=f"127.0.0.1:{redis.port}",
            senders=read_map(live_server),
        ) as made,
    ):
        both = ("bob@acme.example", "x@open.example")
        send(made.mta, "blocked", *both, sender="news@x.example")
        send(made.mta, "not blocked", "x@open.example", sender="news@x.example")
        send(made.mta, "innocent", extra=FORGED)
        send(
            made.mta,
            "holdme",
            "bob@acme.example",
            "x@open.example",
            extra=FORGED,
            body=LONG,
        )
        send(made.mta, "pattern", extra=FORGED, body=PATTERN)
        send(made.mta, "virus", "x@open.example", extra=PARTS, body=VIRUS)
        send(made.mta, "holdme speaks", sender=SPEAKING)
        hidden = ("bob@acme.example", "x@open.example")
        send(made.mta, "holdme hidden", *hidden, to="list@remote.example")
        assert made.mta.wait_empty(HOLD_SECONDS), made.mta.log[-3000:]
        learned = teach(people, controller, settings)

    # Long enough to learn from, wanted, then spam after all, which it then knows.
    assert learned == ["sent", "sent", "already_known"]
    assert made.passed() == {"innocent", "not blocked"}
    holds = by_recipient()
    spam = holds["holdme", "bob@acme.example"]
    names = {symbol["name"] for symbol in spam.reason["symbols"]}
    assert (spam.category, spam.state) == ("spam", State.HELD)
    assert "HOLDME" in names
    assert "CLAM_VIRUS" not in names
    assert 10 < spam.score < 60
    assert spam.message.client_helo == "client.remote.example"
    assert b"Subject: holdme\r\n" in b"".join(open_content(spam.message))
    assert holds["holdme", "x@open.example"].state == State.RELEASING
    virus = holds["virus", "x@open.example"]
    assert (virus.category, virus.state) == ("virus", State.HELD)
    assert SIGNATURE in str(virus.reason)
    # Rspamd ends early at its test pattern and adds no details: nor do we believe any.
    pattern = holds["pattern", "info@acme.example"]
    assert (pattern.category, pattern.score) == ("other", None)
    assert pattern.reason == {"filter": ""}
    assert holds["holdme speaks", "bob@acme.example"].category == "spam"
    assert holds["holdme speaks", "bob@acme.example"].state == State.HELD
    # Each of the two sees nothing of the other (S14): Rspamd would name both.
    for subject in ("holdme", "holdme hidden"):
        shared = holds[subject, "bob@acme.example"].message
        assert b"x@open.example" not in b"".join(open_content(shared))
    # Blocked by one domain: held there, and let go on at once for the other.
    blocked = holds["blocked", "bob@acme.example"]
    assert (blocked.category, blocked.state) == ("policy", State.HELD)
    assert blocked.reason["rule"]["pattern"] == "x.example"
    assert holds["blocked", "x@open.example"].reason == {"filter": "clean"}
    assert "open.example" not in str(blocked.reason)
    assert len(holds) == 11


@pytest.mark.full
def test_results_of_spf_dkim_and_dmarc_are_rspamds_own(
    people: People, tmp_path: Path, live_server: LiveServer
):
    domain = make_domain(people.acme, "open.example")
    make_rule(people.acme, "remote.example", domain=domain)
    key = generate_private_key(public_exponent=65537, key_size=2048)
    port = free_dns_port()
    zones = {"remote.example": ZONE.format(key=public_part(key))}
    claimed = "Authentication-Results: mx.test.example; dkim=pass header.d=a.example"

    with (
        nsd(FIRST, port, {"example": start_of("example") + NAMES, **zones}),
        site(
            tmp_path, name_server=f"{FIRST}:{port}", senders=read_map(live_server)
        ) as made,
    ):
        both = ("bob@acme.example", "x@open.example")
        send(made.mta, "holdme allowed", "x@open.example", sign=partial(sign, key))
        send(made.mta, "holdme both", *both, sign=partial(sign, key))
        send(made.mta, "holdme signed", sign=partial(sign, key))
        send(made.mta, "holdme claimed", extra=f"{claimed}\r\n")
        assert made.mta.wait_empty(HOLD_SECONDS), made.mta.log[-3000:]

    holds = by_recipient()
    # Allowed by all recipients' domains it is not scored up; else each is judged alone.
    assert made.passed() == {"holdme allowed"}
    assert holds["holdme both", "bob@acme.example"].state == State.HELD
    assert holds["holdme both", "x@open.example"].reason["filter"] == "rule"
    found = {
        subject: {
            fact["method"]: (fact["result"], fact["domain"])
            for fact in holds[subject, "bob@acme.example"].message.facts[
                "authentication"
            ]
        }
        for subject in ("holdme signed", "holdme claimed")
    }
    assert found["holdme signed"] == {
        "spf": ("pass", "remote.example"),
        "dkim": ("pass", "remote.example"),
        "dmarc": ("pass", "remote.example"),
    }
    assert found["holdme claimed"]["dkim"] == ("none", "")
