"""Every address of the portal, walked by a stranger.

Each URL name has a row: public, own (about the person who asks only), collection (shows
nothing of the stranger's) or object (missing and somebody else's look the same, byte
for byte). A URL without a row fails.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import audit
from quarantine.models import CustomerMapToken
from tests import factories
from tests.conftest import actor_of

pytestmark = pytest.mark.db

MARK = "Nur-fuer-Acme-sichtbar"

PUBLIC = {
    "healthz",
    "readyz",
    "set_language",
    "two_factor:login",
    "accounts:logout",  # ends whatever session there is
    "accounts:password_reset",
    "accounts:password_reset_sent",
    "accounts:password_reset_confirm",
    "accounts:password_reset_done",
    "accounts:claim",  # the same answer for every address
    "accounts:claim_sent",
    "accounts:invitation",  # whoever holds a token that opens it
    "quarantine:digest_link",  # whoever holds a token that opens it
    "quarantine:digest_status",
    "quarantine:digest_act",
    "quarantine:digest_stop",
    "diagnostics:agent_script",  # whoever holds its token: test_agent_portal.py
    "diagnostics:agent_report",
    "quarantine:sender_map",  # whoever holds its token: test_sender_map.py
    "accounts:sms_status",  # about the SMS that this very session has asked for
}
# Pages about nobody but the person who asks.
OWN: set[str] = {
    "start",
    "accounts:export_audit_csv",  # what the page shows: test_audit_page.py
    "accounts:export_audit_lines",
    "accounts:administration",  # leads on, says nothing about anybody
    "dashboard:dashboard",  # figures of the person's customer: test_dashboard.py
    "accounts:profile",
    "quarantine:digest_settings",
    "accounts:settings",
    "accounts:change_password",
    "accounts:remove_factor",
    "accounts:rename_factor",
    "accounts:recovery_codes",
    "accounts:recovery_codes_kept",
    "accounts:sign_ins",
    "accounts:end_other_sign_ins",
    "accounts:step_up",
    "accounts:invite",
    "accounts:people_upload",
    "accounts:ask_address",
    "accounts:choose_organisation",
    "accounts:accept_invitation",  # opens by token, to whom it was sent only
    "accounts:send_step_up_code",
    "two_factor:setup",
    "accounts:create_outbound",  # makes a row of the person's own customer
    "domains:add",  # claims for the person's own customer
    "domains:extend_held",  # of the person's own customer
    "domains:policy",  # of the person's own customer
    "quarantine:export_holds",  # what the list shows: test_export.py
    "quarantine:select_all",  # makes a row about what the person sees themselves
    "quarantine:own_senders",  # of the person alone: test_sender_rules.py
    "quarantine:add_own_sender",
    "quarantine:create_map_token",  # makes a row of the person's own customer
    "quarantine:add_sender",  # makes a row of the person's own customer
    "diagnostics:error_text_start",  # makes a row of the person's own customer
    "diagnostics:probe_start",  # makes a row of the person's own customer
    "diagnostics:monitor_add",  # makes a row of the person's own customer
    "diagnostics:monitor_mail_on",  # of the person alone
    "diagnostics:monitor_mail_off",
}
COLLECTION: set[str] = {
    "accounts:people",
    "accounts:addresses",
    "quarantine:holds",
    "quarantine:hold_rows",
    "quarantine:bulk_jobs",
    "quarantine:senders",
    "quarantine:map_tokens",
    "diagnostics:probes",
    "diagnostics:cases",
    "diagnostics:monitors",
    "domains:domains",
    "accounts:outbound_accounts",
    "accounts:audit",
}
POST_COLLECTION: dict[str, str] = {
    # Acts on the ids in the form: another's id is a 404.
    "quarantine:release_many": "hold",
    "quarantine:discard_many": "hold",
    "quarantine:undo_many": "hold",
    "quarantine:remove_senders": "rule",
    "quarantine:restore_senders": "rule",
}
# Name → which row of Acme's the address is about.
OBJECT: dict[str, str] = {
    "quarantine:hold": "hold",
    "quarantine:hold_row": "hold",
    "quarantine:hold_preview": "hold",
    "quarantine:hold_source": "hold",
    "quarantine:attachment": "hold",
    "quarantine:sender": "rule",
    "quarantine:hold_status": "hold",
    "quarantine:bulk_job": "job",
    "quarantine:bulk_progress": "job",
    "quarantine:keep": "hold",
    "quarantine:erase": "hold",
    "accounts:person": "person",
    "accounts:end_membership": "person",
    "accounts:alias_address": "proposal",
    "accounts:grant": "person",
    "accounts:reset_person_factor": "person",
    "accounts:people_import": "import",
    "accounts:people_import_progress": "import",
    "diagnostics:probe": "probe",
    "diagnostics:probe_progress": "probe",
    "diagnostics:checklist": "probe",
    "diagnostics:case_new": "probe",
    "diagnostics:case": "case",
    "diagnostics:case_export": "case",
    "diagnostics:monitor": "monitor",
    "domains:domain": "domain",
    "domains:progress": "domain",
    "domains:next_hop": "domain",
    "domains:remove": "domain",
    "domains:domain_policy": "domain",
    "accounts:end_outbound": "outbound",
}
POST_OBJECT: dict[str, str] = {
    "diagnostics:paste_output": "probe",
    "diagnostics:error_text_add": "probe",
    "diagnostics:agent_line": "probe",
    "diagnostics:agent_paste": "probe",
    "diagnostics:case_open": "probe",
    "diagnostics:case_reply": "case",
    "diagnostics:case_close": "case",
    "diagnostics:case_reopen": "case",
    "accounts:end_sign_in": "sign_in",
    "accounts:end_sign_ins_of": "person",
    "accounts:distrust_browser": "trusted",
    "accounts:change_role": "person",
    "accounts:accept_address": "proposal",
    "accounts:ignore_address": "proposal",
    "accounts:take_grant": "person",
    "accounts:confirm_import": "import",
    "accounts:invite_again": "invitation",
    "accounts:withdraw_invitation": "invitation",
    "quarantine:release_all": "job",
    "quarantine:discard_all": "job",
    "quarantine:undo_all": "job",
    "quarantine:cancel_job": "job",
    "quarantine:retry_job": "job",
    "quarantine:mark_seen": "hold",
    "quarantine:release": "hold",
    "quarantine:release_allow": "hold",
    "quarantine:block_sender": "hold",
    "quarantine:unblock_sender": "hold",
    "quarantine:revoke_map_token": "token",
    "quarantine:release_again": "hold",
    "quarantine:discard": "hold",
    "quarantine:undo": "hold",
    "quarantine:request_release": "hold",
    "quarantine:withdraw_request": "hold",
    "quarantine:report": "hold",
    "quarantine:withdraw_report": "hold",
    "quarantine:deny": "hold",
    "quarantine:confirm_arrival": "hold",
    "quarantine:end_keep": "hold",
    "diagnostics:monitor_on": "monitor",
    "diagnostics:monitor_off": "monitor",
    "diagnostics:monitor_interval": "monitor",
    "domains:check": "domain",
    "domains:trial": "domain",
    "domains:drop_policy": "domain",
    "domains:extend_held_of": "domain",
    "accounts:renew_outbound": "outbound",
}


def walk(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield each URL's full name; Django admin is guarded as a whole."""
    for item in patterns:
        if isinstance(item, URLResolver):
            if item.app_name == "admin":
                continue
            inner = f"{prefix}{item.namespace}:" if item.namespace else prefix
            yield from walk(item.url_patterns, inner)
        else:
            yield f"{prefix}{item.name}", item


def all_names() -> set[str]:
    return {name for name, _ in walk(get_resolver().url_patterns)}


def scrub(response: HttpResponse) -> str:
    """Remove what differs between any two answers: CSRF token and ids."""
    text = response.content.decode()
    text = re.sub(r'("X-CSRFToken": |csrfmiddlewaretoken" value=)"[^"]+"', "", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)


@pytest.fixture
def acme_rows(people) -> dict[str, uuid.UUID]:
    """Make one row of each kind for Acme."""
    hold = factories.make_hold(
        people.acme,
        recipient="bob@acme.example",
        subject=MARK,
        content=(
            f"Subject: {MARK}\r\nFrom: <m@x.example>\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\n\r\n{MARK}\r\n"
            "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
            f"{MARK}\r\n--b--\r\n"
        ).encode(),
    )
    people.bob.full_name = MARK
    people.bob.save()
    audit.record(actor_of(people.alice), "membership.role", people.bob)
    sign_in = factories.make_sign_in(people.bob)
    return {
        "hold": hold.pk,
        "job": factories.make_bulk_job(people.alice, hold).pk,
        "token": CustomerMapToken.objects.create(
            customer=people.acme, token_hash=MARK
        ).pk,
        "rule": factories.make_rule(people.acme, "shop.example", note=MARK).pk,
        "probe": factories.make_probe(people.acme).pk,
        "case": factories.make_case(people.acme).pk,
        "monitor": factories.make_monitor(people.acme).pk,
        "person": people.bob.pk,
        "proposal": factories.make_proposal(people.acme_domain, "seen").pk,
        "import": factories.make_import(people.acme, people.alice).pk,
        "sign_in": sign_in.pk,
        "trusted": sign_in.known_id,
        "invitation": factories.make_invitation(people.acme, people.alice).pk,
        "domain": people.acme_domain.pk,
        "outbound": factories.make_outbound_account(people.acme, name=MARK).pk,
    }


def test_s15_every_address_has_a_row():
    known = PUBLIC | OWN | COLLECTION | {*POST_COLLECTION, *OBJECT, *POST_OBJECT}

    assert all_names() == known


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(all_names() - PUBLIC))
def test_nobody_reaches_it_without_logging_in(name: str, client: Client):
    path = _path(name, uuid.uuid4())

    response = client.get(path)

    assert response.status_code in {302, 405}
    if response.status_code == 302:
        assert response["Location"].startswith(reverse("two_factor:login"))


def _path(name: str, pk: uuid.UUID) -> str:
    pattern = dict(walk(get_resolver().url_patterns))[name]
    keywords = {
        key: pk
        if key == "pk"
        else ("0" if type(converter).__name__ == "IntConverter" else "x")
        for key, converter in pattern.pattern.converters.items()
    }
    return reverse(name, kwargs=keywords)


@pytest.mark.parametrize("name", sorted(COLLECTION))
def test_collection_shows_nothing_of_a_stranger(
    name: str, people, client_for: Callable[..., Client], acme_rows: dict[str, Any]
):
    own = client_for(people.alice).get(reverse(name)).content.decode()
    strange = client_for(people.charlie).get(reverse(name)).content.decode()

    assert MARK in own or any(str(pk) in own for pk in acme_rows.values())
    assert MARK not in strange
    assert not any(str(pk) in strange for pk in acme_rows.values())


@pytest.mark.parametrize("name", sorted(OBJECT))
def test_object_of_a_stranger_looks_like_a_missing_one(
    name: str, people, client_for: Callable[..., Client], acme_rows: dict[str, Any]
):
    client = client_for(people.charlie)

    foreign = client.get(_path(name, acme_rows[OBJECT[name]]))
    missing = client.get(_path(name, uuid.uuid4()))

    assert (
        client_for(people.alice).get(_path(name, acme_rows[OBJECT[name]])).status_code
        == 200
    )
    assert foreign.status_code == missing.status_code == 404
    assert scrub(foreign) == scrub(missing)


@pytest.mark.parametrize("name", sorted(POST_OBJECT))
def test_nobody_acts_on_an_object_of_a_stranger(
    name: str, people, client_for: Callable[..., Client], acme_rows: dict[str, Any]
):
    client = client_for(people.charlie)

    foreign = client.post(_path(name, acme_rows[POST_OBJECT[name]]))
    missing = client.post(_path(name, uuid.uuid4()))
    by_get = client.get(_path(name, acme_rows[POST_OBJECT[name]]))

    assert foreign.status_code == missing.status_code == 404
    assert scrub(foreign) == scrub(missing)
    assert by_get.status_code == 405


@pytest.mark.parametrize("name", sorted(POST_COLLECTION))
def test_ids_of_a_stranger_in_a_form_are_missing_ones(
    name: str, people, client_for: Callable[..., Client], acme_rows: dict[str, Any]
):
    client = client_for(people.charlie)
    field = POST_COLLECTION[name]

    foreign = client.post(reverse(name), {field: str(acme_rows[field])})
    missing = client.post(reverse(name), {field: str(uuid.uuid4())})

    assert foreign.status_code == missing.status_code == 404
    assert scrub(foreign) == scrub(missing)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/diagnostics/probe/"])
def test_django_admin_is_for_verified_staff_only(
    path: str, people, client_for: Callable[..., Client]
):
    unverified = Client()
    unverified.force_login(people.support)

    assert client_for(people.alice).get(path).status_code in {302, 403}
    assert unverified.get(path).status_code == 302
    assert client_for(people.support).get(path).status_code == 200
