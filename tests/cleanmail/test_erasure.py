"""A customer is erased: no row, no key, and nobody else loses anything."""

from __future__ import annotations

import io
import os
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from accounts import audit_chain, outbox
from accounts.access.audit import Criteria, list_events
from accounts.audit import record
from accounts.keyring import unseal
from accounts.models import (
    AuditEvent,
    Customer,
    Domain,
    FactorReminder,
    Membership,
    User,
)
from accounts.models.customers import Policy
from accounts.tenancy import TenantOwned
from cleanmail import erasure
from quarantine import retention
from quarantine.errors import ContentErased, ContentLost
from quarantine.inventory import take_inventory
from quarantine.models import DayCount, DaySender, Hold, Message
from quarantine.segments import open_frames
from quarantine.store import ORPHAN_SECONDS, open_content
from tests import factories
from tests.conftest import actor_of, make_totp_device

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def fill(model: type[TenantOwned], people, hold: Hold) -> None:
    """Make a row of Acme's of a model that nothing else here makes one of."""
    rows = {
        Customer: people.acme, User: people.bob, Hold: hold, Domain: hold.domain,
        Message: hold.message,
    }  # fmt: skip
    values: dict[str, object] = {}
    for field in model._meta.concrete_fields:
        is_free = field.null and field.related_model is not Hold
        if field.has_default() or is_free or field.primary_key:
            continue
        if field.related_model is not None:
            others = field.related_model._base_manager
            values[field.name] = rows.get(field.related_model) or others.first()
        elif isinstance(field, models.DateTimeField):
            values[field.name] = timezone.now()
        elif isinstance(field, models.DateField):
            values[field.name] = date(2026, 11, 1)
        elif isinstance(field, models.CharField):
            values[field.name] = field.choices[0][0] if field.choices else "acme"
        else:
            values[field.name] = 1
    model._base_manager.create(**values)


@pytest.fixture
def full(people):
    """Fill every table that there is a way to fill for Acme, and some for Other."""
    domain, bob = people.acme_domain, people.bob
    hold = factories.make_hold(people.acme, decided_by=people.alice)
    factories.make_attempt(hold, "accepted")
    factories.make_hold(people.acme, recipient="rita@acme.example")
    Domain.objects.create(customer=people.acme, name="a.example", alias_of=domain)
    factories.make_address(domain, "bob.x", alias_of=people.bob_address)
    Policy.objects.create(customer=people.acme, domain=domain)
    factories.make_import(people.acme, people.alice)
    factories.make_invitation(people.acme, people.alice)
    factories.make_outbound_account(people.acme)
    factories.make_proposal(domain, "neu", asked_by=bob)
    factories.make_check(domain, created_by=people.alice)
    factories.make_sign_in(bob)
    make_totp_device(bob)
    outbox.put(bob, "password_reset")
    today = {"customer": people.acme, "day": date(2026, 11, 1), "category": "spam"}
    DayCount.objects.create(held=1, released=0, **today)
    DaySender.objects.create(held=1, released=0, sender_domain="x.example", **today)
    FactorReminder.objects.create(
        customer=people.acme, user=bob, due_on=date(2026, 12, 1), days_before=7
    )
    LogEntry.objects.create(
        user=people.operator,
        content_type=ContentType.objects.get_for_model(Domain),
        object_id=str(domain.pk),
        object_repr="acme.example",
        action_flag=CHANGE,
    )
    for model in reversed(erasure.list_owned()):
        if not model._base_manager.filter(customer=people.acme).exists():
            fill(model, people, hold)
    factories.make_hold(people.other, recipient="eva@other.example", content=b"theirs")
    record(actor_of(people.alice), "domain.add", domain)
    audit_chain.seal_events()
    Customer.objects.filter(pk=people.acme.pk).update(is_active=False)
    return hold


def erase(customer: Customer) -> str:
    out = StringIO()
    call_command("erase_customer", str(customer.pk), "--yes", stdout=out)
    return out.getvalue()


def traces(*needles: str) -> list[str]:
    """Return where any table but the audit log still says one of the words."""
    found = []
    for model in apps.get_models():
        if model is AuditEvent:
            continue
        for row in model._base_manager.values():
            said = repr({key: str(value) for key, value in row.items()})
            if any(needle in said for needle in needles):
                found.append(f"{model._meta.label}: {said[:200]}")
    return found


def test_no_row_and_no_word_of_the_customer_is_left(full, people):
    keys = (str(people.acme.pk), str(people.bob.pk), "acme", "Acme")
    assert len(traces(*keys)) > 20
    for model in erasure.list_owned():
        assert model._base_manager.filter(customer=people.acme).exists(), model

    erase(people.acme)

    assert traces(*keys) == []
    owned = [model for model in apps.get_models() if issubclass(model, TenantOwned)]
    assert len(owned) > 15
    for model in owned:
        assert not model._base_manager.filter(customer_id=people.acme.pk).exists()


def open_noise(message: Message, key: bytes, noise: bytes) -> bytes:
    return b"".join(open_frames(message.pk, key, io.BytesIO(noise), len(noise)))


def test_no_key_is_left_and_the_frames_do_not_open(full, people, settings):
    message = full.message
    path = Path(settings.STORE_DIR) / message.segment
    lost_key = unseal(bytes(message.wrapped_key), purpose="content")

    erase(people.acme)

    bytes_left = path.read_bytes()[message.segment_offset :][: message.stored_length]
    with pytest.raises(ContentLost):
        open_noise(message, AESGCM.generate_key(256), bytes_left)
    assert b"Text" in open_noise(message, lost_key, bytes_left), "only that key does"
    kept = [bytes(row.wrapped_key) for row in Message.objects.exclude(wrapped_key=None)]
    assert lost_key not in [unseal(key, purpose="content") for key in kept]


def test_others_keep_all_of_theirs(full, people):
    erase(people.acme)

    (hold,) = Hold.objects.all()
    assert b"".join(open_content(hold.message)) == b"theirs"
    assert take_inventory().is_sound
    assert Membership.objects.filter(customer=people.other).count() == 1
    assert User.objects.filter(pk=people.operator.pk).exists()


def test_the_audit_log_stays_whole_and_readable(full, people, client_for):
    alice = actor_of(people.alice)

    erase(people.acme)

    audit_chain.seal_events()
    assert audit_chain.verify().fault is None
    event = AuditEvent.objects.get(action="customer.erase")
    assert event.customer_id == people.acme.pk
    assert AuditEvent.objects.filter(actor_id=people.alice.pk).exists()
    operator = client_for(people.operator)
    for page in ("", f"{event.pk}/change/"):
        address = f"/admin/accounts/auditevent/{page}"
        assert operator.get(address).status_code == 200
    assert list(list_events(alice, Criteria()))


def test_bytes_that_no_row_names_any_more_go_within_hours(full, people, settings):
    erase(people.acme)
    monday = timezone.now().timestamp() - ORPHAN_SECONDS - 1
    for path in Path(settings.STORE_DIR).glob("*.seg"):
        os.utime(path, (monday, monday))

    retention.unlink_orphans()

    assert take_inventory().is_sound
    names = {path.name for path in Path(settings.STORE_DIR).glob("*.seg")}
    assert names == {Message.objects.get().segment}


def test_an_active_customer_is_not_erased(people):
    with pytest.raises(CommandError, match="active"):
        erase(people.acme)

    assert Domain.objects.get(pk=people.acme_domain.pk).is_verified


def test_killed_anywhere_it_is_completed_by_the_next_run(full, people, monkeypatch):
    monkeypatch.setattr(erasure, "STEP", 1)
    told: list[str] = []

    def die_late(limit: int):
        told.clear()

        def tell(what: str, _count: int) -> None:
            told.append(what)
            if len(told) == limit:
                raise KeyboardInterrupt

        return tell

    for limit in (1, 4, 7, 10):
        with pytest.raises(KeyboardInterrupt):
            erasure.erase_customer(people.acme, die_late(limit))

    erase(people.acme)

    assert traces(str(people.acme.pk), "acme") == []


def test_who_belongs_to_another_customer_too_stays(full, people):
    Membership.objects.create(user=people.bob, customer=people.other)

    erase(people.acme)

    assert User.objects.get(pk=people.bob.pk).email == "bob@acme.example"
    assert Membership.objects.get(user=people.bob).customer == people.other


def test_who_decided_elsewhere_loses_the_name_only(full, people):
    Hold.objects.filter(customer=people.other).update(decided_by=people.rita)

    erase(people.acme)

    rita = User.objects.get(pk=people.rita.pk)
    assert (rita.is_active, rita.full_name) == (False, "")
    assert "acme" not in rita.email


def test_who_left_before_is_forgotten_too(full, people):
    record(actor_of(people.rita), "auth.login")
    Membership.objects.filter(user=people.rita).delete()

    erase(people.acme)

    assert not User.objects.filter(pk=people.rita.pk).exists()


def test_content_is_erased_before_any_row_goes(full, people):
    message = Message.objects.get(pk=full.message_id)

    def stop(what: str, _count: int) -> None:
        if what == Hold._meta.label:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasure.erase_customer(people.acme, stop)

    message.refresh_from_db()
    with pytest.raises(ContentErased):
        open_content(message)


@pytest.mark.parametrize(
    ("typed", "is_gone"), [("Acme AG", True), ("Acme", False), ("", False)]
)
def test_the_name_is_typed_to_confirm(full, people, monkeypatch, typed, is_gone):
    monkeypatch.setattr("builtins.input", lambda _prompt: typed)

    if is_gone:
        call_command("erase_customer", "Acme AG", stdout=StringIO())
    else:
        with pytest.raises(CommandError, match="not the name"):
            call_command("erase_customer", "Acme AG", stdout=StringIO())

    assert Customer.objects.filter(pk=people.acme.pk).exists() is not is_gone


@pytest.mark.parametrize(
    ("said", "match"),
    [("Nobody AG", "no such"), (str(UUID(int=7)), "no such"), ("Acme AG", "the id")],
)
def test_scripts_name_the_id(full, said, match):
    with pytest.raises(CommandError, match=match):
        call_command("erase_customer", said, "--yes", stdout=StringIO())


def test_every_owned_model_goes_after_those_that_point_to_it():
    order = erasure.list_owned()

    for model in order:
        for field in model._meta.fields:
            if field.related_model in order and field.related_model is not model:
                assert order.index(model) < order.index(field.related_model)
