"""The map of senders that Rspamd fetches: what is in it, who reads it, how seldom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import AuditEvent
from quarantine import sender_map as workshop
from quarantine.actions.map_tokens import (
    create_map_token,
    create_site_token,
    revoke_map_token,
    revoke_site_tokens,
)
from quarantine.errors import TooManyTokens
from quarantine.models import CustomerMapToken, SiteMapToken
from tests.conftest import People, actor_of
from tests.factories import make_domain, make_rule

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def fetch(token: str, **headers: str):
    address = reverse("quarantine:sender_map", args=[token])
    return Client().get(address, headers=headers)


def lines(response) -> list[str]:
    text = response.content.decode()
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_the_sites_map_has_each_customers_rules_by_recipient_domain(people: People):
    alias = make_domain(people.acme, "alias.example", alias_of=people.acme_domain)
    make_domain(people.acme, "open.example")
    make_domain(people.acme, "unproved.example", verified_at=None)
    make_rule(people.acme, "shop.example")
    make_rule(people.acme, "shop.example", "block", domain=people.acme_domain)
    make_rule(people.acme, "Eva@zürich.example", "block", domain=people.acme_domain)
    make_rule(people.other, "*.shop.example", "block")
    assert alias

    _, token = create_site_token()

    assert lines(fetch(token)) == [
        "acme.example|eva@xn--zrich-kva.example block",
        "acme.example|shop.example block",
        "alias.example|eva@xn--zrich-kva.example block",
        "alias.example|shop.example block",
        "open.example|shop.example allow",
        "other.example|*.shop.example block",
    ]


def test_no_customer_fills_the_map_of_all(people: People, monkeypatch):
    monkeypatch.setattr(workshop, "LINES_MAX", 3)
    make_domain(people.acme, "open.example")
    for number in range(2):
        make_rule(people.acme, f"shop{number}.example")
    make_rule(people.other, "shop.example")
    _, token = create_site_token()

    found = [line.partition("|")[0] for line in lines(fetch(token))]

    assert found == ["acme.example"] * 2 + ["open.example", "other.example"]


def test_what_people_keep_for_themselves_is_not_in_it(people: People):
    over = timezone.now() - timedelta(seconds=1)
    make_rule(people.acme, "own.example", owner=people.bob)
    make_rule(people.acme, "over.example", expires_at=over)
    make_rule(people.acme, "removed.example", removed_at=over)
    # Rspamd reads a comment from there on.
    make_rule(people.acme, "a#b@x.example")
    _, token = create_site_token()

    assert lines(fetch(token)) == []


def test_a_customers_token_opens_that_customers_rules_only(people: People):
    make_rule(people.acme, "shop.example")
    make_rule(people.other, "secret.example")

    token = create_map_token(actor=actor_of(people.alice))

    assert lines(fetch(token)) == ["acme.example|shop.example allow"]
    assert token not in str(CustomerMapToken.objects.values().get())
    assert len(token) >= 43


def test_it_is_sent_again_only_when_it_has_changed(people: People):
    make_rule(people.acme, "shop.example")
    _, token = create_site_token()

    first = fetch(token)
    same = fetch(token, if_none_match=first["ETag"])
    make_rule(people.acme, "second.example")
    changed = fetch(token, if_none_match=first["ETag"])

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert first["ETag"].startswith('"')
    assert same.content == b""
    assert same["ETag"] == first["ETag"] != changed["ETag"]
    assert "no-cache" in first["Cache-Control"]


def test_a_wrong_revoked_or_ended_token_opens_nothing(people: People):
    _, site = create_site_token()
    own = create_map_token(actor=actor_of(people.alice))
    late = create_map_token(actor=actor_of(people.alice))
    row = CustomerMapToken.objects.order_by("pk").first()

    revoke_site_tokens()
    revoke_map_token(row, actor=actor_of(people.alice))
    people.acme.is_active = False
    people.acme.save()

    assert [fetch(each).status_code for each in (site, own, late, "x")] == [404] * 4
    assert fetch(row.token_hash).status_code == 404


def test_only_admins_draw_and_revoke(people: People):
    token = create_map_token(actor=actor_of(people.alice))
    row = CustomerMapToken.objects.get()

    with pytest.raises(NotPermitted):
        create_map_token(actor=actor_of(people.bob))
    with pytest.raises(NotPermitted):
        revoke_map_token(row, actor=actor_of(people.bob))
    revoke_map_token(row, actor=actor_of(people.charlie))

    assert fetch(token).status_code == 200
    assert AuditEvent.objects.filter(action="sender.token").count() == 1
    assert not AuditEvent.objects.filter(action="sender.revoke").exists()


def test_tokens_are_few(people: People):
    for _ in range(5):
        create_map_token(actor=actor_of(people.alice))

    with pytest.raises(TooManyTokens):
        create_map_token(actor=actor_of(people.alice))


def test_use_is_noted_now_and_then(people: People):
    _, token = create_site_token()

    fetch(token)
    first = SiteMapToken.objects.get().last_used_at
    fetch(token)

    assert first is not None
    assert SiteMapToken.objects.get().last_used_at == first


def test_the_operator_rotates_by_command(people: People, capsys):
    call_command("sender_map_token", "new")
    old = capsys.readouterr().out.strip()
    call_command("sender_map_token", "rotate")
    new, told = capsys.readouterr()

    assert Client().get(old).status_code == 404
    assert Client().get(new.strip()).status_code == 200
    assert "1 token(s) revoked" in told
    assert Client().post(new.strip()).status_code == 405


def test_an_admin_draws_a_token_sees_it_once_and_revokes_it(people: People, client_for):
    client = client_for(people.alice)
    page = reverse("quarantine:map_tokens")

    shown = client.post(reverse("quarantine:create_map_token")).content.decode()
    address = shown.split('<code id="address" tabindex="0">')[1].split("<")[0]
    path = address.removeprefix("http://testserver")
    row = CustomerMapToken.objects.get()
    before = Client().get(path).status_code
    client.post(reverse("quarantine:revoke_map_token", args=[row.pk]))

    assert (before, Client().get(path).status_code) == (200, 404)
    assert path not in client.get(page).content.decode()
    refused = client_for(people.bob).post(reverse("quarantine:create_map_token"))
    assert refused.status_code == 403
