"""Requests for release: with a reason, told once an hour, answered, taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts import outbox
from accounts.keyring import unseal
from accounts.models import AuditEvent, Membership, OutgoingMail
from quarantine import asking, tasks
from quarantine.erasure import erase_mail
from quarantine.models import Hold, HoldRequest
from quarantine.states import State
from tests.factories import make_hold

pytestmark = pytest.mark.db
HOSTILE = "Offerte\u202e <b>Müller</b>\n  www.remote.example \x00"
SHOWN = "Offerte‹U+202E› <b>Müller</b> www.remote.example"


def details(kind: str) -> list[dict[str, str]]:
    rows = OutgoingMail.objects.filter(kind=kind).order_by("created_at", "pk")
    return [json.loads(unseal(bytes(it.sealed_details), purpose="mail")) for it in rows]


def deliver(kind: str) -> list[str]:
    for outgoing in OutgoingMail.objects.filter(kind=kind):
        outbox.deliver(outgoing.pk)
    return [f"{sent.to[0]} {sent.subject}\n{sent.body}" for sent in mail.outbox]


def test_reason_reaches_the_admin_and_answer_the_person(people, client_for):
    hold = make_hold(people.acme, category="phishing", subject="Rechnung www.x.example")
    alice, bob = client_for(people.alice), client_for(people.bob)
    url = f"/holds/{hold.pk}/"

    asks = bob.get(url).content.decode()
    bob.post(f"{url}request", {"words": HOSTILE.replace("\x00", "")})
    seen = alice.get(url).content.decode()
    waiting = bob.get(url).content.decode()
    queue = alice.get("/holds/?show=requested").content.decode()
    alice.post(f"{url}deny", {"words": "Der Absender ist <i>falsch</i>."})
    told = bob.get(url).content.decode()

    request = HoldRequest.objects.get()
    assert "Warum erwarten Sie diese E-Mail?" in asks
    assert request.reason == SHOWN
    assert "«Offerte‹U+202E› &lt;b&gt;Müller&lt;/b&gt; www.remote.example»" in seen
    assert "Antwort, falls Sie ablehnen" in seen
    assert "Sie entscheiden." in seen
    assert "Der Administrator entscheidet." in waiting
    assert hold.subject in queue
    assert (request.state, request.decided_by) == ("denied", people.alice)
    assert "«Der Absender ist &lt;i&gt;falsch&lt;/i&gt;.»" in told
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "hold.request_release", "hold.deny_request",
    }  # fmt: skip
    (sent,) = deliver("request_answered")
    assert sent.startswith("bob@acme.example Ihre Anfrage ist abgelehnt")
    assert "Der Absender ist <i>falsch</i>." in sent
    assert f"/holds/{hold.pk}/" in sent
    assert "www.x.example" not in sent  # no link comes of a held mail's words


def test_words_with_a_null_are_no_words_and_long_ones_are_cut(people, client_for):
    one = make_hold(people.acme, category="phishing")
    two = make_hold(people.acme, category="phishing")
    bob = client_for(people.bob)

    bob.post(f"/holds/{one.pk}/request", {"words": HOSTILE})
    bob.post(f"/holds/{two.pk}/request", {"words": "x" * 5000})

    reasons = {len(it.reason) for it in HoldRequest.objects.all()}
    assert reasons == {0, 500}


@pytest.mark.parametrize("how", ["release", "bulk", "discard"])
def test_person_is_told_whatever_the_admin_does(people, client_for, how):
    hold = make_hold(people.acme, category="phishing")
    client_for(people.bob).post(f"/holds/{hold.pk}/request")
    alice = client_for(people.alice)

    if how == "bulk":
        alice.post("/holds/release", {"hold": [hold.pk]})
    else:
        alice.post(f"/holds/{hold.pk}/{how}")

    expected = "denied" if how == "discard" else "granted"
    assert HoldRequest.objects.get().state == expected
    (sent,) = deliver("request_answered")
    word = "abgelehnt" if how == "discard" else "bewilligt"
    assert sent.startswith(f"bob@acme.example Ihre Anfrage ist {word}")


def test_fifty_requests_are_one_mail_and_the_next_comes_an_hour_later(
    people, client_for
):
    bob = client_for(people.bob)
    holds = [make_hold(people.acme, category="phishing") for _ in range(50)]
    for hold in holds:
        bob.post(f"/holds/{hold.pk}/request")

    tasks.tell_requests()
    late = make_hold(people.acme, category="phishing")
    bob.post(f"/holds/{late.pk}/request")
    tasks.tell_requests()
    within = [it["count"] for it in details("requests_waiting")]
    hour_ago = timezone.now() - asking.PAUSE - timedelta(seconds=1)
    HoldRequest.objects.exclude(told_at=None).update(told_at=hour_ago)
    tasks.tell_requests()
    tasks.tell_requests()

    assert within == ["50"]
    assert [it["count"] for it in details("requests_waiting")] == ["50", "1"]
    (first, second) = sorted(deliver("requests_waiting"))
    assert second.startswith("alice@acme.example 50 neue Anfragen zur Freigabe")
    assert first.startswith("alice@acme.example 1 neue Anfrage zur Freigabe")
    assert "/holds/?show=requested" in second


def test_what_is_decided_before_anybody_was_told_is_not_told(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    bob = client_for(people.bob)
    bob.post(f"/holds/{hold.pk}/request")

    withdrawn = bob.post(f"/holds/{hold.pk}/request/withdraw")
    tasks.tell_requests()
    page = bob.get(f"/holds/{hold.pk}/").content.decode()
    bob.post(f"/holds/{hold.pk}/request")

    assert withdrawn.status_code == 303
    assert not OutgoingMail.objects.exists()
    assert "Anfrage zurückgezogen" in page
    assert "Freigabe anfragen" in page
    assert sorted(HoldRequest.objects.values_list("state", flat=True)) == [
        "open", "withdrawn",
    ]  # fmt: skip
    assert Hold.objects.get(pk=hold.pk).state == State.REQUESTED


def test_who_discards_what_they_asked_for_is_told_nothing(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    bob = client_for(people.bob)
    bob.post(f"/holds/{hold.pk}/request")

    bob.post(f"/holds/{hold.pk}/discard")

    assert HoldRequest.objects.get().state == "withdrawn"
    assert not OutgoingMail.objects.exists()


def test_who_has_left_is_told_nothing(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    client_for(people.bob).post(f"/holds/{hold.pk}/request")
    Membership.objects.filter(user=people.bob).delete()

    client_for(people.alice).post(f"/holds/{hold.pk}/deny")

    assert HoldRequest.objects.get().state == "denied"
    assert not OutgoingMail.objects.exists()


def test_another_customers_admin_hears_nothing_of_it(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    client_for(people.bob).post(f"/holds/{hold.pk}/request", {"words": "geheim"})

    tasks.tell_requests()

    told = OutgoingMail.objects.filter(kind="requests_waiting")
    assert [it.user for it in told] == [people.alice]
    assert client_for(people.charlie).get(f"/holds/{hold.pk}/").status_code == 404


def test_erasing_a_mail_takes_what_people_wrote_about_it(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    client_for(people.bob).post(f"/holds/{hold.pk}/request", {"words": "Offerte"})
    client_for(people.alice).post(f"/holds/{hold.pk}/deny", {"words": "gefälscht"})

    with transaction.atomic():
        erase_mail(hold.message_id)

    request = HoldRequest.objects.get()
    assert (request.reason, request.answer) == ("", "")


def test_asking_over_and_over_fills_nothing_and_tells_admins_once(people, client_for):
    hold = make_hold(people.acme, category="phishing")
    bob = client_for(people.bob)

    for _ in range(asking.TAKEN_BACK_MAX + 5):
        bob.post(f"/holds/{hold.pk}/request", {"words": "bitte"})
        asking.tell_admins(people.acme.pk, timezone.now())
        bob.post(f"/holds/{hold.pk}/request/withdraw")

    assert HoldRequest.objects.count() == asking.TAKEN_BACK_MAX + 2
    assert OutgoingMail.objects.filter(kind="requests_waiting").count() == 1
