"""Pages of domains: list, one domain, its checks, its next hop, its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Domain
from accounts.models.customers import NextHopTls
from accounts.second_factor import PROOF_KEY
from diagnostics.models import Probe
from quarantine.models import Hold
from tests.factories import make_check, make_domain, make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def url(name: str, domain: Domain) -> str:
    return reverse(f"domains:{name}", kwargs={"pk": domain.pk})


def text(response) -> str:
    return response.content.decode()


def test_lists_domains_and_what_is_not_right(people, client_for):
    make_domain(people.acme, "zwei.example", verified_at=None)
    make_check(people.acme_domain)

    page = text(client_for(people.alice).get(reverse("domains:domains")))

    assert "acme.example" in page
    assert "Nicht in Ordnung: Empfang (MX)." in page
    assert "Zeigen Sie zuerst, dass die Domain Ihnen gehört." in page


def test_many_domains_cost_no_more_questions(
    people, client_for, django_assert_max_num_queries
):
    for number in range(20):
        domain = make_domain(people.acme, f"d{number}.example")
        make_check(domain)
    client = client_for(people.alice)

    with django_assert_max_num_queries(14):
        client.get(reverse("domains:domains"))


@pytest.mark.parametrize("name", ["domains:domains", "domains:policy"])
def test_lists_are_not_for_members(people, client_for, name):
    assert client_for(people.bob).get(reverse(name)).status_code == 403


@pytest.mark.parametrize(
    "name", ["domain", "progress", "next_hop", "remove", "domain_policy"]
)
def test_a_domain_is_not_for_members(people, client_for, name):
    response = client_for(people.bob).get(url(name, people.acme_domain))

    assert response.status_code == 403


@pytest.mark.parametrize("name", ["check", "trial", "drop_policy"])
def test_members_start_nothing(people, client_for, name):
    response = client_for(people.bob).post(
        url(name, people.acme_domain), {"recipient": "bob@acme.example"}
    )

    assert response.status_code == 403
    assert not Probe.objects.exists()


def test_adds_a_domain_and_shows_the_record_to_publish(people, client_for):
    response = client_for(people.alice).post(
        reverse("domains:add"), {"name": "Neu.Example"}, follow=True
    )

    domain = Domain.objects.get(name="neu.example")
    page = text(response)
    assert "_cleanmail.neu.example.</code>" in page
    assert f"cleanmail-verify={domain.control_token}</code>" in page
    assert "Schritt 1 von 7" in page


@pytest.mark.parametrize("name", ["ch", "a b", "", "eva@acme.example"])
def test_refuses_what_is_no_domain(people, client_for, name):
    response = client_for(people.alice).post(reverse("domains:add"), {"name": name})

    assert response.status_code == 422
    assert "error" in text(response)
    assert Domain.objects.count() == 2


def test_refuses_a_domain_that_is_on_the_list(people, client_for):
    response = client_for(people.alice).post(
        reverse("domains:add"), {"name": "acme.example"}
    )

    assert response.status_code == 409
    assert "steht schon in Ihrer Liste" in text(response)


def test_too_many_new_domains_are_refused(people, client_for, settings):
    settings.DOMAINS_PER_DAY = 1
    client = client_for(people.alice)
    client.post(reverse("domains:add"), {"name": "eins.example"})

    response = client.post(reverse("domains:add"), {"name": "zwei.example"})

    assert response.status_code == 429
    assert not Domain.objects.filter(name="zwei.example").exists()


def test_nobody_learns_whose_a_domain_is(people, client_for):
    response = client_for(people.charlie).post(
        reverse("domains:add"), {"name": "acme.example"}, follow=True
    )

    assert response.status_code == 200
    assert "anderen Kunden" not in text(response)
    assert "Acme" not in text(response)


def test_whoever_proves_a_held_domain_is_told_that_it_is_held(people, client_for):
    claim = make_domain(
        people.other,
        "acme.example",
        verified_at=None,
        control_seen_at=timezone.now(),
    )

    page = text(client_for(people.charlie).get(url("domain", claim)))

    assert "bei einem anderen Kunden bestätigt" in page
    assert "Acme" not in page


def test_a_new_domain_is_looked_at_at_once(people, client_for):
    client_for(people.alice).post(reverse("domains:add"), {"name": "neu.example"})

    assert Probe.objects.get().domain.name == "neu.example"


def test_a_check_starts_once_and_runs_on_the_page(people, client_for):
    client = client_for(people.alice)

    client.post(url("check", people.acme_domain), {"station": "spf"})
    response = client.post(
        url("check", people.acme_domain), {"station": "spf"}, follow=True
    )

    assert Probe.objects.get().kind == Probe.Kind.DOMAIN
    assert response.redirect_chain[-1][0].endswith("?station=spf")
    assert "hx-trigger" in text(response)
    assert "Prüfung läuft" in text(response)


def test_a_check_is_no_way_to_other_places(people, client_for):
    response = client_for(people.alice).post(
        url("check", people.acme_domain), {"station": "//evil.example"}
    )

    assert response.url == url("domain", people.acme_domain)


def test_too_many_checks_are_refused_with_a_sentence(people, client_for, settings):
    settings.DOMAIN_CHECKS_PER_HOUR = 1
    client = client_for(people.alice)
    client.post(url("check", people.acme_domain))

    response = client.post(url("check", people.acme_domain), follow=True)

    assert "Zu viele Versuche" in text(response)


def test_progress_is_silent_while_nothing_has_come(people, client_for):
    make_check(people.acme_domain, state=Probe.State.RUNNING, finished_at=None)
    client = client_for(people.alice)
    page = client.get(url("domain", people.acme_domain)).context["page"]

    path = url("progress", people.acme_domain)
    assert client.get(path, {"seen": page.version}).status_code == 204
    assert client.get(path, {"seen": "old"}).status_code == 200


def test_polling_ends_with_the_check(people, client_for):
    make_check(people.acme_domain)

    page = text(client_for(people.alice).get(url("progress", people.acme_domain)))

    assert "hx-trigger" not in page
    assert "Frühere Prüfungen" in page


def test_lost_control_is_told_with_its_day(people, client_for):
    since = timezone.now() - timedelta(days=1)
    Domain.objects.filter(pk=people.acme_domain.pk).update(control_missing_since=since)

    page = text(client_for(people.alice).get(url("domain", people.acme_domain)))

    assert "Ihr Eintrag fehlt seit" in page
    assert people.acme_domain.control_record_value in page


def test_next_hop_is_kept_and_shown(people, client_for, settings):
    settings.ALLOWED_NETWORKS = ["127.0.0.0/8"]

    response = client_for(people.alice).post(
        url("next_hop", people.acme_domain),
        {"host": "127.0.0.7", "port": "587", "tls": "verified"},
        follow=True,
    )

    assert people.acme_domain.next_hop_host == "127.0.0.7"
    assert people.acme_domain.next_hop_port == 587
    assert people.acme_domain.next_hop_tls == NextHopTls.VERIFIED
    assert "127.0.0.7" in text(response)


def test_next_hop_inside_is_refused_at_the_field(people, client_for, settings):
    settings.ALLOWED_NETWORKS = []
    response = client_for(people.alice).post(
        url("next_hop", people.acme_domain),
        {"host": "10.0.0.1", "port": "25", "tls": "opportunistic"},
    )

    assert response.status_code == 422
    assert "internen Netz" in text(response)
    assert people.acme_domain.next_hop_host == "127.0.0.1"


@pytest.mark.parametrize("name", ["next_hop", "remove", "domain_policy"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_weighs_asks_for_the_factor_again(people, client_for, name, method):
    client = client_for(people.alice)
    session = client.session
    session[PROOF_KEY] = {"at": 0, "by": "factor"}
    session.save()

    response = getattr(client, method)(url(name, people.acme_domain))

    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:step_up"))
    assert people.acme_domain.is_verified


def test_a_trial_asks_about_an_address_of_the_domain(people, client_for):
    client_for(people.alice).post(
        url("trial", people.acme_domain), {"recipient": "bob@acme.example"}
    )

    probe = Probe.objects.get()
    assert probe.kind == Probe.Kind.NEXT_HOP
    assert probe.test_recipient == "bob@acme.example"


def test_a_trial_asks_about_nobody_elses_address(people, client_for):
    response = client_for(people.alice).post(
        url("trial", people.acme_domain), {"recipient": "x@evil.example"}, follow=True
    )

    assert "Adresse dieser Domain" in text(response)
    assert not Probe.objects.exists()


def test_an_unverified_domain_makes_us_connect_nowhere(people, client_for):
    claim = make_domain(people.acme, "neu.example", verified_at=None)

    client_for(people.alice).post(url("trial", claim), {"recipient": "bob@neu.example"})

    assert not Probe.objects.exists()


def test_an_old_test_of_another_server_proves_nothing(people, client_for):
    make_check(
        people.acme_domain,
        kind=Probe.Kind.NEXT_HOP,
        configured_host="elsewhere.example",
        configured_port=25,
    )

    page = text(client_for(people.alice).get(url("domain", people.acme_domain)))

    assert "noch nicht getestet" in page


def test_removing_says_what_is_held_and_keeps_it(people, client_for):
    hold = make_hold(people.acme)
    client = client_for(people.alice)

    asked = text(client.get(url("remove", people.acme_domain)))
    client.post(url("remove", people.acme_domain), {"name": "ACME.example"})
    after = client.get(reverse("quarantine:hold", kwargs={"pk": hold.pk}))

    assert "Zurückgehalten für diese Domain: 1." in asked
    assert not people.acme_domain.is_verified
    assert Hold.objects.filter(pk=hold.pk).exists()
    assert after.status_code == 200
    assert client.get(url("domain", people.acme_domain)).status_code == 404


def test_removing_asks_for_the_name(people, client_for):
    response = client_for(people.alice).post(
        url("remove", people.acme_domain), {"name": "other.example"}
    )

    assert response.status_code == 422
    assert people.acme_domain.is_verified


def test_a_trial_without_an_address_is_refused_at_the_field(people, client_for):
    response = client_for(people.alice).post(
        url("trial", people.acme_domain), {"recipient": ""}
    )

    assert response.status_code == 422
    assert "error" in text(response)


def test_a_domain_removed_meanwhile_is_missing(people, client_for):
    domain = people.acme_domain
    Domain.objects.filter(pk=domain.pk).update(removed_at=timezone.now())
    client = client_for(people.alice)

    for name in ("domain", "next_hop", "remove", "domain_policy"):
        assert client.get(url(name, domain)).status_code == 404


@pytest.mark.parametrize("name", ["add", "check", "trial", "drop_policy"])
def test_nothing_starts_by_get(people, client_for, name):
    path = reverse("domains:add") if name == "add" else url(name, people.acme_domain)

    assert client_for(people.alice).get(path).status_code == 405
