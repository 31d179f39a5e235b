"""The links of digests: a GET changes nothing, a POST does one thing to one hold."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_string, policy

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Policy
from accounts.throttles import NETWORK
from quarantine.actions import decisions
from quarantine.digests.links import find_link
from quarantine.errors import LinkVoid
from quarantine.models import DigestSubscription, DigestToken, Hold
from tests.conftest import actor_of, make_totp_device
from tests.quarantine.digest_mails import (
    allow_links,
    fresh_hold,
    link_for,
    links_of,
    make_now,
    paths_of,
    send,
    settle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]

SECRETS = ("Geheimer Betreff", "Frieda Absender", "frieda@remote.example", "bob@")
TOLD = {
    "subject": "Geheimer Betreff",
    "header_from_name": "Frieda Absender",
    "header_from": "frieda@remote.example",
}


def state_of(hold: Hold) -> str:
    return Hold.objects.get(pk=hold.pk).state


def rows() -> list[object]:
    """Return all that a link could change."""
    return [
        list(Hold.objects.order_by("pk").values()),
        list(DigestToken.objects.order_by("pk").values()),
        list(DigestSubscription.objects.order_by("pk").values()),
        list(AuditEvent.objects.order_by("pk").values()),
    ]


def stop_path(people) -> str:
    settle(people)
    fresh_hold(people)
    make_now(people.bob)
    (sent,) = send()
    (path,) = paths_of(sent, "/digest/stop/")
    return path


def test_two_taps_release(people, client):
    held, path = link_for(people, people.bob)

    page = client.get(path)
    act = re.search(r'action="([^"]+)"', page.content.decode())[1]
    after = client.post(act, follow=True)

    assert state_of(held) == "releasing"
    assert "Die E-Mail wird zugestellt" in after.content.decode()
    assert Hold.objects.get(pk=held.pk).decided_by == people.bob
    event = AuditEvent.objects.get(action="hold.by_link")
    assert (event.actor, event.object_id) == (people.bob, str(held.pk))


def test_no_page_of_a_link_is_stored_or_tells_its_token(people, client):
    _held, path = link_for(people, people.bob)

    page = client.get(path)

    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "strict-origin"


def test_looking_at_every_link_changes_nothing(people, client):
    allow_links(people)
    settle(people)
    fresh_hold(people)
    fresh_hold(people, category="attachment")
    make_now(people.bob)
    (sent,) = send()
    before = rows()

    for link in links_of(sent):
        path = link.removeprefix("http://127.0.0.1:8000")
        client.get(path, follow=True)
        client.head(path)
        client.get(f"{path}/confirm")

    assert rows() == before
    assert len(links_of(sent)) == 5


def test_s8_the_form_says_nothing_about_what_is_released(people, client):
    other = fresh_hold(people, recipient="alice@acme.example")
    held, path = link_for(people, people.bob)

    client.post(
        f"{path}/confirm",
        {"hold": str(other.pk), "pk": str(other.pk), "action": "discard"},
    )

    assert state_of(held) == "releasing"
    assert state_of(other) == "held"


def test_s8_a_token_does_what_it_was_made_for_only(people, client):
    _held, path = link_for(people, people.bob)
    token = path.removeprefix("/digest/")

    assert client.post(f"/digest/stop/{token}").status_code == 404
    assert client.get(f"/digest/{token}/status").status_code == 404
    assert not DigestSubscription.objects.exists()


def test_s9_the_button_wants_its_csrf_token(people):
    held, path = link_for(people, people.bob)
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(f"{path}/confirm").status_code == 403
    assert state_of(held) == "held"


def test_s10_a_token_has_256_random_bits_and_is_nowhere_kept(people):
    _held, path = link_for(people, people.bob)
    token = path.removeprefix("/digest/")

    stored = str(list(DigestToken.objects.values()))
    assert len(token) == 43
    assert token not in stored
    assert len(set(DigestToken.objects.values_list("token_hash"))) == 2


def test_s10_a_link_shows_nothing_of_the_mail_before_its_button(people, client):
    _held, path = link_for(people, people.bob, **TOLD)

    before = client.get(path).content.decode()
    after = client.post(f"{path}/confirm", follow=True).content.decode()

    assert not [secret for secret in SECRETS if secret in before]
    assert "Geheimer Betreff" in after


def test_s10_a_link_ends(people, client):
    held, path = link_for(people, people.bob)
    DigestToken.objects.update(expires_at=timezone.now())

    assert client.get(path).status_code == 404
    assert client.post(f"{path}/confirm").status_code == 404
    assert state_of(held) == "held"


def test_s10_whoever_guesses_must_wait_and_whoever_opens_many_need_not(people, client):
    _held, path = link_for(people, people.bob)
    token, here = path.removeprefix("/digest/"), "127.0.0.1"
    for _ in range(50):
        find_link(token, network=here)
    for number in range(40):
        with pytest.raises(LinkVoid):
            find_link(str(number), network=here)

    answer = client.get(path)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_s11_a_forwarded_link_is_good_for_one_mail_and_one_time(people, client):
    other = fresh_hold(people, recipient="alice@acme.example", subject="Andere")
    held, path = link_for(people, people.bob)

    first = client.post(f"{path}/confirm", follow=True)
    Hold.objects.filter(pk=held.pk).update(state="failed")
    second = client.post(f"{path}/confirm", follow=True)

    assert "Andere" not in first.content.decode()
    assert state_of(held) == "failed"
    assert second.status_code == 200
    assert client.get(f"/holds/{other.pk}/").status_code == 302
    assert client.get("/holds/").status_code == 302
    assert "sessionid" not in client.cookies


def test_s11_without_the_policy_a_link_only_leads_to_the_log_in(people, client):
    settle(people)
    held = fresh_hold(people)
    make_now(people.bob)
    (sent,) = send()

    (path,) = paths_of(sent, "/holds/0")
    answer = client.get(path)

    assert path == f"/holds/{held.pk}/"
    assert answer["Location"] == f"/login/?next={path}"


def demand_factor(people):
    Policy.objects.filter(customer=people.acme).update(second_factor="everybody")


def demand_later(people):
    Policy.objects.filter(customer=people.acme).update(
        second_factor="everybody",
        second_factor_from=timezone.localdate() + timedelta(days=9),
    )


def have_factor(people):
    make_totp_device(people.bob)


def be_staff(people):
    people.bob.staff_role = "support"
    people.bob.save()


def withdraw_policy(people):
    Policy.objects.update(may_release_by_link=False)


def reserve(people):
    Policy.objects.update(member_categories=[])


def look_only(people):
    people.bob.grants.update(can_act=False)


FORBIDDEN = [
    demand_factor, demand_later, have_factor, be_staff, withdraw_policy, reserve,
    look_only,
]  # fmt: skip


@pytest.mark.parametrize("forbid", FORBIDDEN, ids=lambda one: one.__name__)
def test_a_person_of_whom_a_factor_is_demanded_cannot_act_by_link(
    people, client, forbid
):
    held, path = link_for(people, people.bob)
    forbid(people)

    seen, done = client.get(path), client.post(f"{path}/confirm")

    assert seen["Location"] == done["Location"] == f"/holds/{held.pk}/"
    assert state_of(held) == "held"


@pytest.mark.parametrize("forbid", FORBIDDEN[:5], ids=lambda one: one.__name__)
def test_whoever_cannot_act_by_link_gets_none(people, forbid):
    allow_links(people)
    settle(people)
    held = fresh_hold(people)
    forbid(people)
    make_now(people.bob)
    (sent,) = send()

    assert paths_of(sent, "/holds/0") == [f"/holds/{held.pk}/"]
    assert DigestToken.objects.get().action == "unsubscribe"


@pytest.mark.parametrize("gone", ["grant", "membership", "person", "customer"])
def test_a_link_ends_with_the_right_behind_it(people, client, gone):
    held, path = link_for(people, people.bob)
    if gone == "grant":
        people.bob.grants.all().delete()
    elif gone == "membership":
        people.bob.memberships.all().delete()
    elif gone == "person":
        type(people.bob).objects.filter(pk=people.bob.pk).update(is_active=False)
    else:
        type(people.acme).objects.filter(pk=people.acme.pk).update(is_active=False)

    client.post(f"{path}/confirm")

    assert state_of(held) == "held"


def lose_grant(people):
    people.bob.grants.all().delete()


@pytest.mark.parametrize(
    "forbid",
    [demand_factor, demand_later, have_factor, be_staff, withdraw_policy, look_only,
     lose_grant],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_s10_a_used_link_tells_nothing_once_the_right_behind_it_is_gone(
    people, client, forbid
):
    held, path = link_for(people, people.bob, **TOLD)
    client.post(f"{path}/confirm")
    told = client.get(path).content.decode()
    forbid(people)

    page, status = client.get(path), client.get(f"{path}/status")

    assert TOLD["subject"] in told
    assert page["Location"] == f"/holds/{held.pk}/"
    assert status.status_code == 404


def test_links_that_are_over_shut_nobody_out(people, client):
    _held, path = link_for(people, people.bob)
    DigestToken.objects.update(expires_at=timezone.now() - timedelta(days=1))

    answers = {client.get(path).status_code for _ in range(NETWORK.free + 2)}

    assert answers == {404}


@pytest.mark.parametrize("allowed", [["spam"], ["phishing", "virus"]])
@pytest.mark.parametrize("category", ["phishing", "virus"])
def test_what_deserves_a_look_gets_no_link_that_acts(people, category, allowed):
    allow_links(people)
    Policy.objects.update(member_categories=allowed)
    settle(people)
    held = fresh_hold(people, category=category)
    make_now(people.bob)
    (sent,) = send()

    assert DigestToken.objects.get().action == "unsubscribe"
    assert paths_of(sent, "/holds/0") == [f"/holds/{held.pk}/"]


def test_what_is_reserved_can_be_asked_for_by_link(people, client):
    held, path = link_for(people, people.bob, category="attachment")

    client.post(f"{path}/confirm")

    assert state_of(held) == "requested"


@pytest.mark.parametrize("decide", [decisions.discard_hold, decisions.request_release])
def test_a_link_is_void_once_somebody_has_decided(people, client, decide):
    held, path = link_for(people, people.bob)
    decide(held, actor=actor_of(people.bob))
    before = state_of(held)

    seen, done = client.get(path), client.post(f"{path}/confirm")

    assert seen.status_code == done.status_code == 409
    assert "Schon entschieden" in done.content.decode()
    assert state_of(held) == before


@pytest.mark.parametrize("state", ["released", "releasing", "expired"])
def test_a_link_is_void_once_the_mail_has_gone_by_itself(people, client, state):
    held, path = link_for(people, people.bob)
    Hold.objects.filter(pk=held.pk).update(state=state)

    assert client.get(path).status_code == 409
    assert client.post(f"{path}/confirm").status_code == 409
    assert state_of(held) == state


def test_whoever_is_logged_in_gets_the_mails_own_page(people, client):
    held, path = link_for(people, people.bob)
    client.force_login(people.bob)

    assert client.get(path)["Location"] == f"/holds/{held.pk}/"


def test_a_strangers_log_in_changes_nothing(people, client_for):
    held, path = link_for(people, people.bob)
    charlie = client_for(people.charlie)

    assert charlie.get(path).status_code == 200
    charlie.post(f"{path}/confirm")
    assert Hold.objects.get(pk=held.pk).decided_by == people.bob


def test_the_page_tells_what_the_next_hop_said(people, client):
    held, path = link_for(people, people.bob)
    client.post(f"{path}/confirm")
    Hold.objects.filter(pk=held.pk).update(state="released")
    now = timezone.now()
    held.attempts.create(
        customer=people.acme, number=1, started_at=now, finished_at=now,
        outcome="accepted", next_hop="mx.example", reply_code=250, reply_text="ok Q7",
    )  # fmt: skip

    page = client.get(path).content.decode()

    assert "Zugestellt." in page
    assert "250 ok Q7" in page
    assert "Q7" in client.get(f"{path}/status").content.decode()


def test_the_page_speaks_the_readers_language(people, client):
    people.bob.language = "fr"
    people.bob.save()
    _held, path = link_for(people, people.bob)

    assert 'lang="fr' in client.get(path).content.decode()


def test_one_click_unsubscribes(people):
    path = stop_path(people)
    provider = Client(enforce_csrf_checks=True)

    answer = provider.post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert DigestSubscription.objects.get().unsubscribed_at is not None
    assert AuditEvent.objects.get(action="digest.unsubscribe").actor == people.bob
    make_now(people.bob)
    assert send() == []


def test_the_header_says_where_one_click_goes(people):
    settle(people)
    fresh_hold(people)
    make_now(people.bob)
    (sent,) = send()

    text = sent.message().as_string()
    as_read = message_from_string(text, policy=policy.default)
    header = sent.extra_headers["List-Unsubscribe"]
    assert header == f"<http://127.0.0.1:8000{paths_of(sent, '/digest/stop/')[0]}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert as_read["List-Unsubscribe"].strip() == header


def test_the_way_out_opens_a_page_with_a_button(people, client):
    path = stop_path(people)

    page = client.get(path).content.decode()

    assert not DigestSubscription.objects.exists()
    assert f'action="{path}"' in page
    assert "Abbestellen" in page


def test_unsubscribing_twice_is_no_error_and_can_be_taken_back(people, client_for):
    path = stop_path(people)
    client = client_for(people.bob)
    client.post(path)
    client.post(path)

    client.post(
        reverse("quarantine:digest_settings"),
        {"when": "policy", "categories": ["spam"], "only_with_news": "on"},
    )

    assert DigestSubscription.objects.get().unsubscribed_at is None
