"""The floor of releases: one table of category and role, below every policy.

Each cell is walked over the portal's own button: with and without the policy's leave,
a proof of the last minutes, a word that one knows what it is. With a cell turned over
the outcome turns over too, for that role and category and no other.
"""

from __future__ import annotations

import itertools

import pytest
from django.urls import reverse

from accounts import release_floor
from accounts.forms.policies import PolicyForm
from accounts.models import AuditEvent, Membership, Policy
from accounts.models.customers import Category
from accounts.release_floor import FLOOR, Way
from accounts.tenancy import Role
from cleanmail.domains.rules import list_rules
from quarantine.models import Hold
from quarantine.states import State
from tests.factories import make_hold

pytestmark = [pytest.mark.django_db, pytest.mark.db]

CELLS = list(itertools.product(Role, Category))
# Policy's leave, fresh proof, confirmed.
CASES = [
    (False, True, True),
    (True, False, False),
    (True, True, False),
    (True, True, True),
]
RELEASED, RESERVED, LED, UNCONFIRMED = 303, 403, 302, 422
OUTCOMES = {
    Way.NEVER: [RESERVED, RESERVED, RESERVED, RESERVED],
    Way.BY_POLICY: [RESERVED, RELEASED, RELEASED, RELEASED],
    Way.BY_POLICY_PROVED: [RESERVED, LED, RELEASED, RELEASED],
    Way.FREELY: [RELEASED, RELEASED, RELEASED, RELEASED],
    Way.PROVED: [RELEASED, LED, RELEASED, RELEASED],
    Way.CONFIRMED: [RELEASED, LED, UNCONFIRMED, RELEASED],
}
# Written out, not read from the table: a cell that changes must be changed here too.
EXPECTED = {
    (Role.MEMBER, Category.SPAM): Way.BY_POLICY,
    (Role.MEMBER, Category.BULK): Way.BY_POLICY,
    (Role.MEMBER, Category.PHISHING): Way.BY_POLICY_PROVED,
    (Role.MEMBER, Category.VIRUS): Way.NEVER,
    (Role.MEMBER, Category.ATTACHMENT): Way.BY_POLICY,
    (Role.MEMBER, Category.POLICY): Way.BY_POLICY,
    (Role.MEMBER, Category.OTHER): Way.BY_POLICY,
    (Role.ADMIN, Category.SPAM): Way.FREELY,
    (Role.ADMIN, Category.BULK): Way.FREELY,
    (Role.ADMIN, Category.PHISHING): Way.PROVED,
    (Role.ADMIN, Category.VIRUS): Way.CONFIRMED,
    (Role.ADMIN, Category.ATTACHMENT): Way.FREELY,
    (Role.ADMIN, Category.POLICY): Way.FREELY,
    (Role.ADMIN, Category.OTHER): Way.FREELY,
}


@pytest.fixture
def outcomes(people, client_for):
    """Return a function: the answers to bob's click in that role, case by case."""

    def click(role: str, category: str) -> list[int]:
        Membership.objects.filter(user=people.bob).update(role=role)
        client = client_for(people.bob)
        proof = client.session["proof"]
        answers = []
        for has_leave, is_proved, is_confirmed in CASES:
            leave = Category.values if has_leave else []
            Policy.objects.filter(customer=people.acme).update(member_categories=leave)
            session = client.session
            session["proof"] = proof if is_proved else {}
            session.save()
            hold = make_hold(people.acme, category=category)
            form = {"knows": category} if is_confirmed else {}
            response = client.post(f"/holds/{hold.pk}/release", form)
            is_released = Hold.objects.get(pk=hold.pk).state == State.RELEASING
            assert is_released == (response.status_code == RELEASED)
            answers.append(response.status_code)
        return answers

    return click


@pytest.mark.parametrize(("role", "category"), CELLS)
def test_s15_each_cell_decides_what_the_button_does(role, category, outcomes):
    assert FLOOR[role][category] == EXPECTED[role, category]
    assert outcomes(role, category) == OUTCOMES[EXPECTED[role, category]]


@pytest.mark.parametrize(("role", "category"), CELLS)
def test_s15_turning_one_cell_over_turns_the_outcome_over(
    role, category, outcomes, monkeypatch
):
    is_closed = FLOOR[role][category] == Way.NEVER
    turned = Way.FREELY if is_closed else Way.NEVER
    row = FLOOR[role] | {category: turned}
    monkeypatch.setitem(release_floor.FLOOR, role, row)

    assert outcomes(role, category) == OUTCOMES[turned]


def test_a_role_or_category_that_is_not_written_down_releases_nothing():
    assert release_floor.way_of("owner", Category.SPAM) == Way.NEVER
    assert release_floor.way_of(Role.ADMIN, "new") == Way.NEVER


def test_no_page_offers_members_what_the_floor_forbids(people, client_for):
    page = client_for(people.alice).get(reverse("domains:policy"))

    offered = {value for value, _ in PolicyForm().fields["member_categories"].choices}
    assert offered == set(Category.values) - {"virus"}
    assert 'name="held_categories" value="virus"' not in page.content.decode()
    assert 'name="member_categories" value="virus"' not in page.content.decode()


def test_a_rule_that_forgets_the_floor_is_refused_and_an_old_one_not_told(
    people, client_for
):
    rules = {
        "held_categories": ["spam"], "member_categories": ["virus"],
        "retention_days": "30", "digest_rhythm": "daily", "digest_at": "07:30",
        "second_factor": "nobody", "second_factor_grace_days": "0",
    }  # fmt: skip
    old = Policy(member_categories=["spam", "virus"])

    response = client_for(people.alice).post(reverse("domains:policy"), rules)

    assert response.status_code == 422
    assert dict(list_rules(old))["Benutzer geben selbst frei"] == "Spam"


def test_a_member_sees_no_release_of_a_virus_whatever_the_policy_says(
    people, client_for
):
    Policy.objects.filter(customer=people.acme).update(
        member_categories=Category.values
    )
    hold = make_hold(people.acme, category="virus")

    page = client_for(people.bob).get(f"/holds/{hold.pk}/").content.decode()

    assert f"/holds/{hold.pk}/release" not in page
    assert f"/holds/{hold.pk}/request" in page
    assert "gibt nur der Administrator Ihrer Firma frei." in page


@pytest.mark.parametrize(
    ("url", "state"), [("release", State.HELD), ("again/release", State.FAILED)]
)
def test_a_virus_leaves_only_with_a_word_that_one_knows_what_it_is(
    people, client_for, url, state
):
    hold = make_hold(people.acme, category="virus", state=state)
    client = client_for(people.alice)
    address = f"/holds/{hold.pk}/{url}"

    asked = client.get(f"/holds/{hold.pk}/").content.decode()
    silent = client.post(address)
    other = client.post(address, {"knows": "spam"})
    swapped = client.post(address, headers={"HX-Request": "true"})
    before = Hold.objects.get(pk=hold.pk).state
    sure = client.post(address, {"knows": "virus"})

    assert 'name="knows" value="virus"' in asked
    assert "Ich weiss, dass in dieser E-Mail Schadsoftware steckt" in asked
    assert [it.status_code for it in (silent, other, swapped)] == [422] * 3
    assert "Noch nicht freigegeben." in silent.content.decode()
    assert "<html" not in swapped.content.decode()
    assert before == state
    assert sure.status_code == 303
    assert AuditEvent.objects.get(action="hold.release").detail == {
        "confirmed": "virus"
    }


def test_a_selection_never_takes_a_virus_along(people, client_for):
    spam, virus = make_hold(people.acme), make_hold(people.acme, category="virus")

    page = client_for(people.alice).post(
        "/holds/release", {"hold": [spam.pk, virus.pk]}, follow=True
    )

    assert "1 E-Mail mit Schadsoftware blieb liegen" in page.content.decode()
    assert Hold.objects.get(pk=virus.pk).state == State.HELD
    assert Hold.objects.get(pk=spam.pk).state == State.RELEASING


def test_an_admin_says_no_to_a_request_for_a_virus_without_confirming(
    people, client_for
):
    hold = make_hold(people.acme, category="virus", state=State.REQUESTED)

    response = client_for(people.alice).post(f"/holds/{hold.pk}/deny")

    assert response.status_code == 303
    assert Hold.objects.get(pk=hold.pk).state == State.HELD
