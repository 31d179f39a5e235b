"""The rules: of the customer, and of a domain."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.factor_demand import find_demand
from accounts.forms.policies import PolicyForm
from accounts.models import AuditEvent, Policy
from cleanmail.domains.rules import list_rules
from quarantine.models import Hold
from tests.factories import make_domain
from tests.quarantine.test_intake_hold import SPAM, keep, transaction

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LATER = SPAM.replace(b"Q1", b"Q2")
RULES = {
    "held_categories": ["spam", "bulk"],
    "member_categories": ["spam"],
    "retention_days": "14",
    "digest_rhythm": "daily",
    "digest_at": "07:30",
}
FACTOR = {
    "second_factor": "everybody",
    "second_factor_from": "",
    "second_factor_grace_days": "5",
}


def url(name: str, domain) -> str:
    return reverse(f"domains:{name}", kwargs={"pk": domain.pk})


def test_the_customers_rules_are_kept_and_audited(people, client_for):
    response = client_for(people.alice).post(reverse("domains:policy"), RULES | FACTOR)

    policy = Policy.objects.get(customer=people.acme, domain=None)
    detail = AuditEvent.objects.get(action="policy.change").detail
    assert response.status_code == 302
    assert policy.held_categories == ["spam", "bulk"]
    assert policy.retention_days == 14
    assert policy.second_factor_from == timezone.localdate()
    assert detail["before"]["retention_days"] == 30
    assert detail["after"]["retention_days"] == 14
    assert detail["after"]["digest_at"] == "07:30:00"


def test_release_by_link_is_off_until_somebody_decides(people, client_for):
    client = client_for(people.alice)
    client.post(reverse("domains:policy"), RULES | FACTOR)
    before = Policy.objects.get(customer=people.acme, domain=None)
    client.post(
        reverse("domains:policy"), RULES | FACTOR | {"may_release_by_link": "on"}
    )
    after = Policy.objects.get(customer=people.acme, domain=None)

    assert not before.may_release_by_link
    assert after.may_release_by_link
    assert "checked" in str(PolicyForm.of(after)["may_release_by_link"])
    assert "Freigabe ohne Anmeldung" in dict(list_rules(after))["Übersicht per E-Mail"]


def test_the_form_shows_what_holds(people, client_for):
    client = client_for(people.alice)
    client.post(reverse("domains:policy"), RULES | FACTOR)

    again = client.get(reverse("domains:policy"))
    client.post(reverse("domains:policy"), RULES | FACTOR)

    assert 'value="07:30"' in again.content.decode()
    assert AuditEvent.objects.filter(action="policy.change").count() == 1


def test_a_domain_gets_rules_of_its_own_and_loses_them(people, client_for):
    client = client_for(people.alice)
    domain = people.acme_domain

    client.post(url("domain_policy", domain), RULES)
    own = Policy.objects.get(domain=domain)
    client.post(url("drop_policy", domain))

    assert own.retention_days == 14
    assert not Policy.objects.filter(domain=domain).exists()
    assert Policy.objects.get(customer=people.acme).retention_days == 30


def test_rules_of_a_domain_demand_no_factor(people, client_for):
    client_for(people.alice).post(
        url("domain_policy", people.acme_domain), RULES | FACTOR
    )

    assert find_demand(people.bob) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"retention_days": "0"}, {"retention_days": "366"}, {"digest_at": "25:00"},
        {"held_categories": ["nonsense"]}, {"second_factor": "nonsense"},
        {"second_factor_grace_days": "91"},
    ],
)  # fmt: skip
def test_nonsense_is_refused(people, client_for, wrong):
    response = client_for(people.alice).post(
        reverse("domains:policy"), RULES | FACTOR | wrong
    )

    assert response.status_code == 422
    assert Policy.objects.get(customer=people.acme).retention_days == 30


def test_rules_of_strangers_are_out_of_reach(people, client_for):
    response = client_for(people.charlie).post(
        url("domain_policy", people.acme_domain), RULES
    )

    assert response.status_code == 404
    assert not Policy.objects.exclude(domain=None).exists()


def test_new_mail_follows_the_rules_of_its_domain(people, client_for):
    two = make_domain(people.acme, "zwei.example")
    lenient = RULES | {"held_categories": ["phishing"]}
    keep(transaction("bob@zwei.example", queue_id="Q1"))

    client_for(people.alice).post(url("domain_policy", two), lenient)
    keep(transaction("eva@zwei.example", queue_id="Q2", content=LATER))
    keep(transaction("bob@acme.example", queue_id="Q2", content=LATER))

    states = dict(Hold.objects.values_list("envelope_recipient", "state"))
    days = {
        hold.envelope_recipient: (hold.expires_at - hold.received_at).days
        for hold in Hold.objects.all()
    }
    assert states == {
        "bob@zwei.example": "held",  # came before
        "eva@zwei.example": "releasing",
        "bob@acme.example": "held",
    }
    assert days == {
        "bob@zwei.example": 30, "eva@zwei.example": 14, "bob@acme.example": 30,
    }  # fmt: skip


def test_a_category_is_kept_for_days_of_its_own(people, client_for):
    client = client_for(people.alice)

    client.post(reverse("domains:policy"), RULES | FACTOR | {"days_virus": "7"})

    policy = Policy.objects.get(customer=people.acme)
    assert policy.category_days == {"virus": 7}
    assert (policy.days_for("virus"), policy.days_for("spam")) == (7, 14)
    again = client.get(reverse("domains:policy"))
    assert again.context["form"]["days_virus"].value() == 7
    client.post(reverse("domains:policy"), RULES | FACTOR | {"days_virus": ""})
    assert Policy.objects.get(customer=people.acme).category_days == {}


def test_empty_days_show_which_ones_hold(people, client_for):
    client = client_for(people.alice)
    client.post(reverse("domains:policy"), RULES | FACTOR)

    page = client.get(reverse("domains:policy")).content.decode()

    assert 'placeholder="14"' in page


@pytest.mark.parametrize("days", ["0", "366", "viele"])
def test_days_of_a_category_out_of_bounds_are_refused(people, client_for, days):
    response = client_for(people.alice).post(
        reverse("domains:policy"), RULES | FACTOR | {"days_virus": days}
    )

    assert response.status_code == 422
    assert Policy.objects.get(customer=people.acme).category_days == {}
