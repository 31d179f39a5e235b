"""The one table of permissions: each cell decides one thing, and nothing else does.

For each permission there is an act that needs it. With the table as it is, each role
can do what is written here; with any single cell turned over, the act's outcome turns
over too: no cell is dead, no second rule stands beside the table.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import pytest
from django.test import Client
from django.urls import reverse

from accounts import tenancy
from accounts.models import Domain, Membership
from accounts.tenancy import (
    ROLE_PERMISSIONS,
    STAFF_PERMISSIONS,
    Permission,
    Role,
    StaffRole,
)
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]

MEMBERS_MAY = {
    Permission.VIEW_HOLDS,
    Permission.RELEASE,
    Permission.DISCARD,
    Permission.KEEP_OWN_SENDERS,
}

Act = Callable[[Client, "World"], int]


class World:
    """One row of each kind that an act is about."""

    def __init__(self, people) -> None:
        self.people = people
        factories.make_scanner()
        self.hold = factories.make_hold(people.acme, recipient="bob@acme.example")
        self.domain = Domain.objects.get(customer=people.acme)


def _get(name: str) -> Act:
    return lambda client, _world: client.get(reverse(name)).status_code


def _on_hold(name: str) -> Act:
    def act(client: Client, world: World) -> int:
        address = reverse(f"quarantine:{name}", args=[world.hold.pk])
        return client.post(address).status_code

    return act


def _see_of_hold(name: str) -> Act:
    def act(client: Client, world: World) -> int:
        address = reverse(f"quarantine:{name}", args=[world.hold.pk])
        return client.get(address).status_code

    return act


def _start_probe(client: Client, _world: World) -> int:
    address = reverse("diagnostics:probe_start")
    form = {"configured_host": "out.cleanmail.example", "configured_port": "587"}
    return client.post(address, form).status_code


ACTS: dict[Permission, Act] = {
    Permission.VIEW_HOLDS: _get("quarantine:holds"),
    Permission.RELEASE: _on_hold("release"),
    Permission.DISCARD: _on_hold("discard"),
    Permission.VIEW_RAW: _see_of_hold("hold_source"),
    Permission.KEEP: _see_of_hold("keep"),
    Permission.ERASE: _see_of_hold("erase"),
    Permission.VIEW_PROBES: _get("diagnostics:probes"),
    Permission.START_PROBE: _start_probe,
    Permission.KEEP_OWN_SENDERS: _get("quarantine:own_senders"),
    Permission.MANAGE_SENDERS: _get("quarantine:senders"),
    Permission.MANAGE_DOMAINS: _get("domains:domains"),
    Permission.MANAGE_PEOPLE: _get("accounts:people"),
    Permission.MANAGE_OUTBOUND: _get("accounts:outbound_accounts"),
    Permission.VIEW_AUDIT: _get("accounts:audit"),
    Permission.VIEW_DASHBOARD: _get("dashboard:dashboard"),
}
# The overview shows domains and people too: it takes those permissions as well.
NOT_ALONE = {(Role.MEMBER, Permission.VIEW_DASHBOARD)}
CELLS = [(role, permission) for role in Role for permission in Permission]


@pytest.fixture
def outcome(people, client_for) -> Callable[[str, Permission], bool]:
    """Return a function that says whether bob, in that role, can do the act."""

    def can(role: str, permission: Permission) -> bool:
        Membership.objects.filter(user=people.bob).update(role=role)
        status = ACTS[permission](client_for(people.bob), World(people))
        assert status in {200, 302, 303, 403}, status
        return status != 403

    return can


def test_every_permission_has_an_act():
    assert set(ACTS) == set(Permission)


@pytest.mark.parametrize(("role", "permission"), CELLS)
def test_the_role_can_do_what_the_table_says(role, permission, outcome):
    expected = role == Role.ADMIN or permission in MEMBERS_MAY

    assert outcome(role, permission) is expected


def test_the_table_is_what_is_written_here():
    assert {
        Role.MEMBER: frozenset(MEMBERS_MAY),
        Role.ADMIN: frozenset(Permission),
    } == ROLE_PERMISSIONS


@pytest.mark.parametrize(
    ("role", "permission"), [cell for cell in CELLS if cell not in NOT_ALONE]
)
def test_turning_one_cell_over_turns_the_outcome_over(
    role, permission, outcome, monkeypatch
):
    before = permission in ROLE_PERMISSIONS[role]
    turned = ROLE_PERMISSIONS[role] ^ {permission}
    monkeypatch.setitem(tenancy.ROLE_PERMISSIONS, role, turned)

    assert outcome(role, permission) is not before


# Written out, not computed: a cell that changes must be changed here too.
SUPPORT = """
    diagnostics.view_probe diagnostics.view_evidence diagnostics.view_case
    diagnostics.change_case
    accounts.view_customer
    accounts.view_domain accounts.view_outboundscanner accounts.view_outboundaccount
""".split()  # noqa: SIM905 (a table of words)


def test_staff_may_do_what_is_pinned_here_and_nothing_else():
    assert STAFF_PERMISSIONS[StaffRole.NONE] == frozenset()
    assert STAFF_PERMISSIONS[StaffRole.SUPPORT] == set(SUPPORT)
    assert STAFF_PERMISSIONS[StaffRole.OPERATOR] == {
        *SUPPORT,
        "accounts.view_auditevent",
        "accounts.view_outgoingmail",
        *(
            f"accounts.{verb}_{model}"
            for model in (
                "customer", "domain", "policy", "user", "address", "addressgrant",
                "membership", "outboundscanner",
            )
            for verb in ("view", "add", "change", "delete")
        ),
    }  # fmt: skip


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.OPERATOR])
def test_django_admin_asks_the_table_alone(role, people, client_for, monkeypatch):
    person = people.support if role == StaffRole.SUPPORT else people.operator
    empty = MappingProxyType(dict.fromkeys(STAFF_PERMISSIONS, frozenset()))
    monkeypatch.setattr("accounts.models.people.STAFF_PERMISSIONS", empty)

    client = client_for(person)

    for model in ("customer", "domain", "user", "auditevent", "outboundscanner"):
        address = reverse(f"admin:accounts_{model}_changelist")
        assert client.get(address).status_code == 403, model
