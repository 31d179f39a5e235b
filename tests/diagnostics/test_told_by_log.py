"""What the scanner's log tells about a probe's own log-in, and what follows."""

from __future__ import annotations

import pytest

from diagnostics.checks.evidence import FAILED, OK, Evidence
from diagnostics.verdicts import judge
from diagnostics.verdicts.together import AGENT, LOG, View
from diagnostics.verdicts.told_by_log import tell_logins

pytestmark = pytest.mark.db

PLACE = {"address": "192.0.2.1", "port": 587}
STAGES = ("tcp", "greeting", "ehlo", "starttls", "certificate", "ehlo_tls")
WAY = [Evidence(one, "s", OK, 0.1, dict(PLACE), []) for one in STAGES]


def refused(**facts) -> Evidence:
    return Evidence("auth", "s", FAILED, 0.1, {**PLACE, "code": 535} | facts, [])


def session(reason: str, slip: str = "", nonce: str = "ab" * 8) -> Evidence:
    sasl = {"result": "failed", "class": reason, "slip": slip}
    return Evidence(
        "scanner_session", "s", FAILED, 0, {"nonce": nonce, "sasl": sasl}, []
    )


def told(auth: Evidence, *sessions: Evidence) -> list[tuple[str, float]]:
    views = tell_logins([View(AGENT, [*WAY, auth]), View(LOG, list(sessions))])
    return [(one.slug, one.confidence) for one in judge(views[0].evidence, AGENT)]


@pytest.mark.parametrize(
    ("auth", "sessions", "slug"),
    [
        (refused(), [session("user")], "auth-user-wrong"),
        (
            refused(username_signs=["at-sign"]),
            [session("user", "domain-added")],
            "auth-user-domain",
        ),
        (refused(), [session("password")] * 2, "auth-password-wrong"),
        (refused(), [session("password", "cut")], "auth-password-special"),
        (refused(), [session("disabled")], "account-disabled"),
        (refused(), [session("address")], "account-ip-bound"),
    ],
)
def test_the_log_splits_what_a_535_leaves_together(auth, sessions, slug):
    (first, *rest) = told(auth, *sessions)

    assert first[0] == slug
    assert first[1] > 0.8
    assert not rest


@pytest.mark.parametrize(
    "sessions",
    [
        [],
        [session("user"), session("password")],
        [session("user", nonce="")],
    ],
)
def test_where_it_is_not_sure_of_the_try_it_tells_nothing(sessions):
    assert told(refused(), *sessions) == told(refused())
    assert len(told(refused())) > 2


def test_what_the_worker_found_stands():
    assert told(refused(slip="blank"), session("password"))[0][0] == (
        "auth-password-space"
    )
