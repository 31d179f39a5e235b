"""Reports of wrong verdicts: queued, taken back, told to the filter, tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from django.utils.html import escape

from accounts.models import AuditEvent
from quarantine import learning, tasks
from quarantine.actions import reports
from quarantine.errors import NotReportable
from quarantine.models import Hold, Message, VerdictReport
from quarantine.states import State
from tests.conftest import actor_of
from tests.factories import make_hold
from tests.services.ports import free_ports

pytestmark = pytest.mark.db

CONTENT = b"Subject: x\r\n\r\n.eins\r\n..\r\n\xff\x00 zwei\r\n"
TICK = 'name="report" value="ham"'


@dataclass
class Controller:
    """A controller that answers as it is told and keeps what it was sent."""

    url: str = ""
    answer: tuple[int, str, bytes] = (200, "OK", b'{"success":true}')
    heard: list[tuple[str, str | None, bytes]] = field(default_factory=list)


@pytest.fixture
def controller(settings) -> Iterator[Controller]:
    told = Controller()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((self.path, self.headers["Password"], body))
            status, reason, said = told.answer
            self.send_response(status, reason)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    settings.RSPAMD_CONTROLLER = told.url
    settings.RSPAMD_CONTROLLER_PASSWORD = "geheim"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def work() -> VerdictReport:
    """Let the time of regret pass and a worker come."""
    VerdictReport.objects.filter(state="queued").update(next_attempt_at=timezone.now())
    report = VerdictReport.objects.latest("created_at")
    learning.learn(str(report.customer_id), str(report.pk))
    return VerdictReport.objects.get(pk=report.pk)


def test_a_report_reaches_the_filter_byte_for_byte(people, client_for, controller):
    hold = make_hold(people.acme, content=CONTENT)
    client = client_for(people.bob)

    response = client.post(f"/holds/{hold.pk}/report", {"report": "ham"})
    waiting = client.get(f"/holds/{hold.pk}/").content.decode()
    before = list(controller.heard)
    report = work()
    after = client.get(f"/holds/{hold.pk}/").content.decode()

    assert response.status_code == 302
    assert "Der Filter erfährt es in wenigen Minuten." in waiting
    assert "Meldung zurücknehmen" in waiting
    assert before == []  # never in the request
    assert controller.heard == [("/learnham", "geheim", CONTENT)]
    assert (report.state, report.attempts_count) == ("sent", 1)
    assert "Der Filter hat gelernt: «erwünscht»." in after
    assert "Meldung zurücknehmen" not in after
    assert Hold.objects.get(pk=hold.pk).state == State.HELD
    assert AuditEvent.objects.get(action="hold.report").detail == {"says": "ham"}


ANSWERS = [
    ((208, "learned", b'{"error":"<a@b> has been already learned as ham"}'),
     "already_known", "", "Der Filter kannte diese E-Mail schon als «erwünscht»."),
    ((204, "contains less tokens than required", b""),
     "failed", "refused", "zum Beispiel weil sie zu kurz ist."),
    ((400, "Bad", b'{"error":"Empty body"}'),
     "failed", "refused", "zum Beispiel weil sie zu kurz ist."),
    ((401, "Unauthorized", b'{"error":"Unauthorized"}'),
     "queued", "", "Der Filter ist im Moment nicht erreichbar"),
    ((503, "Busy", b"<html>"),
     "queued", "", "Der Filter ist im Moment nicht erreichbar"),
]  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: str(case[0][0]))
def test_every_answer_has_its_end_and_its_words(people, client_for, controller, case):
    controller.answer, state, problem, words = case
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))

    report = work()

    page = client_for(people.alice).get(f"/holds/{hold.pk}/").content.decode()
    assert (report.state, report.problem) == (state, problem)
    assert words in page
    assert str(controller.answer[0]) in report.reply
    assert escape(report.reply) in page  # admins read the filter's own words
    url = f"/holds/{hold.pk}/"
    assert escape(report.reply) not in client_for(people.bob).get(url).content.decode()


def test_l8_filter_down_leaves_row_and_hold_and_learns_later(
    people, controller, settings
):
    hold = make_hold(people.acme, content=CONTENT)
    settings.RSPAMD_CONTROLLER = f"http://127.0.0.1:{free_ports(1)[0]}"
    reports.report_verdict(hold, "spam", actor=actor_of(people.alice))

    down = work()
    waits = down.next_attempt_at - timezone.now()
    untouched = Hold.objects.get(pk=hold.pk)
    settings.RSPAMD_CONTROLLER = controller.url
    too_soon = learning.list_due(timezone.now())
    later = work()

    assert (down.state, down.started_at, down.finished_at) == ("queued", None, None)
    assert timedelta(seconds=30) < waits <= timedelta(seconds=60)
    assert too_soon == []
    assert untouched.state == State.HELD
    assert Message.objects.get(pk=hold.message_id).wrapped_key is not None
    assert (later.state, later.attempts_count) == ("sent", 2)
    assert controller.heard == [("/learnspam", "geheim", CONTENT)]


def test_a_filter_that_stays_away_is_given_up_after_days(people, settings):
    settings.RSPAMD_CONTROLLER = f"http://127.0.0.1:{free_ports(1)[0]}"
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))
    VerdictReport.objects.update(created_at=timezone.now() - timedelta(days=4))

    report = work()

    assert (report.state, report.problem) == ("failed", "given_up")


def test_what_was_erased_ends_the_report_with_words(people, client_for, controller):
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))
    Message.objects.update(wrapped_key=None)

    report = work()

    page = client_for(people.bob).get(f"/holds/{hold.pk}/").content.decode()
    assert (report.state, report.problem) == ("failed", "gone")
    assert "Der Inhalt ist nicht mehr lesbar." in page
    assert controller.heard == []


def test_a_report_is_taken_back_until_a_worker_has_it(people, client_for, controller):
    hold = make_hold(people.acme)
    client = client_for(people.bob)
    url = f"/holds/{hold.pk}/report"

    client.post(url, {"report": "ham"})
    client.post(f"{url}/withdraw")
    gone = VerdictReport.objects.count()
    client.post(url, {"report": "ham"})
    VerdictReport.objects.update(started_at=timezone.now())
    late = client.post(f"{url}/withdraw", follow=True)

    assert gone == 0
    assert VerdictReport.objects.count() == 1
    assert "Der Filter weiss es schon." in late.content.decode()


def test_the_same_word_twice_is_one_report_and_another_word_replaces_it(
    people, controller
):
    hold = make_hold(people.acme, category="bulk")
    actor = actor_of(people.bob)

    reports.report_verdict(hold, "ham", actor=actor)
    with pytest.raises(NotReportable):
        reports.report_verdict(hold, "ham", actor=actor)
    reports.report_verdict(hold, "spam", actor=actor)
    report = work()
    with pytest.raises(NotReportable):
        reports.report_verdict(hold, "spam", actor=actor)

    assert controller.heard[0][0] == "/learnspam"
    assert VerdictReport.objects.get() == report


def test_release_tells_the_filter_when_that_is_ticked(people, client_for, controller):
    told, silent = make_hold(people.acme), make_hold(people.acme)
    client = client_for(people.bob)

    page = client.get(f"/holds/{told.pk}/").content.decode()
    client.post(f"/holds/{told.pk}/release", {"report": "ham"})
    client.post(f"/holds/{silent.pk}/release")

    assert TICK in page
    assert VerdictReport.objects.get().hold == told
    assert set(Hold.objects.values_list("state", flat=True)) == {State.RELEASING}


@pytest.mark.parametrize(
    "case",
    [
        ("rita", "spam", "ham", 403),  # may only look
        ("bob", "phishing", "ham", 403),  # not hers to release: nor to call wanted
        ("bob", "phishing", "spam", 302),
        ("alice", "virus", "ham", 403),  # nothing to learn from
        ("alice", "attachment", "ham", 403),
        ("charlie", "spam", "ham", 404),
    ],
)
def test_who_may_report_what(people, client_for, controller, case):
    who, category, says, status = case
    hold = make_hold(people.acme, category=category)

    response = client_for(getattr(people, who)).post(
        f"/holds/{hold.pk}/report", {"report": says}
    )

    assert response.status_code == status
    assert VerdictReport.objects.exists() == (status == 302)


def test_without_a_controller_nothing_is_offered(people, client_for, settings):
    settings.RSPAMD_CONTROLLER = ""
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    page = client.get(f"/holds/{hold.pk}/").content.decode()

    assert TICK not in page
    assert "Falsch eingeordnet?" not in page
    url = f"/holds/{hold.pk}/report"
    assert client.post(url, {"report": "ham"}).status_code == 403


def test_a_person_reports_so_many_a_day(people, client_for, controller, settings):
    settings.REPORTS_PER_DAY = 1
    one, two = make_hold(people.acme), make_hold(people.acme)
    client = client_for(people.bob)

    client.post(f"/holds/{one.pk}/report", {"report": "ham"})
    refused = client.post(f"/holds/{two.pk}/report", {"report": "ham"}, follow=True)

    assert "Sie haben heute schon viele E-Mails gemeldet." in refused.content.decode()
    assert VerdictReport.objects.get().hold == one


def test_the_sweep_sends_what_is_due_and_frees_what_a_worker_left(
    people, controller, monkeypatch, django_capture_on_commit_callbacks
):
    holds = [make_hold(people.acme) for _ in range(2)]
    for hold in holds:
        reports.report_verdict(hold, "ham", actor=actor_of(people.bob))
    now = timezone.now()
    VerdictReport.objects.update(next_attempt_at=now)
    lost = VerdictReport.objects.get(hold=holds[0])
    old = now - learning.LOST_AFTER - timedelta(seconds=1)
    VerdictReport.objects.filter(pk=lost.pk).update(started_at=old)
    sent = []
    monkeypatch.setattr(
        tasks.learn, "apply_async", lambda **said: sent.append(said["args"][1])
    )

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_reports()

    assert set(sent) == {str(report.pk) for report in VerdictReport.objects.all()}


def test_a_task_delivered_twice_tells_once(people, controller):
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))

    first = work()
    learning.learn(str(first.customer_id), str(first.pk))

    assert len(controller.heard) == 1


def test_a_report_in_a_workers_hands_is_left_to_it(people, controller):
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))
    VerdictReport.objects.update(started_at=timezone.now())

    report = work()

    assert (report.state, controller.heard) == ("queued", [])


def test_another_customers_number_opens_no_report(people, controller):
    hold = make_hold(people.acme)
    reports.report_verdict(hold, "ham", actor=actor_of(people.bob))
    VerdictReport.objects.update(next_attempt_at=timezone.now())

    learning.learn(str(people.other.pk), str(VerdictReport.objects.get().pk))

    assert VerdictReport.objects.get().state == "queued"
    assert controller.heard == []


def test_a_release_with_a_report_that_was_never_offered_is_a_release(
    people, client_for, controller
):
    held = make_hold(people.acme, category="attachment")

    answer = client_for(people.alice).post(
        f"/holds/{held.pk}/release", {"report": "ham"}
    )

    assert answer.status_code == 303
    assert Hold.objects.get(pk=held.pk).state == State.RELEASING
    assert not VerdictReport.objects.exists()
