"""The operator's commands."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import audit_chain
from accounts.actions import sign_ins
from accounts.models import AuditEvent, Customer, Domain, Membership, User
from accounts.second_factor import has_factor
from accounts.tenancy import Role
from tests.accounts.conftest import CALLER
from tests.accounts.test_password_reset import follow
from tests.conftest import make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def run(*arguments: str) -> str:
    """Run a command and return what it printed."""
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_create_customer_prints_a_link_that_works(db, client: Client):
    printed = run("create_customer", "Muster AG", "Müster.example", "Eva@m.example")

    response = follow(client, re.search(r"http://\S+", printed).group())

    eva = User.objects.get(email="eva@m.example")
    assert response.url == "/password/done/"
    assert eva.memberships.get().role == Role.ADMIN
    assert Domain.objects.get().name == "xn--mster-kva.example"
    assert Customer.objects.get().name == "Muster AG"


def test_create_customer_refuses_a_domain_twice(people):
    with pytest.raises(CommandError, match="already"):
        run("create_customer", "Zwei AG", "acme.example", "eva@m.example")

    assert not Customer.objects.filter(name="Zwei AG").exists()


@pytest.mark.parametrize(
    ("domain", "admin"), [("a b", "eva@m.example"), ("m.example", "eva")]
)
def test_create_customer_refuses_nonsense(db, domain, admin):
    with pytest.raises(CommandError):
        run("create_customer", "Muster AG", domain, admin)

    assert not Membership.objects.exists()


def test_reset_factor_is_audited_and_told(
    people, worker_in_line, django_capture_on_commit_callbacks
):
    make_totp_device(people.alice)

    with django_capture_on_commit_callbacks(execute=True):
        run("reset_factor", "Alice@acme.example", "--reason", "Telefon verloren")

    event = AuditEvent.objects.get(action="factor.reset")
    assert not has_factor(people.alice)
    assert event.detail == {"reason": "Telefon verloren", "factors": 1}
    assert "zurückgesetzt" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "arguments",
    [("nobody@acme.example", "--reason", "x"), ("alice@acme.example", "--reason", " ")],
)
def test_reset_factor_needs_a_person_and_a_reason(people, arguments):
    with pytest.raises(CommandError):
        run("reset_factor", *arguments)


def test_verify_audit_names_the_unsealed_tail(people):
    sign_ins.open_sign_in(people.bob, CALLER, kind="app")
    audit_chain.seal_events()
    sign_ins.note_sign_out(people.bob, None)

    printed = run("verify_audit")

    assert "1 entries sealed" in printed
    assert "1 not sealed yet" in printed
    assert "auth.logout" in printed
