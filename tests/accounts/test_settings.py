"""Name, language and time zone, by the person; zones by a list, in admin too."""

from __future__ import annotations

import pytest
from django.core import mail

from accounts import outbox
from accounts.models import AuditEvent
from accounts.time_zones import find_zone, list_zones

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/account/settings/"
GOOD = {"full_name": "Bob Zumbrunnen", "language": "fr", "time_zone": "Asia/Tokyo"}


def test_changes_all_three_and_speaks_the_language_at_once(people, client_for):
    client = client_for(people.bob)

    response = client.post(PAGE, GOOD, follow=True)

    people.bob.refresh_from_db()
    kept = (people.bob.full_name, people.bob.language, people.bob.time_zone)
    assert kept == tuple(GOOD.values())
    page = response.content.decode()
    assert 'lang="fr-CH"' in page
    assert "Tokyo (UTC+09:00)" in page
    assert "Bob Zumbrunnen" in page


def test_is_written_down_without_the_values(people, client_for):
    client = client_for(people.bob)
    client.post(PAGE, GOOD)
    client.post(PAGE, GOOD)

    event = AuditEvent.objects.get(action="person.settings")
    assert event.detail == {"fields": ["full_name", "language", "time_zone"]}


def test_the_form_shows_what_is_so(people, client_for):
    people.bob.full_name = "Bob"
    people.bob.save()

    page = client_for(people.bob).get(PAGE).content.decode()

    assert 'value="Bob"' in page
    assert '<option value="Europe/Zurich" selected>Zürich</option>' in page
    assert '<option value="de" selected>' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("language", "xx"),
        ("full_name", "Bob\u202egnp"),
        ("full_name", "=HYPERLINK(1)"),
        ("full_name", "x" * 201),
    ],
)
def test_refuses_what_is_no_choice(people, client_for, field, value):
    response = client_for(people.bob).post(PAGE, GOOD | {field: value})

    assert response.status_code == 422
    people.bob.refresh_from_db()
    assert people.bob.language == ""


def test_nobody_changes_more_of_themselves(people, client_for):
    more = {"email": "x@x.example", "staff_role": "operator", "is_active": ""}

    client_for(people.bob).post(PAGE, GOOD | more)

    people.bob.refresh_from_db()
    assert people.bob.email == "bob@acme.example"
    assert people.bob.staff_role == ""
    assert people.bob.is_active


def test_the_zones_are_places():
    names = [name for _label, zones in list_zones() for name, _city in zones]

    assert len(names) > 400
    assert "Europe/Zurich" in names
    assert not {"Etc/GMT+1", "EST5EDT", "localtime", "US/Eastern"} & set(names)
    assert all(find_zone(name).key == name for name in names)


def test_django_admin_offers_the_same_zones(people, client_for):
    client = client_for(people.operator)
    path = f"/admin/accounts/user/{people.bob.pk}/change/"
    data = {"email": "bob@acme.example", "staff_role": "", "is_active": "on"}

    assert "Amerika" in client.get(path).content.decode()
    client.post(path, data | GOOD | {"time_zone": "Mars/Base"})
    people.bob.refresh_from_db()
    assert people.bob.time_zone == "Europe/Zurich"
    client.post(path, data | GOOD)
    people.bob.refresh_from_db()
    assert people.bob.time_zone == "Asia/Tokyo"


def test_a_zone_that_is_gone_breaks_neither_pages_nor_mails(people, client_for):
    people.bob.time_zone = "Europe/Gone"
    people.bob.save()

    assert client_for(people.bob).get("/account/").status_code == 200
    outbox.deliver(outbox.put(people.bob, "factor_added").pk)
    assert len(mail.outbox) == 1
