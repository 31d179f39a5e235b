"""The page of one hold: every state, hostile content, two customers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from quarantine.models import Hold, Message, ReleaseAttempt
from quarantine.states import State
from tests.factories import make_attempt, make_hold

pytestmark = pytest.mark.db

HOSTILE = "<script>alert(1)</script>\"'&{{ 7|add:7 }}\u202e"


MISSING = "00000000-0000-7000-8000-000000000000"


def blank(page):
    """Take out what differs between any two answers: keys and tokens."""
    return re.sub(r"[0-9a-f-]{36}|[A-Za-z0-9]{64}", "", page)


def page_of(client, hold, status=200):
    response = client.get(f"/holds/{hold.pk}/")
    assert response.status_code == status
    return response.content.decode()


def test_answers_first_then_shows_the_text(people, client_for):
    hold = make_hold(
        people.acme,
        content=b"Subject: Hallo\r\n\r\nGuten Tag, <b>Bob</b>\r\n",
        score=7.25,
        reason={"filter": "rspamd", "symbols": [{"name": "R_SPF_FAIL", "score": 1.5}]},
    )

    page = page_of(client_for(people.bob), hold)

    assert "Der Filter hält diese E-Mail für unerwünschte Werbung." in page
    assert "Spam, 7.2 Punkte" in page
    assert "Guten Tag, &lt;b&gt;Bob&lt;/b&gt;" in page
    assert "R_SPF_FAIL" in page
    assert "nie gespeichert" not in page


def test_rejects_post(people, client_for):
    hold = make_hold(people.acme)

    assert client_for(people.alice).post(f"/holds/{hold.pk}/").status_code == 405


def test_hides_from_charlie_like_a_missing_one(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.charlie)

    hidden = page_of(client, hold, status=404)
    missing = client.get(f"/holds/{MISSING}/")

    assert missing.status_code == 404
    assert blank(hidden) == blank(missing.content.decode())


def test_member_does_not_see_other_addresses(people, client_for):
    hold = make_hold(people.acme, recipient="carla@acme.example")

    page_of(client_for(people.bob), hold, status=404)


def test_viewer_sees_no_button(people, client_for):
    hold = make_hold(people.acme)

    page = page_of(client_for(people.rita), hold)

    assert "Nur ansehen" in page
    assert "formaction" not in page


def test_member_reads_why_the_admin_decides(people, client_for):
    hold = make_hold(people.acme, category="virus")

    page = page_of(client_for(people.bob), hold)

    assert "«Virus» gibt nur der Administrator Ihrer Firma frei." in page
    assert f'formaction="/holds/{hold.pk}/request"' in page
    assert f'formaction="/holds/{hold.pk}/release"' not in page


ADVICE = {
    "bob": "Fragen Sie die Freigabe nur an, wenn Sie diesen Anhang",
    "alice": "Geben Sie sie nur frei, wenn Sie diesen Anhang",
    "rita": "wenden Sie sich an den Administrator Ihrer Firma",
}


@pytest.mark.parametrize("who", ADVICE)
def test_advises_each_only_what_they_may_do(people, client_for, who):
    hold = make_hold(people.acme, category="attachment")

    page = page_of(client_for(getattr(people, who)), hold)

    assert [name for name, text in ADVICE.items() if text in page] == [who]


def test_who_has_asked_is_advised_to_wait(people, client_for):
    hold = make_hold(people.acme, category="attachment", state=State.REQUESTED)

    page = page_of(client_for(people.bob), hold)

    assert "Warten Sie, bis der Administrator entschieden hat." in page
    assert "Fragen Sie die Freigabe" not in page


@pytest.mark.parametrize(
    ("took", "told"), [(0.035, "nach 35 ms"), (0, "nach 0 ms"), (0.1, "nach 0.1 s")]
)
def test_short_tries_are_told_in_milliseconds(people, client_for, took, told):
    hold = make_hold(people.acme, state=State.RELEASED, decided_at=timezone.now())
    start = timezone.now()
    finished_at = start + timedelta(seconds=took)
    make_attempt(hold, "accepted", started_at=start, finished_at=finished_at)

    assert told in page_of(client_for(people.bob), hold)


@pytest.mark.parametrize("state", State)
def test_renders_each_state_without_any_attempt(people, client_for, state):
    hold = make_hold(
        people.acme,
        state=state,
        decided_by=people.bob,
        decided_at=timezone.now(),
    )

    for person in (people.alice, people.bob, people.rita):
        assert hold.subject in page_of(client_for(person), hold)


@pytest.mark.parametrize(
    "state", [State.RELEASING, State.RELEASED, State.FAILED, State.UNSURE]
)
@pytest.mark.parametrize("outcome", ReleaseAttempt.Outcome)
def test_renders_each_state_after_each_outcome(people, client_for, state, outcome):
    hold = make_hold(
        people.acme,
        state=state,
        attempts_count=1,
        next_attempt_at=timezone.now() + timedelta(minutes=5),
    )
    make_attempt(hold, outcome, reply_text=HOSTILE, reply_code=451)

    page = page_of(client_for(people.bob), hold)

    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_accepted_shows_reply_and_queue_id(people, client_for):
    hold = make_hold(people.acme, state=State.RELEASED, attempts_count=1)
    make_attempt(hold, "accepted")

    page = page_of(client_for(people.bob), hold)

    assert "250 2.0.0 Ok: queued as 4XbK2v1zQd" in page
    assert "Der Mailserver von bob@acme.example hat die E-Mail angenommen." in page
    assert "load delay" not in page


def test_own_relay_is_not_called_delivered(people, client_for):
    hold = make_hold(people.acme, state=State.RELEASED, attempts_count=1)
    make_attempt(hold, "accepted", is_own_relay=True)

    page = page_of(client_for(people.bob), hold)

    assert "An unseren Mailserver übergeben" in page
    assert "Zugestellt." not in page


def test_altered_line_ends_are_told(people, client_for):
    hold = make_hold(people.acme, state=State.RELEASED, attempts_count=1)
    make_attempt(hold, "accepted", altered="crlf")

    assert "unübliche Zeilenenden" in page_of(client_for(people.bob), hold)


def test_deferred_says_when_again(people, client_for):
    hold = make_hold(
        people.acme,
        state=State.RELEASING,
        attempts_count=1,
        next_attempt_at=timezone.now() + timedelta(minutes=5),
    )
    make_attempt(hold, "deferred", reply_code=451, reply_text="Greylisting in effect")

    page = page_of(client_for(people.bob), hold)

    assert "Wir versuchen es um" in page
    assert "451 2.0.0 Greylisting in effect" in page


def test_unsure_offers_both_ways_on(people, client_for):
    hold = make_hold(people.acme, state=State.UNSURE)

    page = page_of(client_for(people.bob), hold)

    assert "Unklar, ob zugestellt" in page
    assert f'formaction="/holds/{hold.pk}/confirm"' in page
    assert f'formaction="/holds/{hold.pk}/again/release"' in page


def test_polls_only_while_releasing(people, client_for):
    hold = make_hold(people.acme, state=State.RELEASING)
    client = client_for(people.bob)

    running = client.get(f"/holds/{hold.pk}/status").content.decode()
    Hold.objects.filter(pk=hold.pk).update(state=State.RELEASED)
    final = client.get(f"/holds/{hold.pk}/status").content.decode()

    assert 'hx-trigger="load delay:2s"' in running
    assert "hx-trigger" not in final
    assert "<html" not in running
    assert 'hx-swap-oob="true"' in final


@pytest.mark.parametrize("url", ["status", "row"])
def test_fragments_hide_from_charlie(people, client_for, url):
    hold = make_hold(people.acme)

    assert client_for(people.charlie).get(f"/holds/{hold.pk}/{url}").status_code == 404


def test_erased_content_is_said(people, client_for):
    hold = make_hold(people.acme)
    Message.objects.filter(pk=hold.message_id).update(wrapped_key=None)

    assert "Der Inhalt wurde gelöscht." in page_of(client_for(people.bob), hold)


def test_lost_content_is_said(people, client_for, settings):
    hold = make_hold(people.acme)
    for segment in settings.STORE_DIR.iterdir():
        segment.unlink()

    page = page_of(client_for(people.bob), hold)

    assert "Der Inhalt ist im Moment nicht lesbar." in page
    assert "nicht an der E-Mail" in page


def test_hostile_words_are_escaped_everywhere(people, client_for):
    header = HOSTILE.encode()
    hold = make_hold(
        people.acme,
        subject=HOSTILE,
        header_from_name=HOSTILE,
        header_from=HOSTILE,
        envelope_sender=HOSTILE,
        reason={"symbols": [{"name": HOSTILE, "score": HOSTILE}, HOSTILE, 7, None]},
        content=b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        + header
        + b"\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        + b"Content-Disposition: attachment; filename*=utf-8''"
        + b"%3Cscript%3Ealert%281%29.exe%E2%80%AEfdp\r\n\r\nx\r\n--b--\r\n",
    )
    Message.objects.filter(pk=hold.message_id).update(
        client_name=HOSTILE, client_address=HOSTILE, client_helo=HOSTILE
    )

    page = page_of(client_for(people.bob), hold)

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1).exe‹U+202E›fdp" in page


@pytest.mark.parametrize("reason", [[], "x", None, {"symbols": 7}, {"symbols": "ab"}])
def test_reason_of_any_shape_renders(people, client_for, reason):
    hold = make_hold(people.acme, reason=reason if reason is not None else {})

    page_of(client_for(people.bob), hold)


def test_message_of_two_customers_shows_each_only_their_own(people, client_for):
    mine = make_hold(people.acme, recipient="bob@acme.example", subject="Gemeinsam")
    theirs = make_hold(people.other, recipient="eva@other.example", subject="Gemeinsam")

    mine_page = page_of(client_for(people.alice), mine)
    their_page = page_of(client_for(people.charlie), theirs)

    assert "other.example" not in mine_page
    assert "acme.example" not in their_page
    page_of(client_for(people.alice), theirs, status=404)
    page_of(client_for(people.charlie), mine, status=404)


def test_other_recipient_of_the_same_message_stays_unseen(people, client_for):
    hold = make_hold(people.acme, recipient="bob@acme.example")
    Hold.objects.create(
        customer=people.acme,
        message=hold.message,
        domain=hold.domain,
        envelope_recipient="blind@acme.example",
        size=hold.size,
        received_at=hold.received_at,
        expires_at=hold.expires_at,
    )

    assert "blind@acme.example" not in page_of(client_for(people.bob), hold)


def test_is_never_cached(people, client_for):
    hold = make_hold(people.acme)

    response = client_for(people.bob).get(f"/holds/{hold.pk}/")

    assert "no-store" in response["Cache-Control"]


def test_costs_few_queries(people, client_for, django_assert_max_num_queries):
    hold = make_hold(people.acme)
    client = client_for(people.bob)
    client.get(f"/holds/{hold.pk}/")

    # Two of them ask whose own the mailbox is, for a rule about the sender; one asks
    # who else has looked, one for a report.
    with django_assert_max_num_queries(15):
        client.get(f"/holds/{hold.pk}/")


def test_looking_is_noted_by_a_post_of_who_may_decide(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.bob)

    client.get(f"/holds/{hold.pk}/")
    unseen = Hold.objects.get(pk=hold.pk).first_seen_at
    response = client.post(f"/holds/{hold.pk}/seen")
    seen = Hold.objects.get(pk=hold.pk).first_seen_at
    client.post(f"/holds/{hold.pk}/seen")

    assert unseen is None
    assert response.status_code == 204
    assert seen is not None
    assert Hold.objects.get(pk=hold.pk).first_seen_at == seen
    assert "/seen" not in page_of(client, hold)


def test_look_of_a_viewer_or_stranger_counts_for_nobody(people, client_for):
    hold = make_hold(people.acme)

    viewer = client_for(people.rita).post(f"/holds/{hold.pk}/seen")
    stranger = client_for(people.charlie).post(f"/holds/{hold.pk}/seen")

    assert (viewer.status_code, stranger.status_code) == (403, 404)
    assert Hold.objects.get(pk=hold.pk).first_seen_at is None


def test_release_on_its_way_again_forgets_how_the_last_one_ended(people, client_for):
    hold = make_hold(
        people.acme,
        state=State.RELEASING,
        attempts_count=1,
        next_attempt_at=timezone.now(),
    )
    make_attempt(hold, "rejected", reply_code=552, reply_text="Too big")

    page = page_of(client_for(people.bob), hold)

    assert "Die E-Mail wird zugestellt …" in page
    assert "bat um Geduld" not in page
