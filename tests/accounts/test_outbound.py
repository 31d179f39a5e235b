"""Accounts for the outbound scanner: made, renewed and ended by a customer's admin."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actions import outbound as actions
from accounts.errors import (
    NotPermitted,
    OutboundAccountEnded,
    TooManyOutboundAccounts,
)
from accounts.models import AuditEvent, OutboundAccount
from accounts.outbound import LIVE_LIMIT, draw_password, draw_username
from cleanmail.demo.servers import lets_in
from tests import factories
from tests.conftest import actor_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LIST = reverse("accounts:outbound_accounts")
CREATE = reverse("accounts:create_outbound")


def shown_password(page: str) -> str:
    return re.search(r'id="password" tabindex="0">(\w+)<', page)[1]


def test_shows_the_password_once_and_keeps_a_hash(people, client_for):
    client = client_for(people.alice)

    page = client.post(CREATE, {"name": "Exchange Bern"}).content.decode()

    account = OutboundAccount.objects.get()
    password = shown_password(page)
    assert account.username in page
    assert account.has_password(password)
    assert not account.has_password(password + "x")
    assert account.password_hash.startswith("{ARGON2ID}$argon2id$v=19$")
    assert password not in account.password_hash
    assert password not in client.get(LIST).content.decode()
    assert account.password_hash not in client.get(LIST).content.decode()
    assert (account.customer, account.created_by) == (people.acme, people.alice)


@pytest.mark.skipif(not shutil.which("doveadm"), reason="no Dovecot")
def test_dovecot_itself_reads_the_hash(people):
    account = factories.make_outbound_account(people.acme, password="Zug4711Zug")

    verdicts = [
        subprocess.run(
            ["doveadm", "pw", "-t", account.password_hash, "-p", password],
            capture_output=True,
            check=False,
        ).returncode
        for password in ("Zug4711Zug", "Zug4711Zuf")
    ]

    assert verdicts[0] == 0
    assert verdicts[1] != 0


def test_draws_signs_that_no_server_spoils_and_nobody_mixes_up():
    drawn = [draw_password() for _ in range(200)]
    names = [draw_username() for _ in range(200)]

    assert all(re.fullmatch(r"[A-HJ-NP-Za-km-z2-9]{24}", text) for text in drawn)
    assert all(re.fullmatch(r"[a-z2-9]{13}", name) for name in names)
    assert len(set(drawn)) == len(set(names)) == 200


@pytest.mark.parametrize(
    "path",
    [CREATE, reverse("accounts:renew_outbound", args=[factories.uuid7()])],
    ids=["create", "renew"],
)
def test_rejects_get_where_something_is_made(path, people, client_for):
    assert client_for(people.alice).get(path).status_code == 405


@pytest.mark.parametrize("person", ["bob", "rita"])
def test_members_have_no_business_there(person, people, client_for):
    client = client_for(getattr(people, person))
    account = factories.make_outbound_account(people.acme)

    assert client.get(LIST).status_code == 403
    assert client.post(CREATE).status_code == 403
    for name in ("renew_outbound", "end_outbound"):
        path = reverse(f"accounts:{name}", args=[account.pk])
        assert client.post(path).status_code == 403
    with pytest.raises(NotPermitted):
        actions.create_outbound_account("", actor=actor_of(people.bob))
    account.refresh_from_db()
    assert account.is_live


def test_a_stranger_neither_ends_nor_renews(people, client_for):
    account = factories.make_outbound_account(people.acme)
    client = client_for(people.charlie)

    for name in ("renew_outbound", "end_outbound"):
        path = reverse(f"accounts:{name}", args=[account.pk])
        assert client.post(path).status_code == 404

    account.refresh_from_db()
    assert account.is_live
    assert OutboundAccount.objects.count() == 1


def test_demands_a_fresh_proof(people, client_for):
    client: Client = client_for(people.alice)
    session = client.session
    session["proof"] = {"at": 0, "by": "factor"}
    session.save()

    response = client.post(CREATE, {"name": "x"})

    assert response.url.startswith(reverse("accounts:step_up"))
    assert not OutboundAccount.objects.exists()


def test_the_old_one_lets_in_until_somebody_ends_it(people, client_for):
    client = client_for(people.alice)
    old = factories.make_outbound_account(people.acme, name="Exchange", password="alt")

    page = client.post(reverse("accounts:renew_outbound", args=[old.pk]))
    new = OutboundAccount.objects.exclude(pk=old.pk).get()
    both = [account.is_live for account in (old, new)]
    client.post(reverse("accounts:end_outbound", args=[old.pk]))

    old.refresh_from_db()
    assert both == [True, True]
    assert new.name == "Exchange"
    assert new.has_password(shown_password(page.content.decode()))
    assert old.ended_at is not None
    assert not old.has_password("alt")
    assert old.username in client.get(LIST).content.decode()


def test_asks_before_it_ends_one(people, client_for):
    account = factories.make_outbound_account(people.acme)

    page = client_for(people.alice).get(
        reverse("accounts:end_outbound", args=[account.pk])
    )

    account.refresh_from_db()
    assert account.username in page.content.decode()
    assert account.is_live


def test_an_ended_one_has_no_successor_and_no_second_end(people):
    actor = actor_of(people.alice)
    account = factories.make_outbound_account(people.acme)
    actions.end_outbound_account(account, actor=actor)

    for act in (actions.end_outbound_account, actions.renew_outbound_account):
        with pytest.raises(OutboundAccountEnded):
            act(account, actor=actor)


def test_says_so_when_there_are_too_many(people, client_for):
    for _ in range(LIVE_LIMIT):
        factories.make_outbound_account(people.acme)

    response = client_for(people.alice).post(CREATE, {"name": "eins zu viel"})

    assert response.status_code == 422
    assert str(LIVE_LIMIT) in response.content.decode()
    assert OutboundAccount.objects.count() == LIVE_LIMIT
    with pytest.raises(TooManyOutboundAccounts):
        actions.create_outbound_account("", actor=actor_of(people.alice))


def test_refuses_a_name_that_hides_text(people, client_for):
    response = client_for(people.alice).post(CREATE, {"name": "a\u202eb"})

    assert response.status_code == 422
    assert not OutboundAccount.objects.exists()


def test_every_admin_is_told_and_all_is_written_down(
    people, worker_in_line, django_capture_on_commit_callbacks
):
    factories.make_person("anton@acme.example", people.acme, role="admin")
    actor = actor_of(people.alice)

    with django_capture_on_commit_callbacks(execute=True):
        made = actions.create_outbound_account("Exchange", actor=actor)
        actions.renew_outbound_account(made.account, actor=actor)
        actions.end_outbound_account(made.account, actor=actor)

    told = sorted(sent.to[0] for sent in mail.outbox)
    assert told == ["alice@acme.example"] * 3 + ["anton@acme.example"] * 3
    assert not any(made.password in sent.body for sent in mail.outbox)
    events = AuditEvent.objects.order_by("pk")
    assert [event.action for event in events] == [
        "outbound.create",
        "outbound.renew",
        "outbound.end",
    ]
    assert not any(made.password in str(event.detail) for event in events)


def test_nobody_makes_them_without_end(people, client_for, monkeypatch):
    monkeypatch.setattr("accounts.actions.outbound.MADE_LIMIT", 2)
    client = client_for(people.alice)
    for _ in range(2):
        client.post(CREATE, {"name": "x"})
    old = OutboundAccount.objects.first()

    third = client.post(CREATE, {"name": "x"})
    renewed = client.post(reverse("accounts:renew_outbound", args=[old.pk]))

    assert third.status_code == 429
    assert "Zu viele Versuche" in third.content.decode()
    assert renewed.status_code == 302
    assert OutboundAccount.objects.count() == 2


def test_the_demos_scanner_decides_by_the_same_accounts(people):
    account = factories.make_outbound_account(people.acme, password="Zug4711Zug")
    name = account.username

    right = lets_in(name.upper(), "Zug4711Zug")
    wrong = [lets_in(name, "Zug4711"), lets_in("outnobody", "Zug4711Zug")]
    account.refresh_from_db()
    people.acme.is_active = False
    people.acme.save()

    assert right
    assert wrong == [False, False]
    assert account.last_used_at is not None
    assert not lets_in(name, "Zug4711Zug")
