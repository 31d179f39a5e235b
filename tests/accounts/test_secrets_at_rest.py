"""What is secret stands sealed or hashed in the database, column by column."""

from __future__ import annotations

import base64
import re

import pytest
from django.apps import apps
from django.db import models

from accounts.actions.outbound import create_outbound_account
from accounts.models.devices import SmsDevice, seal_number
from accounts.models.sealed import SealedField
from tests.conftest import TOTP_SECRET, actor_of, make_totp_device
from tests.factories import PASSWORD

SUSPICIOUS = re.compile(
    r"secret|passw|token|key$|_key_|code|seal|credential|nonce|pin$|private"
)
# Columns whose names sound secret, and why what they hold is not.
HARMLESS = {
    "accounts.AuditEvent.sealed_hash": "a hash over public facts",
    "accounts.AuditHead.sealed_at": "a time",
    "accounts.Domain.control_token": "published in the DNS",
    "accounts.PasskeyDevice.credential_id": "the public half of a passkey",
    "accounts.PasskeyDevice.public_key": "the public half of a passkey",
    "accounts.Throttle.key": "a keyed hash",
    "accounts.User.password": "an argon2id hash, by Django's own name",
    "diagnostics.AgentRun.key": "tells runs of the agent apart, opens nothing",
    "diagnostics.Probe.has_password": "whether one was typed, not which",
    "diagnostics.Probe.nonce": "marks the mail of a probe, opens nothing",
    "diagnostics.ScannerSession.key": "a hash over public facts of a session",
    "diagnostics.ScannerSession.nonce": "that of a probe, read from the log",
    "diagnostics.UnmatchedSession.key": "a hash over public facts of a session",
    "diagnostics.UnmatchedSession.nonce": "that of a probe, read from the log",
    "quarantine.Hold.dedupe_key": "a hash",
    "quarantine.ReleaseAttempt.enhanced_status_code": "RFC 3463",
    "quarantine.ReleaseAttempt.reply_code": "RFC 5321",
}
# Bytes that the key ring has not sealed.
PLAIN_BYTES = {
    "accounts.PasskeyDevice.credential_id",
    "accounts.PasskeyDevice.public_key",
    "accounts.PasskeyDevice.user_handle",
}


def columns() -> dict[str, models.Field]:
    houses = ("accounts", "quarantine", "diagnostics")
    return {
        f"{model._meta.label}.{field.name}": field
        for house in houses
        for model in apps.get_app_config(house).get_models()
        for field in model._meta.concrete_fields
    }


def test_s19_no_column_holds_a_secret_in_clear():
    bare = [
        name
        for name, field in columns().items()
        if SUSPICIOUS.search(field.name)
        and not isinstance(field, SealedField | models.ForeignKey)
        and not field.primary_key
        and not field.name.endswith(("_hash", "_hint"))
        and name not in HARMLESS
    ]

    assert not bare, "seal it, hash it, or say here why it is no secret"
    assert not set(HARMLESS) - set(columns())


def test_s19_every_column_of_bytes_is_sealed_for_a_purpose():
    binary = {
        name: field
        for name, field in columns().items()
        if isinstance(field, models.BinaryField) and name not in PLAIN_BYTES
    }

    assert len(binary) >= 6
    for name, field in binary.items():
        assert isinstance(field, SealedField), name
        assert field.purpose, name


def everything() -> bytes:
    """Return all values of all tables, one after the other."""
    values = [
        value
        for model in apps.get_models()
        for row in model._base_manager.values_list()
        for value in row
    ]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in values
    )


@pytest.mark.db
@pytest.mark.django_db
def test_s19_nothing_that_opens_a_log_in_is_found_in_any_table(people):
    alice = actor_of(people.alice)
    created = create_outbound_account("Drucker", actor=alice)
    make_totp_device(people.bob)
    number = "+41791234567"
    SmsDevice.objects.create(
        user=people.bob, sealed_number=seal_number(number), number_hint="… 67"
    )
    secrets = [PASSWORD.encode(), created.password.encode(), number.encode()]
    secrets += [TOTP_SECRET, base64.b32encode(TOTP_SECRET), TOTP_SECRET.hex().encode()]

    said = everything()

    assert created.account.username.encode() in said
    assert not [secret for secret in secrets if secret in said]
