"""Attacker's tour: pages framed, kept, forged, led astray; fields nobody asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import tasks
from accounts.models import Invitation, Membership, OutgoingMail, Policy, User
from accounts.tenancy import Role, StaffRole
from tests import factories
from tests.accounts.conftest import post_password
from tests.accounts.test_invitations import INVITE, NEW, join, path_of
from tests.conftest import make_totp_device
from tests.test_tenancy import OBJECT, PUBLIC, _path, acme_rows, all_names, walk

__all__ = ["acme_rows"]
pytestmark = [pytest.mark.django_db, pytest.mark.db]
# Content of others, under a stricter policy of its own; we frame the first ourselves.
OWN_POLICY = {"quarantine:hold_preview", "quarantine:attachment"}
# Nothing of anybody stands there, and no session is looked at.
KEPT_BY_ALL = {"healthz", "readyz"}
FOREIGN = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "https:evil.example", "http:///evil.example",
    "javascript:alert(1)", "//testserver@evil.example/", "\t//evil.example",
    "https://testserver.evil.example/", "/\r\nSet-Cookie: a=b", "http://[::1",
    "\x00//x",
]  # fmt: skip


def paths(rows: dict, names: set[str]) -> dict[str, str]:
    found = {}
    for name in sorted(names):
        row = OBJECT.get(name)
        found[name] = _path(name, rows[row] if row else rows["hold"])
    return found


def test_no_page_is_framed_or_kept_by_a_cache(people, client_for, acme_rows):
    client = client_for(people.alice)
    wrong = []
    for name, path in paths(acme_rows, all_names()).items():
        response = client.get(path)
        if response.status_code == 405:
            continue
        kept = response.headers.get("Cache-Control", "")
        policy = response.headers.get("Content-Security-Policy", "")
        if response.headers.get("X-Frame-Options") != "DENY":
            wrong.append(f"{name} may be framed")
        if "frame-ancestors 'none'" not in policy:
            wrong.append(f"{name} has no policy: {policy[:60]}")
        is_shown = response.status_code == 200 and name not in KEPT_BY_ALL
        if is_shown and "no-store" not in kept:
            wrong.append(f"{name} may be kept: {kept or 'nothing said'}")

    wrong = [one for one in wrong if one.split()[0] not in OWN_POLICY]
    assert not wrong, "\n".join(wrong)


def test_no_page_of_admin_is_framed_or_kept(people, client_for):
    client = client_for(people.operator)

    for path in ("/admin/", "/admin/accounts/user/", "/admin/accounts/auditevent/"):
        response = client.get(path)
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in response.headers["Cache-Control"]


def test_no_button_is_pressed_by_a_page_of_somebody_else(people, client_for, acme_rows):
    """Without the token that stands in our pages nothing is done, whoever is logged in.

    The one exception is the link of a digest's mail, which asks a mail program.
    """
    logged_in = client_for(people.alice)
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = logged_in.cookies
    taken = []
    for name, path in paths(acme_rows, all_names()).items():
        for more in ({}, {"HTTP_HX_REQUEST": "true"}, {"HTTP_ORIGIN": "null"}):
            response = forged.post(path, {"hold": acme_rows["hold"]}, **more)
            if response.status_code != 403:
                taken.append(f"{name} {response.status_code}")

    exempt = {name for name, item in walk(get_resolver().url_patterns) if _exempt(item)}
    assert {one.split()[0] for one in taken} <= exempt
    assert not [name for name in exempt if name.startswith("accounts:")]


def _exempt(item) -> bool:
    return bool(getattr(item.callback, "csrf_exempt", False))


@pytest.mark.parametrize("target", FOREIGN)
def test_nobody_is_led_to_another_host(people, client_for, target):
    make_totp_device(people.alice)
    client = client_for(people.alice)
    answers = [
        client.post("/language/", {"language": "fr", "next": target}),
        client.post("/account/codes/kept/", {"kept": "on", "next": target}),
        client.get("/login/", {"next": target}),
        Client().get("/people/", headers={"HX-Request": "true", "HX-Current-URL": "x"}),
        post_password(Client(), people.bob.email, next=target),
    ]
    session = client.session
    session["proof"] = {"at": 0, "by": "factor"}
    session.save()
    answers += [
        client.post(INVITE, {}, headers={"Referer": target.strip()}),
        client.post(
            INVITE, {}, headers={"HX-Request": "true", "HX-Current-URL": target.strip()}
        ),
    ]

    for response in answers:
        led = response.headers.get("Location") or response.headers.get("HX-Redirect")
        assert led, response.status_code
        assert not urlsplit(led).netloc
        assert led.startswith("/")
        assert not led.startswith(("//", "/\\"))
        assert "evil.example" not in led
        assert "Set-Cookie: a" not in str(response.headers)


@pytest.mark.parametrize("kind", ["reset", "claim", "invite"])
def test_no_link_in_a_mail_names_the_host_of_a_request(
    people, client_for, settings, kind
):
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]  # a careless operator
    settings.PORTAL_URL = "https://portal.example"
    poisoned = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    Policy.objects.filter(customer=people.acme).update(may_claim=True)
    factories.make_address(people.acme_domain, "info")
    if kind == "reset":
        Client(**poisoned).post("/password/", {"email": people.bob.email})
    elif kind == "claim":
        Client(**poisoned).post("/claim/", {"email": "info@acme.example"})
    else:
        client = client_for(people.alice)
        client.post(INVITE, {"email": NEW, "role": "member"}, **poisoned)
    for waiting in OutgoingMail.objects.filter(state="queued"):
        tasks.send_mail(str(waiting.pk))

    said = mail.outbox[-1].message().as_string()
    assert "https://portal.example/" in said
    assert "evil.example" not in said


def test_a_host_that_is_not_ours_gets_nothing(client):
    assert client.get("/login/", HTTP_HOST="evil.example").status_code == 400


MORE = {
    "staff_role": "operator", "is_staff": "on", "is_active": "on", "is_superuser": "on",
    "role": "admin", "email": "x@evil.example", "password": "x", "id": "1", "pk": "1",
    "customer": "{other}", "customer_id": "{other}", "user": "{charlie}",
    "user_id": "{charlie}", "invited_by": "{charlie}", "verified_at": "2020-01-01",
    "is_vouched": "on", "accepted_at": "2020-01-01", "sends": "9",
}  # fmt: skip


def test_fields_that_no_page_shows_change_nothing(people, client_for):
    more = {
        name: value.format(other=people.other.pk, charlie=people.charlie.pk)
        for name, value in MORE.items()
    }
    before = User.objects.values().get(pk=people.bob.pk)
    bob = client_for(people.bob)
    bob.post(
        "/account/settings/",
        more | {"full_name": "Bob", "language": "de", "time_zone": "Europe/Zurich"},
    )
    bob.post("/account/address/ask/", more | {"address": "info@acme.example"})
    alice = client_for(people.alice)
    said = {"email": NEW, "role": "member"}
    alice.post(INVITE, more | said)
    alice.post("/administration/outbound/create/", more | {"name": "Mailserver"})
    alice.post(reverse("domains:policy"), more | {"retention_days": "30"})
    after = User.objects.values().get(pk=people.bob.pk)
    invitation = Invitation.objects.get()

    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"full_name", "language", "last_login"}
    assert (invitation.customer, invitation.invited_by) == (people.acme, people.alice)
    assert (invitation.sends, invitation.accepted_at) == (1, None)
    assert Membership.objects.filter(customer=people.other).count() == 1
    assert not Policy.objects.exclude(customer__in=[people.acme, people.other]).exists()


def test_who_joins_chooses_name_and_password_only(people, client):
    path = path_of(factories.make_invitation(people.acme, people.alice))
    client.get(path)
    fields = {"new_password1": factories.PASSWORD, "new_password2": factories.PASSWORD}

    client.post(path, MORE | fields | {"full_name": "Neu"})

    person = User.objects.get(email=NEW)
    assert person.staff_role == StaffRole.NONE
    assert Membership.objects.get(user=person).role == Role.MEMBER
    assert join(path).status_code == 404


@pytest.mark.parametrize(
    "path", sorted(PUBLIC & {"accounts:claim", "accounts:password_reset"})
)
def test_answers_to_known_and_unknown_differ_in_nothing(people, path):
    now = timezone.now()
    said = []
    for number, email in enumerate([people.bob.email, "nobody@unknown.example"]):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        with time_machine.travel(now, tick=False):  # Expires tells the second
            response = client.post(reverse(path), {"email": email})
        said.append(
            (
                response.status_code,
                dict(response.headers),
                sorted(response.cookies),
                OutgoingMail.objects.count() - number,
            )
        )

    assert said[0] == said[1]
