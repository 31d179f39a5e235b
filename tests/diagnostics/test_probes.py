"""The list of probes with the form that starts one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
URL = "/diagnostics/"


def test_shows_form_and_probes(people, client_for):
    probe = factories.make_probe(people.acme, configured_host="smtp.acme.example")

    response = client_for(people.alice).get(URL)

    assert response.status_code == 200
    page = response.content.decode()
    assert reverse("diagnostics:probe", args=[probe.pk]) in page
    assert "smtp.acme.example:587" in page
    assert 'name="password"' in page


def test_says_so_when_there_is_no_scanner(people, client_for):
    response = client_for(people.alice).get(URL)

    assert "kein Outbound Scanner" in response.content.decode()
    assert 'name="password"' not in response.content.decode()


def test_rejects_post(people, client_for):
    assert client_for(people.alice).post(URL).status_code == 405


def test_hides_other_customer(people, client_for):
    probe = factories.make_probe(people.acme)

    page = client_for(people.charlie).get(URL).content.decode()

    assert str(probe.pk) not in page


def test_refuses_members(people, client_for):
    assert client_for(people.bob).get(URL).status_code == 403


def test_costs_the_same_for_many_probes(
    people, client_for, django_assert_max_num_queries
):
    for _ in range(12):
        factories.make_probe(people.acme)
    client = client_for(people.alice)

    with django_assert_max_num_queries(12):
        client.get(URL)
