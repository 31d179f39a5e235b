"""Which addresses ask for a fresh proof: every one of the portal has its place here."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.test_step_up import in_ten_minutes
from tests.test_tenancy import PUBLIC, _path, all_names

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ASK_FOR_PROOF = {
    # passwords, factors, log-ins
    "accounts:change_password",
    "accounts:remove_factor",
    "accounts:rename_factor",
    "accounts:recovery_codes",
    "two_factor:setup",
    "accounts:end_sign_in",
    "accounts:end_other_sign_ins",
    "accounts:end_sign_ins_of",
    "accounts:distrust_browser",
    # people, and whose mail they reach
    "accounts:reset_person_factor",
    "accounts:change_role",
    "accounts:end_membership",
    "accounts:invite",
    "accounts:people_upload",
    "accounts:confirm_import",
    "accounts:grant",
    "accounts:alias_address",
    # credentials of machines
    "accounts:create_outbound",
    "accounts:renew_outbound",
    "accounts:end_outbound",
    "quarantine:create_map_token",
    "quarantine:revoke_map_token",
    # where mail goes, and what is held how long
    "domains:next_hop",
    "domains:remove",
    "domains:policy",
    "domains:domain_policy",
    "domains:drop_policy",
    "domains:extend_held",
    "domains:extend_held_of",
    # raw mail, release of many, erasure; one dangerous mail: test_release.py
    "quarantine:hold_source",
    "quarantine:attachment",
    "quarantine:release_many",
    "quarantine:release_all",
    "quarantine:retry_job",
    "quarantine:erase",
    "accounts:export_audit_csv",
    "accounts:export_audit_lines",
}


def asks_for_proof(client: Client, name: str) -> bool:
    path = _path(name, uuid.uuid4())
    response = client.get(path)
    if response.status_code == 405:
        response = client.post(path)
    return response.get("Location", "").startswith(reverse("accounts:step_up"))


def test_these_addresses_ask_an_old_session_for_a_proof_and_no_others(
    people, client_for
):
    names = all_names()
    client = client_for(people.alice)

    with in_ten_minutes():
        asking = {name for name in names - PUBLIC if asks_for_proof(client, name)}

    assert asking == ASK_FOR_PROOF


def test_a_fresh_session_is_asked_nowhere(people, client_for):
    client = client_for(people.alice)

    assert not {name for name in ASK_FOR_PROOF if asks_for_proof(client, name)}
