"""The agent's two addresses, its line on the page, and what anybody may post there."""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import sys
from datetime import timedelta
from urllib.error import HTTPError

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from cleanmail.log_paths import HideTokens
from diagnostics import agent_reports
from diagnostics.actions import agents as actions
from diagnostics.agent.block import make_block
from diagnostics.agent.sending import Courier
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.models import AgentRun, AgentToken, Evidence, Probe
from tests import factories
from tests.conftest import actor_of
from tests.diagnostics.agents import run_agent
from tests.diagnostics.scanner import Scanner

pytestmark = [pytest.mark.django_db, pytest.mark.db]
RUN, LATER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def probe(people) -> Probe:
    return factories.make_probe(people.acme, created_by=people.alice)


@pytest.fixture
def token(probe) -> AgentToken:
    return actions.make_line(probe)


@pytest.fixture
def post(token):
    """Return a function that posts a report as the agent does: without any cookie."""
    client = Client(enforce_csrf_checks=True)

    def send(said, opens: str = token.token):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        url = reverse("diagnostics:agent_report", args=[opens])
        return client.post(url, body, content_type="application/json")

    return send


def item(ordinal: int = 0, check: str = "tcp", **fields) -> dict:
    facts = {"address": "192.0.2.25", "port": 587, "family": "ipv4"}
    return {
        "ordinal": ordinal,
        "check": check,
        "subject": "out.cleanmail.example:587/ipv4",
        "status": "ok",
        "duration_seconds": 0.01,
        "facts": facts | fields.pop("facts", {}),
        "transcript": [],
        **fields,
    }


def report(*items, run: str = RUN, **fields) -> dict:
    return {"version": 1, "run": run, "evidence": list(items), **fields}


def fetch(token: str):
    return Client().get(reverse("diagnostics:agent_script", args=[token]))


def settings_of(script: bytes) -> dict:
    for node in ast.parse(script).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SETTINGS":
            return ast.literal_eval(node.value)
    raise AssertionError


def page_of(client_for, person, probe) -> str:
    return client_for(person).get(reverse("diagnostics:probe", args=[probe.pk])).text


def test_script_carries_the_settings_and_getting_it_changes_nothing(token, probe):
    before = list(AgentToken.objects.values())
    answer = fetch(token.token)

    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    said = settings_of(answer.content)
    assert said["host"] == "out.cleanmail.example"
    assert said["nonce"] == probe.nonce
    assert said["report_url"].endswith(f"/agent/{token.token}/report")
    assert list(AgentToken.objects.values()) == before
    assert not Evidence.objects.exists()
    assert not AgentRun.objects.exists()


def test_script_pins_only_what_our_own_probe_believed(token, probe):
    for ordinal, facts in enumerate(
        [
            {"sha256": "a" * 64, "is_verified": True, "name_matches": True},
            {"sha256": "b" * 64, "is_verified": False, "name_matches": True},
            {"sha256": "c" * 64, "is_verified": True, "name_matches": False},
        ]
    ):
        probe.evidence.create(
            customer=probe.customer,
            ordinal=ordinal,
            check_name="certificate",
            status="ok",
            facts=facts,
        )

    assert settings_of(fetch(token.token).content)["pins"] == ["a" * 64]


def test_typed_host_stays_a_value(people):
    typed = "'''\"\"\"\\'); __import__('os').system('id')\r\n#"
    probe = factories.make_probe(people.acme, configured_host=typed, username=typed)

    script = fetch(actions.make_line(probe).token).content

    assert settings_of(script)["configured_host"] == typed
    assert settings_of(script)["username"] == typed


@pytest.mark.parametrize(
    "ended",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"revoked_at": timezone.now()},
        {"token_hash": "0" * 64},
    ],
)
def test_ended_and_unknown_tokens_look_the_same(ended, token, post):
    AgentToken.objects.filter(pk=token.pk).update(**ended)
    unknown = "x" * 43

    for one, other in (
        (fetch(token.token), fetch(unknown)),
        (post(report(item())), post(report(item()), opens=unknown)),
    ):
        assert one.status_code == other.status_code == 404
        assert one.content == other.content
    assert not Evidence.objects.exists()


def test_token_of_a_customer_who_left_opens_nothing(token, people):
    type(people.acme).objects.filter(pk=people.acme.pk).update(is_active=False)

    assert fetch(token.token).status_code == 404


def test_evidence_comes_in_pieces_and_twice(token, probe, post):
    answer = post(report(item(0)))
    post(report(item(0, status="failed"), item(1, "greeting")))
    post(report(item(2, "ehlo"), is_final=True))

    told = answer.json()
    assert answer.status_code == 200
    assert told["address"] == "127.0.0.1"
    assert abs(timezone.now().timestamp() - _seconds(told["time"])) < 60
    found = list(probe.evidence.all())
    assert [(one.check_name, one.vantage) for one in found] == [
        ("tcp", "agent"), ("greeting", "agent"), ("ehlo", "agent"),
    ]  # fmt: skip
    assert found[0].status == "ok"
    run = AgentRun.objects.get()
    assert run.finished_at is not None
    assert run.public_address == "127.0.0.1"
    assert {one.customer_id for one in found} == {probe.customer_id}


def _seconds(text: str) -> float:
    return timezone.datetime.fromisoformat(text).timestamp()


def test_stands_beside_what_the_server_saw(token, probe, post):
    probe.evidence.create(
        customer=probe.customer, ordinal=0, check_name="tcp", status="ok"
    )

    assert post(report(item(0))).status_code == 200
    assert probe.evidence.count() == 2


def test_newer_run_takes_the_place_of_the_older_one(token, probe, post):
    post(report(item(0, status="failed"), is_final=True))
    post(report(item(0), run=LATER))
    late = post(report(item(1), run=RUN))

    assert late.status_code == 409
    assert [one.vantage for one in probe.evidence.all()] == ["agent_before", "agent"]


def test_runs_end(token, post, monkeypatch):
    monkeypatch.setattr(actions, "RUNS_MAX", 1)
    post(report(item()))

    assert post(report(item(), run=LATER)).status_code == 409


def test_posts_are_limited(token, post, monkeypatch):
    monkeypatch.setattr(actions, "POSTS_PER_HOUR", 1)
    post(report())

    answer = post(report())

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


DEEP = [[[[[["x"]]]]]]
NOT_OURS = [
    b"",
    b"\xff\xfe",
    b"[" * 100_000,
    b"[]",
    b'{"run": "0123456789abcdef", "evidence": [NaN]}',
    report(run="../../etc"),
    report(run=5),
    {"run": RUN, "evidence": "x"},
    report("x"),
    report(item(-1)),
    report(item(True)),
    report(item(agent_reports.ITEMS_MAX)),
    report(*[item(0)] * (agent_reports.ITEMS_MAX + 1)),
    report(item(check="<script>")),
    report(item(check="x" * 33)),
    report(item(status="fine")),
    report(item(duration_seconds=-1)),
    report(item(duration_seconds=10**400)),
    report(item(duration_seconds="1")),
    report(item(subject=["x"])),
    report(item(transcript=[{"a": 1}])),
    report(item(transcript="x")),
    report({**item(), "facts": []}),
    report(item(facts={"deep": DEEP})),
    report(item(facts={"port": "25"})),
    report(item(facts={"port": 0})),
    report(item(facts={"port": True})),
    report(item(facts={"address": ["192.0.2.1"]})),
    report(item(facts={"n": 2**60})),
    report(item(facts={"<b>": 1})),
    report(item(facts={str(n): "x" * 2000 for n in range(100)})),
    report(item(check="certificate", facts={"not_after": "tomorrow"})),
    report(item(check="ehlo_tls", facts={"mechanisms": [1]})),
    report(item(check="names", facts={"addresses": 5})),
    b" " * (agent_reports.BODY_BYTES_MAX + 1),
]


@pytest.mark.parametrize("said", NOT_OURS, ids=range(len(NOT_OURS)))
def test_takes_nothing_that_no_agent_sends(said, token, post):
    answer = post(said)

    assert answer.status_code == 422
    assert not Evidence.objects.exists()


def test_long_facts_are_cut(token, probe, post):
    names = ["n" * 250 + str(number) for number in range(200)]

    post(report(item(0, "certificate", facts={"names": names, "issuer": "i" * 5000})))

    facts = probe.evidence.get().facts
    assert len(json.dumps(facts)) < agent_reports.FACTS_BYTES_MAX
    assert facts["names"][0].startswith("n" * 200)


def test_hostile_text_is_kept_as_text(token, probe, post, people, client_for):
    evil = "<script>alert(1)</script>\x00\x1b[2J\ud800{port.__class__}%s"
    facts = {"text": evil, "code": 220, "host": evil}
    post(
        report(
            item(0),
            item(1, "greeting", facts=facts, transcript=[evil]),
            is_final=True,
        )
    )
    Probe.objects.filter(pk=probe.pk).update(state="finished")

    page = page_of(client_for, people.alice, probe)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\x1b" not in page


def test_page_shows_the_line_and_the_hash_of_what_it_fetches(
    token, probe, people, client_for
):
    page = page_of(client_for, people.alice, probe)

    assert f"/agent/{token.token}/probe.py | python3 -" in page
    assert hashlib.sha256(fetch(token.token).content).hexdigest() in page
    assert 'hx-trigger="every 500ms"' in page


def test_page_moves_with_the_first_evidence(token, probe, post, people, client_for):
    Probe.objects.filter(pk=probe.pk).update(state="finished")
    waiting = page_of(client_for, people.alice, probe)
    post(report(item(0)))
    moving = page_of(client_for, people.alice, probe)
    post(
        report(
            item(1, "greeting", status="failed", facts={"error": "timeout"}),
            is_final=True,
        )
    )
    done = page_of(client_for, people.alice, probe)

    assert 'hx-trigger="every 3s"' in waiting
    assert "Ihr Server prüft gerade." in moving
    assert 'hx-trigger="every 500ms"' in moving
    assert "Von Ihrem Server aus" in done
    assert "Ihr Server hat geprüft:" in done
    assert "hx-trigger" not in done


def test_new_line_ends_the_old_one(token, probe, people, client_for):
    client = client_for(people.alice)

    client.post(reverse("diagnostics:agent_line", args=[probe.pk]))

    new = AgentToken.objects.get(revoked_at=None)
    assert fetch(token.token).status_code == 404
    assert fetch(new.token).status_code == 200
    assert AuditEvent.objects.filter(action="probe.agent").exists()


def test_token_stands_in_no_table_and_no_log(token, people, caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("django.request").warning(
            "Not Found: %s", f"/agent/{token.token}/report"
        )
    record = caplog.records[-1]
    HideTokens().filter(record)
    assert token.token not in record.getMessage()
    row = AgentToken.objects.values().get()
    assert token.token not in map(str, row.values())


def test_pasted_block_is_read(token, probe, people, client_for):
    block = make_block(report(item(0), item(1, "greeting"), is_final=True))
    wrapped = "$ python3 x.py\n" + block.replace("\n", "\r\n  ") + "\n$"
    client = client_for(people.alice)
    url = reverse("diagnostics:agent_paste", args=[probe.pk])

    client.post(url, {"report": wrapped})
    client.post(url, {"report": "-----BEGIN CLEANMAIL REPORT-----\nnonsense"})

    assert probe.evidence.filter(vantage="agent").count() == 2


@pytest.mark.parametrize("person", ["bob", "charlie"])
def test_others_get_no_line_and_paste_nothing(person, token, probe, people, client_for):
    client = client_for(getattr(people, person))

    for name in ("agent_line", "agent_paste"):
        url = reverse(f"diagnostics:{name}", args=[probe.pk])
        assert client.post(url, {"report": "x"}).status_code in {403, 404}
    assert AgentToken.objects.count() == 1


def test_revoking_is_written_down(token, probe, people):
    actions.revoke_line(actor_of(people.alice), probe)

    assert fetch(token.token).status_code == 404
    assert AuditEvent.objects.filter(action="probe.agent_end").count() == 1


def test_agent_without_a_way_to_the_portal_prints_what_to_paste(
    people, token, probe, client_for
):
    script = fetch(token.token).content.replace(b"127.0.0.1:8000", b"127.0.0.1:1")
    done = run_agent(sys.executable, "-", typed=script, PYTHONUTF8="1")

    assert done.returncode == 1, done.stderr
    assert "Das Portal war von hier aus nicht erreichbar." in done.stdout
    client_for(people.alice).post(
        reverse("diagnostics:agent_paste", args=[probe.pk]), {"report": done.stdout}
    )
    assert probe.evidence.filter(vantage="agent", check_name="names").exists()
    assert AgentRun.objects.get().finished_at is not None
    assert AuditEvent.objects.filter(action="probe.agent_paste").exists()


def test_agent_leaves_out_what_the_portal_does_not_read(token, post, monkeypatch):
    courier = Courier("http://portal.invalid/", "de")
    answers = []

    def hand_over(said):
        answer = post(said)
        answers.append(answer.status_code)
        if answer.status_code != 200:
            raise HTTPError("", answer.status_code, "", {}, None)
        return answer.json()

    monkeypatch.setattr(courier, "_post", hand_over)
    for check, port in (("tcp", 25), ("tcp", 0), ("greeting", 25)):
        facts = {"address": "192.0.2.25", "port": port, "family": "ipv4"}
        courier.add(Observation(check, "x", "ok", 0.1, facts, []))
    courier._is_ending = True
    courier._work()

    assert answers == [422, 200, 422, 200]
    assert courier.is_done
    assert [one.check_name for one in Evidence.objects.all()] == ["tcp", "greeting"]


@pytest.fixture
def portal(live_server, settings) -> None:
    """Serve the portal where the agent's script says it is."""
    settings.PORTAL_URL = live_server.url


@pytest.fixture
def pki_of(good_certificate, authority) -> tuple:
    return good_certificate, authority


def test_last_answer_says_what_all_ends_make_of_it(token, probe, post):
    refused = {"error": "ECONNREFUSED", "address": "192.0.2.25", "port": 587}
    for ordinal, check in enumerate(("tcp", "greeting", "ehlo", "starttls")):
        probe.evidence.create(
            customer=probe.customer,
            ordinal=ordinal,
            check_name=check,
            subject="out.cleanmail.example:587/ipv4",
            status="ok",
            facts={"address": "192.0.2.25", "port": 587, "family": "ipv4"},
        )
    Probe.objects.filter(pk=probe.pk).update(state="finished")
    found = report(item(0, status="failed", facts=refused), is_final=True)

    causes = post(found | {"language": "it"}).json()["causes"]

    probe.refresh_from_db()
    assert probe.first_cause == causes[0]["slug"]
    assert causes[0]["title"]
    assert "causes" not in post(report(item(0))).json()


@pytest.mark.django_db(transaction=True)
def test_real_agent_reports_to_the_portal(people, portal, pki_of, tmp_path, client_for):
    certificate, authority = pki_of
    with Scanner(certificate) as scanner:
        where = factories.make_scanner(
            "localhost",
            ports=[scanner.port],
            addresses=["127.0.0.1"],
            ca_file=str(authority.pem),
        )
        probe = factories.make_probe(
            people.acme,
            scanner=where,
            configured_host="localhost",
            configured_port=scanner.port,
            username="acme",
            state="finished",
            created_by=people.alice,
        )
        script = fetch(actions.make_line(probe).token).content
        secret = tmp_path / "password"
        secret.write_text("richtig-geheim")
        done = run_agent(
            *(sys.executable, "-", "--password-file", secret),
            typed=script,
            PYTHONUTF8="1",
        )

    assert "PRIVATE KEY" not in script.decode()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Das Ergebnis steht im Portal" in done.stdout
    assert f"EHLO probe-{probe.nonce}.invalid" in scanner.commands
    run = AgentRun.objects.get()
    assert run.finished_at is not None
    stages = [one.check_name for one in probe.evidence.filter(status="ok")]
    assert "auth" in stages
    page = page_of(client_for, people.alice, probe)
    assert "Ihr Server kommt bei uns durch, auch mit der Anmeldung." in page
    everything = json.dumps(list(Evidence.objects.values()), default=str)
    assert "richtig-geheim" not in everything + page + done.stdout
