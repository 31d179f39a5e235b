"""Bulk jobs: all that match, looked at, confirmed, worked off whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AddressGrant, AuditEvent, Membership
from quarantine import bulk_jobs, tasks
from quarantine.actions import bulk_jobs as actions
from quarantine.models import BulkJob, BulkJobItem, Hold
from quarantine.states import State
from tests.factories import grant, make_address, make_bulk_job, make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SELECT = "/holds/select"


def states():
    return sorted(Hold.objects.values_list("state", flat=True))


def outcomes(job):
    return sorted(job.items.values_list("outcome", flat=True))


def select(client, query=""):
    """Select what the search finds; return the job and its page."""
    response = client.post(f"{SELECT}?{query}")
    assert response.status_code == 302
    return BulkJob.objects.latest("created_at"), response["Location"]


def work(job):
    """Do a slice; return the holds whose release workers were woken for."""
    woken = []
    bulk_jobs.work(job.pk, lambda hold: woken.append(hold.pk))
    job.refresh_from_db()
    return woken


def forget_proof(client):
    session = client.session
    for key in [key for key in session.keys() if "proof" in key]:  # noqa: SIM118
        del session[key]
    session.save()


def test_releases_all_that_match_and_nothing_else(people, client_for):
    wanted = [make_hold(people.acme, category="bulk") for _ in range(3)]
    other = make_hold(people.acme)
    client = client_for(people.alice)

    job, page = select(client, "why=bulk")
    preview = client.get(page).content.decode()
    before = states()
    client.post(f"{page}release")
    woken = work(job)

    assert "3 E-Mails passen zu dieser Suche." in preview
    assert other.subject not in preview or "Grund: Massenmail" in preview
    assert before == [State.HELD] * 4
    assert woken == sorted(hold.pk for hold in wanted)
    assert Hold.objects.get(pk=other.pk).state == State.HELD
    assert job.state == BulkJob.State.FINISHED
    assert (job.total_count, job.done_count) == (3, 3)


def test_what_comes_later_is_no_part_of_it(people, client_for):
    make_hold(people.acme)
    client = client_for(people.alice)
    job, page = select(client)

    late = make_hold(people.acme, received_at=timezone.now() + timedelta(seconds=1))
    client.post(f"{page}discard")
    work(job)

    assert Hold.objects.get(pk=late.pk).state == State.HELD
    assert job.total_count == 1


def test_relative_days_mean_those_of_the_selection(people, client_for):
    now = timezone.now()
    make_hold(people.acme, received_at=now - timedelta(days=6), subject="drin")
    job, page = select(client_for(people.alice), "when=week")
    client_for(people.alice).post(f"{page}discard")

    with time_machine.travel(now + timedelta(days=5)):
        work(job)

    assert job.done_count == 1


@pytest.mark.parametrize(
    ("verb", "state", "after"),
    [
        ("release", "held", State.RELEASING),
        ("discard", "held", State.DISCARDED),
        ("undo", "discarded", State.HELD),
    ],
)
def test_member_decides_what_they_may(people, client_for, verb, state, after):
    query = "show=discarded" if verb == "undo" else ""
    make_hold(people.acme, state=state)
    make_hold(people.acme, state=state, recipient="carla@acme.example")
    client = client_for(people.bob)
    job, page = select(client, query)

    response = client.post(f"{page}{verb}", follow=True)
    work(job)

    assert response.status_code == 200
    assert states().count(after) == 1
    assert job.total_count == 1


def test_what_a_member_may_not_release_stays_and_is_told(people, client_for):
    make_hold(people.acme, category="virus")
    make_hold(people.acme)
    client = client_for(people.bob)
    job, page = select(client)

    client.post(f"{page}release")
    work(job)

    assert outcomes(job) == ["done", "reserved"]
    shown = client.get(page).content.decode()
    assert "darf so nicht freigegeben werden" in shown
    assert states() == [State.HELD, State.RELEASING]


def test_nobody_releases_a_virus_among_many(people, client_for):
    make_hold(people.acme, category="virus")
    job, page = select(client_for(people.alice))

    client_for(people.alice).post(f"{page}release")
    work(job)

    assert outcomes(job) == ["reserved"]


def test_release_demands_a_fresh_proof(people, client_for):
    make_hold(people.acme)
    client = client_for(people.bob)
    job, page = select(client)
    forget_proof(client)

    response = client.post(f"{page}release")

    job.refresh_from_db()
    assert response.status_code == 302
    assert job.state == BulkJob.State.WAITING


def test_who_may_only_look_selects_nothing(people, client_for):
    make_hold(people.acme)
    client = client_for(people.rita)
    job, page = select(client)

    text = client.get(page).content.decode()
    client.post(f"{page}discard")
    work(job)

    assert "worüber Sie entscheiden können" in text
    assert states() == [State.HELD]


@pytest.mark.parametrize("show", ["released", "undelivered", "expired"])
def test_nothing_to_decide_is_no_job(people, client_for, show):
    response = client_for(people.alice).post(f"{SELECT}?show={show}", follow=True)

    assert "Diese Auswahl gilt nicht mehr." in response.content.decode()
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize(
    ("query", "verb"), [("", "undo"), ("show=discarded", "release")]
)
def test_job_does_only_what_its_view_offers(people, client_for, query, verb):
    client = client_for(people.alice)
    job, page = select(client, query)

    response = client.post(f"{page}{verb}", follow=True)

    job.refresh_from_db()
    assert "Diese Auswahl gilt nicht mehr." in response.content.decode()
    assert job.state == BulkJob.State.WAITING


def test_selection_is_confirmed_once_and_within_an_hour(people, client_for):
    make_hold(people.acme)
    client = client_for(people.alice)
    old, old_page = select(client)
    BulkJob.objects.filter(pk=old.pk).update(
        created_at=timezone.now() - timedelta(hours=2)
    )
    job, page = select(client)
    client.post(f"{page}discard")
    client.post(f"{page}release")
    client.post(f"{old_page}discard")

    assert BulkJob.objects.get(pk=job.pk).action == "discard"
    assert BulkJob.objects.get(pk=old.pk).state == BulkJob.State.WAITING
    assert "gilt nicht mehr" in client.get(old_page).content.decode()


def test_nobody_confirms_the_selection_of_another(people, client_for):
    make_hold(people.acme)
    job, page = select(client_for(people.bob))

    client_for(people.alice).post(f"{page}discard")

    assert BulkJob.objects.get(pk=job.pk).state == BulkJob.State.WAITING


def test_a_worker_that_was_killed_is_followed_by_another(people, monkeypatch):
    holds = [make_hold(people.acme) for _ in range(6)]
    job = make_bulk_job(people.alice, *holds)
    monkeypatch.setattr(bulk_jobs, "CHUNK", 2)
    woken = []

    def die_at_third(hold):
        if len(woken) == 3:
            raise SystemExit
        woken.append(hold.pk)

    with pytest.raises(SystemExit):
        bulk_jobs.work(job.pk, die_at_third)
    half = outcomes(job)
    too_soon = work(job)
    with time_machine.travel(timezone.now() + bulk_jobs.LEASE + timedelta(seconds=11)):
        due = bulk_jobs.list_due(timezone.now())
        rest = work(job)

    assert half == ["", "", "", "", "done", "done"]
    assert too_soon == []
    assert due == [job.pk]
    assert rest == sorted(hold.pk for hold in holds)[2:]
    assert job.state == BulkJob.State.FINISHED
    assert AuditEvent.objects.filter(action="hold.release").count() == 6


def test_task_that_runs_twice_does_nothing_twice(people):
    holds = [make_hold(people.acme) for _ in range(3)]
    job = make_bulk_job(people.alice, *holds)

    tasks.run_bulk_job(str(job.pk))
    tasks.run_bulk_job(str(job.pk))

    job.refresh_from_db()
    assert (job.done_count, job.taken_count) == (3, 0)
    assert AuditEvent.objects.filter(action="bulk.end").count() == 1


def test_two_jobs_over_the_same_holds_release_each_once(people):
    holds = [make_hold(people.acme) for _ in range(3)]
    first = make_bulk_job(people.alice, *holds)
    second = make_bulk_job(people.bob, *holds)

    woken = work(first) + work(second)

    assert sorted(woken) == sorted(hold.pk for hold in holds)
    assert outcomes(second) == ["taken"] * 3


def test_cancelling_leaves_the_rest(people, client_for, monkeypatch):
    holds = [make_hold(people.acme) for _ in range(4)]
    job = make_bulk_job(people.alice, *holds)
    monkeypatch.setattr(bulk_jobs, "CHUNK", 2)
    client = client_for(people.alice)

    def cancel(_hold):
        BulkJob.objects.filter(pk=job.pk).update(state="cancelled")

    bulk_jobs.work(job.pk, cancel)
    page = client.get(f"/holds/jobs/{job.pk}/").content.decode()

    assert outcomes(job) == ["", "", "done", "done"]
    assert "nicht angerührt" in page
    assert 'hx-trigger="load delay:2s"' not in page


def test_cancel_is_written_down_with_counts_and_no_subject(people, client_for):
    job = make_bulk_job(people.alice, make_hold(people.acme, subject="Geheim"))

    client_for(people.alice).post(f"/holds/jobs/{job.pk}/cancel")
    late = client_for(people.alice).post(f"/holds/jobs/{job.pk}/cancel", follow=True)

    event = AuditEvent.objects.get(action="bulk.cancel")
    assert event.detail["total"] == 1
    assert event.detail["done"] == 0
    assert "Geheim" not in str(event.detail)
    assert "Der Auftrag war schon zu Ende." in late.content.decode()


def test_start_and_end_are_written_down_with_the_search(people, client_for):
    make_hold(people.acme, subject="Geheim", category="bulk")
    client = client_for(people.alice)
    job, page = select(client, "why=bulk")

    client.post(f"{page}release")
    work(job)

    told = {
        event.action: event.detail
        for event in AuditEvent.objects.filter(action__startswith="bulk.")
    }
    assert told["bulk.start"] == {"what": "release", "query": "why=bulk"}
    assert told["bulk.end"]["done"] == 1
    assert "Geheim" not in str(told)


@pytest.mark.parametrize("loss", ["membership", "inactive", "grant"])
def test_who_loses_the_right_loses_the_job(people, client_for, loss):
    hold = make_hold(people.acme)
    job = make_bulk_job(people.bob, hold)
    if loss == "membership":
        Membership.objects.filter(user=people.bob).delete()
    elif loss == "inactive":
        people.bob.is_active = False
        people.bob.save()
    else:
        AddressGrant.objects.filter(user=people.bob).update(can_act=False)

    work(job)

    page = client_for(people.alice).get(f"/holds/jobs/{job.pk}/").content.decode()
    assert states() == [State.HELD]
    assert job.state == BulkJob.State.FAILED
    assert "hat das Recht dazu nicht mehr" in page
    assert AuditEvent.objects.get(action="bulk.stop").detail["done"] == 0


def test_releases_wait_for_those_before_them(people, monkeypatch):
    monkeypatch.setattr(bulk_jobs, "CHUNK", 2)
    monkeypatch.setattr(bulk_jobs, "IN_FLIGHT_MAX", 3)
    holds = [make_hold(people.acme) for _ in range(6)]
    job = make_bulk_job(people.alice, *holds)

    first = work(job)
    Hold.objects.filter(state=State.RELEASING).update(state=State.RELEASED)
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        second = work(job)

    assert len(first) == 4
    assert len(second) == 2
    assert job.state == BulkJob.State.FINISHED


def test_failed_ones_are_tried_again_unsure_ones_are_not(people, client_for):
    failed, unsure, good = (
        make_hold(people.acme, state=state)
        for state in ("failed", "unsure", "released")
    )
    job = make_bulk_job(people.alice, failed, unsure, good, state="finished")
    BulkJobItem.objects.filter(job=job).update(outcome="done")
    client = client_for(people.alice)

    page = client.get(f"/holds/jobs/{job.pk}/?troubled=on").content.decode()
    response = client.post(f"/holds/jobs/{job.pk}/retry")
    again = BulkJob.objects.get(retry_of=job)
    woken = work(again)

    assert page.count('<th scope="row">') == 2
    assert "Gescheiterte erneut versuchen" in page
    assert response["Location"] == f"/holds/jobs/{again.pk}/"
    assert woken == [failed.pk]


def test_progress_polls_until_all_is_delivered(people, client_for):
    hold = make_hold(people.acme)
    job = make_bulk_job(people.alice, hold)
    client = client_for(people.alice)
    url = f"/holds/jobs/{job.pk}/progress"

    running = client.get(url).content.decode()
    work(job)
    leaving = client.get(url).content.decode()
    Hold.objects.update(state=State.RELEASED)
    over = client.get(url)
    page = client.get(f"/holds/jobs/{job.pk}/").content.decode()

    assert "delay:2s" in running
    assert "delay:5s" in leaving
    # The list below is the page's own: it is loaded anew with the rest.
    assert over["HX-Refresh"] == "true"
    assert "hx-trigger" not in page
    assert "1 von 1 E-Mails erledigt" in page


def test_is_green_only_where_all_was_done(people, client_for):
    whole = make_bulk_job(people.alice, make_hold(people.acme))
    holds = make_hold(people.acme), make_hold(people.acme, category="virus")
    part = make_bulk_job(people.alice, *holds)
    for job in (whole, part):
        work(job)
        work(job)
    Hold.objects.filter(state=State.RELEASING).update(state=State.RELEASED)

    client = client_for(people.alice)
    pages = [client.get(f"/holds/jobs/{job.pk}/").text for job in (whole, part)]

    assert 'class="answer is-good"' in pages[0]
    assert 'class="answer is-warn"' in pages[1]
    assert "Fertig, mit Ausnahmen" in pages[1]


def test_list_offers_all_that_match(people, client_for):
    for _ in range(2):
        make_hold(people.acme, category="bulk")

    page = client_for(people.bob).get("/holds/?why=bulk").content.decode()

    assert "Alle 2 passenden auswählen" in page
    assert 'formaction="/holds/select?why=bulk"' in page


def test_jobs_are_listed(people, client_for):
    make_bulk_job(people.bob, make_hold(people.acme))

    assert "E-Mails freigeben" in client_for(people.bob).get("/holds/jobs/").text
    assert "E-Mails freigeben" in client_for(people.alice).get("/holds/jobs/").text
    assert "Noch kein Auftrag" in client_for(people.rita).get("/holds/jobs/").text


def test_leads_to_the_jobs_from_the_list_also_when_all_is_done(people, client_for):
    empty = client_for(people.bob).get("/holds/").text
    make_hold(people.acme)
    full = client_for(people.bob).get("/holds/").text

    assert "Hier liegt nichts" in empty
    assert 'href="/holds/jobs/"' in empty
    assert 'href="/holds/jobs/"' in full


def test_items_of_lost_addresses_are_no_longer_shown(people, client_for):
    carla = make_address(people.acme_domain, "carla")
    access = grant(people.bob, carla)
    hold = make_hold(people.acme, recipient="carla@acme.example", subject="Geheim")
    job = make_bulk_job(people.bob, hold)
    access.delete()

    page = client_for(people.bob).get(f"/holds/jobs/{job.pk}/").content.decode()

    assert "Geheim" not in page


def test_s7_bulk_endpoints_touch_nothing_of_others(people, client_for):
    """Mixed lists of own and foreign holds, jobs of others: 404, nothing happens."""
    mine = make_hold(people.acme)
    colleague = make_hold(people.acme, recipient="carla@acme.example")
    foreign = make_hold(people.other, recipient="eva@other.example")
    jobs = [make_bulk_job(people.alice, mine), make_bulk_job(people.charlie, foreign)]
    client = client_for(people.bob)
    mixed = [
        client.post(f"/holds/{verb}", {"hold": [mine.pk, theirs.pk]}).status_code
        for verb in ("release", "discard", "undo")
        for theirs in (colleague, foreign)
    ]
    on_jobs = [
        client.post(f"/holds/jobs/{job.pk}/{verb}").status_code
        for verb in ("release", "discard", "undo", "cancel", "retry")
        for job in jobs
    ]
    reads = [client.get(f"/holds/jobs/{job.pk}/").status_code for job in jobs]
    foreign_address = f"to={foreign.address_id}"
    job, page = select(client, foreign_address)
    client.post(f"{page}discard")
    work(job)

    assert {*mixed, *on_jobs, *reads} == {404}
    assert {
        job.state for job in BulkJob.objects.filter(pk__in=[j.pk for j in jobs])
    } == {BulkJob.State.RUNNING}
    assert Hold.objects.get(pk=foreign.pk).state == State.HELD
    assert Hold.objects.get(pk=colleague.pk).state == State.HELD


def test_old_jobs_are_forgotten(people):
    job = make_bulk_job(
        people.alice,
        make_hold(people.acme),
        state="finished",
        due_at=None,
        finished_at=timezone.now() - timedelta(days=31),
    )
    kept = make_bulk_job(people.alice, state="finished", finished_at=timezone.now())

    bulk_jobs.forget_old(timezone.now())

    assert list(BulkJob.objects.all()) == [kept]
    assert not BulkJobItem.objects.filter(job_id=job.pk).exists()
    assert Hold.objects.count() == 1


def test_a_person_has_only_so_many_jobs_at_work(people, client_for, monkeypatch):
    monkeypatch.setattr(actions, "OPEN_MAX", 2)
    make_hold(people.acme, recipient="bob@acme.example")
    bob = client_for(people.bob)

    for _ in range(3):
        job, page = select(bob)
        told = bob.post(f"{page}discard", follow=True)

    assert "So viele Sammelaufträge laufen schon" in told.content.decode()
    assert BulkJob.objects.filter(state="queued").count() == 2
    job.refresh_from_db()
    assert job.state == "waiting"
