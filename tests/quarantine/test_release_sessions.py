"""A session with a next hop serves more than one release, and none is lost by it."""

from __future__ import annotations

import os
import time

import pytest
from django.utils import timezone

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.sessions import pool
from quarantine.states import State
from tests.factories import make_domain, make_hold
from tests.quarantine.test_reinjection import run
from tests.services.certificates import self_signed_context
from tests.smtp_server import KEYWORDS, Script, SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def any_port(settings):
    settings.ALLOWED_PORTS = list(range(1024, 65536))


def release(people, next_hop: SmtpServer, count: int = 1, **fields) -> list[Hold]:
    """Release so many holds, one after the other."""
    Domain.objects.filter(name="acme.example").update(
        next_hop_host="127.0.0.1", next_hop_port=next_hop.port, **fields
    )
    holds = [
        make_hold(people.acme, state=State.RELEASING, decided_at=timezone.now())
        for _number in range(count)
    ]
    for hold in holds:
        run(hold)
    return holds


def outcomes(holds: list[Hold]) -> list[str]:
    return [hold.attempts.get().outcome for hold in holds]


def test_three_releases_share_a_session(people):
    with SmtpServer() as next_hop:
        holds = release(people, next_hop, 3)
        pool.close_all()

    assert outcomes(holds) == ["accepted"] * 3
    assert (next_hop.connections, len(next_hop.transactions)) == (1, 3)
    verbs = [line.split(" ")[0] for line in next_hop.commands]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]


def test_encryption_is_kept_and_told_of_each(people, tmp_path):
    with SmtpServer(Script(tls=self_signed_context(tmp_path))) as next_hop:
        holds = release(people, next_hop, 2, next_hop_tls="required")

    assert next_hop.connections == 1
    assert all(each.is_encrypted for each in next_hop.transactions)
    versions = [hold.attempts.get().tls_version for hold in holds]
    assert versions == ["TLSv1.3", "TLSv1.3"]


def test_a_stricter_policy_never_uses_what_a_laxer_one_opened(people):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        (hold,) = release(people, next_hop, next_hop_tls="required")

    assert hold.attempts.get().failed_stage == "starttls"
    assert (next_hop.connections, len(next_hop.transactions)) == (2, 1)


def test_what_is_refused_today_is_not_reached_by_yesterdays_session(people, settings):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        settings.ALLOWED_NETWORKS = []
        (hold,) = release(people, next_hop)

    assert hold.attempts.get().failed_stage == "refused:loopback"
    assert len(next_hop.transactions) == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "END"])
@pytest.mark.parametrize("keywords", [(), KEYWORDS])
def test_a_refusal_leaves_nothing_behind_for_the_next_message(people, step, keywords):
    script = Script(replies={step: ["550 5.7.1 no", "250 ok"]}, keywords=keywords)
    # Pipelined, DATA follows what was refused: a server then has no recipient.
    if step != "END" and keywords:
        script.replies["DATA"] = ["503 5.5.1 no recipients", "354 go"]
    with SmtpServer(script) as next_hop:
        holds = release(people, next_hop, 2)

    assert outcomes(holds) == ["rejected", "accepted"]
    assert next_hop.connections == 1
    assert "RSET" in next_hop.commands
    assert (
        next_hop.transactions[-1].recipients
        == [line for line in next_hop.commands if line.startswith("RCPT")][-1:]
    )


def test_after_354_to_what_was_refused_nobody_goes_on(people):
    with SmtpServer(Script(replies={"RCPT": ["550 5.1.1 no", "250 ok"]})) as next_hop:
        holds = release(people, next_hop, 2)

    assert outcomes(holds) == ["rejected", "accepted"]
    assert next_hop.connections == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("keywords", [(), KEYWORDS])
def test_a_session_that_died_before_the_content_is_opened_anew(people, step, keywords):
    with SmtpServer(Script(keywords=keywords)) as next_hop:
        release(people, next_hop)
        next_hop.script.cuts = (step,)
        next_hop.script.cuts_left = 1
        (hold,) = release(people, next_hop)

    assert outcomes([hold]) == ["accepted"]
    assert (next_hop.connections, len(next_hop.transactions)) == (2, 2)


def test_a_session_that_the_server_ended_is_opened_anew(people):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        next_hop.hang_up()
        (hold,) = release(people, next_hop)

    assert outcomes([hold]) == ["accepted"]
    assert (next_hop.connections, len(next_hop.transactions)) == (2, 2)


def test_421_for_the_time_that_passed_is_no_answer_to_the_message(people):
    replies = {"MAIL": ["250 ok", "421 4.4.2 timeout exceeded", "250 ok"]}
    with SmtpServer(Script(replies=replies, keywords=())) as next_hop:
        holds = release(people, next_hop, 2)

    assert outcomes(holds) == ["accepted", "accepted"]
    assert next_hop.connections == 2


def test_d3_a_cut_behind_the_end_of_data_is_unsure_on_a_kept_session_too(people):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        next_hop.script.cuts = ("END",)
        (hold,) = release(people, next_hop)

    assert hold.state == State.UNSURE
    assert next_hop.connections == 1


def test_a_session_serves_so_many_messages_and_no_more(people, settings):
    settings.RELEASE_SESSION_MESSAGES = 2
    with SmtpServer() as next_hop:
        release(people, next_hop, 5)

    assert next_hop.connections == 3
    assert next_hop.commands.count("QUIT") == 2


def test_an_idle_session_is_ended_by_itself(people, settings):
    settings.RELEASE_IDLE_SECONDS = 0.2
    with SmtpServer() as next_hop:
        release(people, next_hop)
        assert next_hop.reached["QUIT"].wait(5)


def test_no_session_is_kept_where_the_operator_wants_none(people, settings):
    settings.RELEASE_IDLE_SECONDS = 0
    with SmtpServer() as next_hop:
        release(people, next_hop, 2)

    assert (next_hop.connections, next_hop.commands.count("QUIT")) == (2, 2)


def test_a_child_process_never_speaks_in_its_parents_session(people):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        child = os.fork()
        if child == 0:
            pool.close_all()
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.1)
        said_by_child = list(next_hop.commands)
        (hold,) = release(people, next_hop)

    assert "QUIT" not in said_by_child
    assert outcomes([hold]) == ["accepted"]
    assert next_hop.connections == 1


def test_domains_of_one_server_share_a_session(people):
    with SmtpServer() as next_hop:
        release(people, next_hop)
        second = make_domain(people.acme, "second.example")
        Domain.objects.filter(pk=second.pk).update(
            next_hop_host="127.0.0.1", next_hop_port=next_hop.port
        )
        hold = make_hold(
            people.acme,
            recipient="info@second.example",
            state=State.RELEASING,
            decided_at=timezone.now(),
        )
        run(hold)

    assert (next_hop.connections, len(next_hop.transactions)) == (1, 2)
