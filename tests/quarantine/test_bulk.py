"""Releasing and discarding what is ticked."""

from __future__ import annotations

import pytest

from accounts.models import Domain
from quarantine.models import Hold
from quarantine.reinjection import reinject
from quarantine.states import State
from tests.factories import make_hold
from tests.smtp_server import Script, SmtpServer

pytestmark = pytest.mark.db

BOTH = pytest.mark.parametrize(
    ("url", "after"),
    [("/holds/release", State.RELEASING), ("/holds/discard", State.DISCARDED)],
)


def states():
    return set(Hold.objects.values_list("state", flat=True))


@BOTH
def test_decides_all_that_is_ticked(people, client_for, url, after):
    holds = [make_hold(people.acme) for _ in range(3)]

    response = client_for(people.bob).post(
        f"{url}?q=hallo", {"hold": [hold.pk for hold in holds]}, follow=True
    )

    assert response.redirect_chain == [("/holds/?q=hallo", 303)]
    assert states() == {after}
    assert "3 E-Mails" in response.content.decode()


@BOTH
def test_rejects_get(people, client_for, url, after):
    assert client_for(people.alice).get(url).status_code == 405


@BOTH
def test_one_out_of_reach_stops_all(people, client_for, url, after):
    mine = make_hold(people.acme)
    theirs = make_hold(people.other, recipient="eva@other.example")

    response = client_for(people.alice).post(url, {"hold": [mine.pk, theirs.pk]})

    assert response.status_code == 404
    assert states() == {State.HELD}


@BOTH
def test_refuses_who_may_only_look(people, client_for, url, after):
    hold = make_hold(people.acme)

    response = client_for(people.rita).post(url, {"hold": [hold.pk]})

    assert response.status_code == 403
    assert states() == {State.HELD}


@BOTH
@pytest.mark.parametrize(
    "ticked", [[], ["x"], ["1' OR '1'='1"], ["\x00"], ["0" * 32] * 300]
)
def test_bad_selection_changes_nothing(people, client_for, url, after, ticked):
    make_hold(people.acme)

    response = client_for(people.alice).post(url, {"hold": ticked})

    assert response.status_code in {303, 404}
    assert states() == {State.HELD}


@BOTH
def test_tells_of_those_that_somebody_else_decided(people, client_for, url, after):
    free, gone = make_hold(people.acme), make_hold(people.acme, state="releasing")

    page = client_for(people.bob).post(url, {"hold": [free.pk, gone.pk]}, follow=True)

    assert "1 E-Mail hatte schon jemand anders entschieden." in page.content.decode()
    assert Hold.objects.get(pk=free.pk).state == after
    assert Hold.objects.get(pk=gone.pk).state == State.RELEASING


def test_tells_of_those_that_the_admin_releases(people, client_for):
    free, reserved = make_hold(people.acme), make_hold(people.acme, category="virus")

    page = client_for(people.bob).post(
        "/holds/release", {"hold": [free.pk, reserved.pk]}, follow=True
    )

    assert "1 E-Mail darf nur der Administrator freigeben." in page.content.decode()
    assert Hold.objects.get(pk=reserved.pk).state == State.HELD


def test_undoes_many(people, client_for):
    holds = [make_hold(people.acme, state="discarded") for _ in range(2)]
    client = client_for(people.bob)

    page = client.get("/holds/?show=discarded").content.decode()
    client.post("/holds/undo?show=discarded", {"hold": [hold.pk for hold in holds]})

    assert 'action="/holds/undo?show=discarded"' in page
    assert states() == {State.HELD}


def test_release_of_many_demands_a_fresh_proof(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)
    session = client.session
    for key in [key for key in session.keys() if "proof" in key]:  # noqa: SIM118
        del session[key]
    session.save()

    response = client.post("/holds/release", {"hold": [hold.pk]})

    assert response.status_code == 302
    assert states() == {State.HELD}


def test_l11_one_refused_of_five_is_told_as_one_failed_and_four_delivered(
    people, client_for, settings
):
    settings.RELEASE_RETRY_SECONDS = []
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8"]
    holds = [make_hold(people.acme, subject=f"Nummer {n}") for n in range(5)]
    client = client_for(people.bob)
    refusing = Script(replies={"END": ["250 ok", "450 4.2.0 no", "250 ok"]})

    with SmtpServer(refusing) as next_hop:
        settings.ALLOWED_PORTS = [next_hop.port]
        domains = Domain.objects.filter(customer=people.acme)
        domains.update(next_hop_host="127.0.0.1", next_hop_port=next_hop.port)
        client.post("/holds/release", {"hold": [hold.pk for hold in holds]})
        for hold in holds:
            reinject(str(hold.customer_id), str(hold.pk))

    delivered = client.get("/holds/?show=released").content.decode()
    failed = client.get("/holds/?show=undelivered").content.decode()
    page = client.get(f"/holds/{holds[1].pk}/").content.decode()
    assert [f"Nummer {n}" in delivered for n in range(5)] == [
        True, False, True, True, True,
    ]  # fmt: skip
    assert [f"Nummer {n}" in failed for n in range(5)] == [
        False, True, False, False, False,
    ]  # fmt: skip
    assert "Nicht zugestellt" in page
    assert "450 4.2.0 no" in page
