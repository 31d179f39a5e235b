"""Releasing: one, again, asked for, confirmed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import AuditEvent, Policy
from quarantine.actions import decisions
from quarantine.errors import NotHeld
from quarantine.models import Hold
from quarantine.states import MOVES, State
from tests.conftest import actor_of
from tests.factories import make_domain, make_hold

HTMX = {"HX-Request": "true"}


def state_of(hold):
    return Hold.objects.get(pk=hold.pk).state


@pytest.mark.db
def test_releases_hold(people, client_for):
    hold = make_hold(people.acme)

    response = client_for(people.bob).post(f"/holds/{hold.pk}/release")

    assert response.status_code == 303
    assert response["Location"] == f"/holds/{hold.pk}/"
    now = Hold.objects.get(pk=hold.pk)
    assert now.state == State.RELEASING
    assert now.decided_by == people.bob
    assert (now.started_at, now.next_attempt_at) == (None, None)
    event = AuditEvent.objects.get(action="hold.release")
    assert (event.actor, event.object_id) == (people.bob, str(hold.pk))


def test_wakes_the_worker_after_commit(
    people, monkeypatch, django_capture_on_commit_callbacks
):
    hold = make_hold(people.acme)
    sent = []
    monkeypatch.setattr(
        decisions.tasks.reinject,
        "apply_async",
        lambda **said: sent.append(list(said["args"])),
    )

    with django_capture_on_commit_callbacks(execute=True):
        decisions.release_hold(hold, actor=actor_of(people.bob))

    assert sent == [[str(hold.customer_id), str(hold.pk)]]


@pytest.mark.db
def test_row_keeps_its_place_and_says_what_is_so(people, client_for):
    hold = make_hold(people.acme)

    response = client_for(people.bob).post(
        f"/holds/{hold.pk}/release", headers=HTMX | {"HX-Target": f"row-{hold.pk}"}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert page.strip().startswith(f'<tr role="row" id="row-{hold.pk}"')
    assert "wird freigegeben" in page
    assert 'name="hold"' not in page


@pytest.mark.db
def test_page_section_follows(people, client_for):
    hold = make_hold(people.acme)

    response = client_for(people.bob).post(
        f"/holds/{hold.pk}/release", headers=HTMX | {"HX-Target": f"hold-{hold.pk}"}
    )

    assert f'id="hold-{hold.pk}"' in response.content.decode()
    assert "<html" not in response.content.decode()


POSTS = [
    *("release", "again/release", "discard", "undo", "request", "request/withdraw"),
    *("deny", "confirm"),
]
FITTING = {
    "release": State.HELD,
    "again/release": State.FAILED,
    "discard": State.HELD,
    "undo": State.DISCARDED,
    "request": State.HELD,
    "request/withdraw": State.REQUESTED,
    "deny": State.REQUESTED,
    "confirm": State.UNSURE,
}


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
def test_rejects_get(people, client_for, url):
    hold = make_hold(people.acme, state=FITTING[url])

    response = client_for(people.alice).get(f"/holds/{hold.pk}/{url}")

    assert response.status_code == 405
    assert state_of(hold) == FITTING[url]


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
def test_hides_from_charlie(people, client_for, url):
    hold = make_hold(people.acme, state=FITTING[url])

    response = client_for(people.charlie).post(f"/holds/{hold.pk}/{url}")

    assert response.status_code == 404
    assert state_of(hold) == FITTING[url]


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
def test_refuses_who_may_only_look(people, client_for, url):
    hold = make_hold(people.acme, state=FITTING[url])

    response = client_for(people.rita).post(f"/holds/{hold.pk}/{url}")

    assert response.status_code == 403
    assert state_of(hold) == FITTING[url]


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
def test_every_button_works_for_the_admin(people, client_for, url):
    hold = make_hold(people.acme, state=FITTING[url])

    response = client_for(people.alice).post(f"/holds/{hold.pk}/{url}")

    assert response.status_code == 303
    assert state_of(hold) in MOVES[FITTING[url]]


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
@pytest.mark.parametrize("state", State)
def test_no_button_makes_a_move_that_is_not_allowed(people, client_for, url, state):
    hold = make_hold(people.acme, state=state)

    response = client_for(people.alice).post(f"/holds/{hold.pk}/{url}")

    after = state_of(hold)
    if response.status_code == 303:
        assert after in MOVES[state]
    else:
        assert response.status_code == 409
        assert after == state


@pytest.mark.db
@pytest.mark.parametrize("url", POSTS)
def test_nothing_is_decided_over_what_has_run_out(people, client_for, url):
    hold = make_hold(
        people.acme,
        state=FITTING[url],
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    assert client_for(people.alice).post(f"/holds/{hold.pk}/{url}").status_code == 409
    assert state_of(hold) == FITTING[url]


@pytest.mark.db
def test_member_may_not_release_what_the_policy_reserves(people, client_for):
    hold = make_hold(people.acme, category="phishing")

    response = client_for(people.bob).post(f"/holds/{hold.pk}/release")

    assert response.status_code == 403
    assert state_of(hold) == State.HELD


@pytest.mark.db
def test_policy_of_the_domain_overrides_the_customers(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    Policy.objects.create(
        customer=people.acme, domain=hold.domain, member_categories=["phishing"]
    )

    response = client_for(people.bob).post(f"/holds/{hold.pk}/release")

    assert response.status_code == 303


@pytest.mark.db
def test_policy_of_another_domain_says_nothing(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    Policy.objects.create(
        customer=people.acme,
        domain=make_domain(people.acme, "second.example"),
        member_categories=["phishing"],
    )

    response = client_for(people.bob).post(f"/holds/{hold.pk}/release")

    assert response.status_code == 403


@pytest.mark.db
def test_member_asks_and_admin_grants(people, client_for):
    hold = make_hold(people.acme, category="phishing")

    client_for(people.bob).post(f"/holds/{hold.pk}/request")
    asked = client_for(people.alice).get("/holds/?show=requested").content.decode()
    client_for(people.alice).post(f"/holds/{hold.pk}/release")

    assert hold.subject in asked
    assert state_of(hold) == State.RELEASING


@pytest.mark.db
def test_denial_is_told_to_both_and_may_be_asked_again(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    alice, bob = client_for(people.alice), client_for(people.bob)
    url = f"/holds/{hold.pk}/"

    bob.post(f"{url}request")
    alice.post(f"{url}deny")
    denied = bob.get(url).content.decode()
    seen = alice.get(url).content.decode()
    bob.post(f"{url}request")
    asked = alice.get(url).content.decode()

    after = Hold.objects.get(pk=hold.pk)
    assert (after.state, after.denied_by) == (State.REQUESTED, people.alice)
    said = f"Der Administrator hat die Anfrage zur Freigabe abgelehnt: {people.alice}"
    assert said in denied
    assert "Freigabe nochmals anfragen" in denied
    for page in (denied, seen, asked):
        assert ">Anfrage abgelehnt</td>" in page
    assert f"Eine frühere Anfrage wurde abgelehnt: {people.alice}" in asked
    assert said not in asked


@pytest.mark.db
def test_denial_nobody_gave_is_not_told(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    client = client_for(people.bob)
    client.post(f"/holds/{hold.pk}/request")

    page = client.get(f"/holds/{hold.pk}/").content.decode()

    assert "Freigabe angefragt" in page
    assert "abgelehnt" not in page


@pytest.mark.db
def test_member_may_not_grant_their_own_request(people, client_for):
    hold = make_hold(people.acme, category="phishing", state=State.REQUESTED)
    client = client_for(people.bob)

    assert client.post(f"/holds/{hold.pk}/release").status_code == 403
    assert client.post(f"/holds/{hold.pk}/deny").status_code == 403
    assert state_of(hold) == State.REQUESTED


@pytest.mark.db
def test_second_click_says_that_somebody_was_first(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    client.post(f"/holds/{hold.pk}/release")
    plain = client.post(f"/holds/{hold.pk}/release")
    swapped = client.post(
        f"/holds/{hold.pk}/release", headers=HTMX | {"HX-Target": f"row-{hold.pk}"}
    )

    assert plain.status_code == swapped.status_code == 409
    assert "Jemand war schneller." in plain.content.decode()
    assert "<html" in plain.content.decode()
    assert swapped.content.decode().strip().startswith("<tr")
    assert AuditEvent.objects.filter(action="hold.release").count() == 1


@pytest.mark.db
@pytest.mark.parametrize("pk", ["x", "1", "../..", "%00"])
def test_malformed_key_is_missing(people, client_for, pk):
    assert client_for(people.alice).post(f"/holds/{pk}/release").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_d1_twenty_clicks_in_two_tabs_are_one_release(people):
    hold = make_hold(people.acme)
    actor = actor_of(people.bob)

    def press(_number):
        try:
            decisions.release_hold(hold, actor=actor)
        except NotHeld:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(20) as pool:
        claims = sum(pool.map(press, range(20)))

    assert claims == 1
    assert AuditEvent.objects.filter(action="hold.release").count() == 1


@pytest.mark.db
def test_action_refuses_even_if_a_view_forgets(people):
    hold = make_hold(people.acme)

    with pytest.raises(NotPermitted):
        decisions.release_hold(hold, actor=actor_of(people.rita))
    with pytest.raises((NotPermitted, NotHeld)):
        decisions.release_hold(hold, actor=actor_of(people.charlie))
    assert state_of(hold) == State.HELD


@pytest.mark.db
@pytest.mark.parametrize("category", ["phishing", "virus"])
def test_danger_is_released_with_a_fresh_proof_only(people, client_for, category):
    hold = make_hold(people.acme, category=category)
    client = client_for(people.alice)
    session = client.session
    del session["proof"]
    session.save()

    led = client.post(f"/holds/{hold.pk}/release")
    still = state_of(hold)
    proved = client_for(people.alice).post(
        f"/holds/{hold.pk}/release", {"knows": category}
    )

    assert led.status_code == 302
    assert still == State.HELD
    assert proved.status_code == 303
