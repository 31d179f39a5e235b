"""What a digest says: hostile mail, hostile preferences stay text, nothing loads."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from django.contrib.auth import get_user_model

from accounts import outbox
from accounts.mail import portal_address
from accounts.models import OutgoingMail, Policy
from quarantine.digests.presentation import unlink
from quarantine.models import DigestSubscription, Hold
from tests.quarantine.digest_mails import (
    SLOT,
    allow_links,
    fresh_hold,
    hold_for,
    html_of,
    links_of,
    make,
    make_now,
    paths_of,
    send,
    settle,
    tell,
)
from tests.smtp_server import Script, SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.db]

HOSTILE = (
    "'; DROP TABLE quarantine_hold; --",
    "' UNION SELECT password FROM accounts_user --",
    "<script>alert(1)</script><img src=http://boese.example/x>",
    "{{ settings.SECRET_KEY }}{% load i18n %}{% debug %}",
    "Ich\r\nBcc: alle@boese.example\r\n\r\nText",
    "\u202egnp.exe\u2028\x1b",
    "../../etc/passwd",
)


@pytest.mark.parametrize("value", HOSTILE)
def test_s4_hostile_values_in_every_preference_stay_values(people, value):
    settle(people)
    get_user_model().objects.filter(pk=people.bob.pk).update(
        full_name=value, language=value[:5], time_zone=value[:64]
    )
    type(people.acme).objects.filter(pk=people.acme.pk).update(name=value)
    DigestSubscription.objects.create(
        user=people.bob,
        customer=people.acme,
        first_at=time(9),
        weekdays=[value, *range(7)],
        categories=[value, "spam"],
        changed_at=SLOT - timedelta(days=2),
    )
    hold_for(people, subject="Harmlos")

    sent = tell(people.bob)

    told = sent.subject + sent.body + html_of(sent)
    assert "Harmlos" in sent.body
    assert "<script>" not in html_of(sent)
    assert "insecure" not in told
    assert "boese.example\r" not in str(sent.message())
    assert set(sent.message()["To"].split(", ")) == {"bob@acme.example"}
    assert not [sign for sign in "\u202e\u2028\x1b" if sign in told]


@pytest.mark.parametrize("value", HOSTILE)
def test_s4_hostile_mail_stays_text_of_one_line(people, value):
    settle(people)
    hold_for(people, subject=value, header_from=value, header_from_name=value)
    Hold.objects.update(envelope_recipient=f"{value}@acme.example")

    sent = tell(people.bob)

    html = html_of(sent)
    assert "<script>" not in html
    assert "<img" not in html
    assert not [sign for sign in "\u202e\u2028\x1b" if sign in html + sent.body]
    assert all(link.startswith(portal_address("/")) for link in links_of(sent))
    assert sent.subject == "1 neue zurückgehaltene E-Mail"
    assert "SECRET_KEY" not in sent.body or "{{ settings" in sent.body
    # Plain text is not escaped: it is nobody's markup.
    assert not re.search(r"&(?:lt|gt|amp|#x27|quot);", sent.body)


def test_s5_nothing_that_a_tenant_writes_is_a_template(people):
    settle(people)
    code = "{{ 7|add:7 }}{% now 'Y' %}"
    type(people.acme).objects.filter(pk=people.acme.pk).update(name=code)
    hold_for(people, subject=code, header_from_name=code)

    sent = tell(people.bob)

    # A customer's name, a subject and a sender: printed as they are, by no engine.
    assert sent.body.count("{{ 7|add:7 }}") == 3
    assert "14" not in re.sub(r"[0-9a-f-]{36}", "", sent.body.replace("2014", ""))


def test_a_subject_makes_no_link_of_its_own_in_our_mail():
    told = unlink("Konto: https://bank.example/login jetzt", 150)

    assert "://b" not in told
    assert "k.e" not in told
    assert told.replace("\u200b", "") == "Konto: https://bank.example/login jetzt"


def test_the_mail_fetches_nothing(people):
    settle(people)
    hold_for(people)

    html = html_of(tell(people.bob))

    assert not re.findall(r"<(?:img|link|script|iframe|object)\b|url\(|@import", html)
    assert 'name="color-scheme" content="light dark"' in html
    assert 'width="600"' in html


def test_the_outbox_keeps_it_sealed_and_then_not_at_all(people):
    settle(people)
    hold_for(people, subject="Vertraulich")
    make(people.bob)

    sealed = bytes(OutgoingMail.objects.get().sealed_details)
    send()

    assert b"Vertraulich" not in sealed
    assert bytes(OutgoingMail.objects.get().sealed_details) == b""


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Script(cuts=("END",)), "failed"),
        (Script(replies={"END": "451 4.3.0 later"}), "queued"),
        (Script(cuts=("GREETING",)), "queued"),
    ],
    ids=["cut after the end of data", "4yz", "cut at the greeting"],
)
def test_d4_a_digest_is_sent_again_only_where_it_was_surely_not_taken(
    people, settings, script, state
):
    settle(people)
    hold_for(people, subject="Wichtig")
    make(people.bob)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with SmtpServer(script) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        outbox.deliver(OutgoingMail.objects.get().pk)

    assert OutgoingMail.objects.get().state == state


def test_the_choice_is_kept_and_shown(people, client_for):
    settle(people)
    client = client_for(people.bob)
    form = {
        "when": "own", "first_at": "07:15", "second_at": "16:00",
        "weekdays": ["0", "4"], "categories": ["spam", "bulk"],
    }  # fmt: skip

    answer = client.post("/account/digest/", form)
    page = client.get("/account/digest/").content.decode()

    kept = DigestSubscription.objects.get()
    assert answer.status_code == 302
    assert (kept.user, kept.customer) == (people.bob, people.acme)
    assert (kept.weekdays, kept.categories) == ([0, 4], ["spam", "bulk"])
    assert not kept.only_with_news
    assert 'value="07:15"' in page
    assert "Nächste Übersicht" in page
    assert "bob@acme.example" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"when": "own", "first_at": "", "weekdays": ["1"]},
        {"when": "own", "first_at": "07:00", "weekdays": []},
        {"when": "own", "first_at": "25:00", "weekdays": ["1"]},
        {"when": "own", "first_at": "07:00", "weekdays": ["7"]},
        {"when": "sometimes"},
        {"when": "policy", "categories": []},
        {"when": "policy", "categories": ["' OR 1=1 --"]},
    ],
    ids=str,
)
def test_s4_a_choice_that_is_none_is_refused(people, client_for, wrong):
    form = {"categories": ["spam"]} | wrong

    assert client_for(people.bob).post("/account/digest/", form).status_code == 422
    assert not DigestSubscription.objects.exists()


def test_never_is_a_choice(people, client_for):
    settle(people)
    client_for(people.bob).post("/account/digest/", {"when": "never"})
    hold_for(people)
    make(people.bob)

    assert send() == []


def test_a_domain_decides_for_itself_about_links(people):
    allow_links(people)
    Policy.objects.create(customer=people.acme, domain=people.acme_domain)
    settle(people)
    held = fresh_hold(people)
    make_now(people.bob)
    (sent,) = send()

    assert paths_of(sent, "/holds/0") == [f"/holds/{held.pk}/"]


def test_own_times_are_told_by_the_clock_of_the_reader(people, client_for):
    people.bob.time_zone = "Asia/Tokyo"
    people.bob.save()
    settle(people)

    page = client_for(people.bob).get("/account/digest/").content.decode()

    assert "09:00 (Tokyo)" in page
