"""Lists of people: read whatever a spreadsheet writes, shown, confirmed, worked off."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import people_csv, people_import, tasks
from accounts.errors import TableRefused
from accounts.models import Domain, Invitation, Membership, OutgoingMail, PeopleImport
from accounts.people_csv import Row, read_table
from accounts.tenancy import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
UPLOAD = "/people/import/"


@pytest.fixture
def acme(people):
    """Return Acme, its domain proved to be its own."""
    Domain.objects.filter(customer=people.acme).update(verified_at=timezone.now())
    return people.acme


def upload(client, content: str | bytes, name: str = "leute.csv"):
    data = content.encode() if isinstance(content, str) else content
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, data)})


def confirm(client, found: PeopleImport):
    return client.post(f"{UPLOAD}{found.pk}/confirm/")


@pytest.mark.parametrize(
    "content",
    [
        "email,name\nzoe@acme.example,Zoë Züst\n".encode(),
        "email;name\r\nzoe@acme.example;Zoë Züst\r\n".encode(),
        "\ufeffemail\tname\nzoe@acme.example\tZoë Züst".encode(),
        "email;name\nzoe@acme.example;Zoë Züst".encode("latin-1"),
        "E-Mail;Name\nzoe@acme.example;Zoë Züst".encode("utf-16"),
        'email,name\n"zoe@acme.example","Zoë Züst"\n'.encode(),
        "\n\nName;E-Mail\nZoë Züst;ZOE@acme.example\n;\n".encode(),
        "zoe@acme.example;Zoë Züst\n".encode(),
    ],
)
def test_reads_what_spreadsheets_write(content):
    rows = read_table(content)

    assert [(row.email, row.full_name) for row in rows] == [
        ("zoe@acme.example", "Zoë Züst")
    ]
    assert rows[0].role == Role.MEMBER


def test_reads_roles_and_addresses_in_any_language():
    rows = read_table(
        b"email;rolle;adressen\n"
        b"a@x.example;Administrateur;a@x.example, b@x.example\n"
        b"b@x.example;Chef;\n"
    )

    assert rows[0].role == Role.ADMIN
    assert rows[0].addresses == ["a@x.example", "b@x.example"]
    assert rows[1].role == "chef"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a" * (people_csv.BYTES_MAX + 1), "size"),
        (b"a@x.example\n" * (people_csv.ROWS_MAX + 2), "rows"),
        (b"a\0b;c", "binary"),
        (b"", "empty"),
        (b" \n;;\n", "empty"),
        (b"email;name\n", "empty"),
        (b'"' + b"x" * 200_000, "binary"),
    ],
)
def test_refuses_what_is_no_table_or_too_much(content, reason):
    with pytest.raises(TableRefused) as refused:
        read_table(content)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "bomb",
    [
        b'"' * people_csv.BYTES_MAX,
        b";" * people_csv.BYTES_MAX,
        b"\n" * people_csv.BYTES_MAX,
        b"\xff" * people_csv.BYTES_MAX,
        b"\xff\xfe" * (people_csv.BYTES_MAX // 2),
        (b"," * 500 + b"\n") * 2000,
    ],
)
def test_bombs_cost_little(acme, people, bomb):
    try:
        rows = read_table(bomb)
    except TableRefused:
        rows = []
    people_csv.judge(rows, people_csv.Domains.of(acme.pk), set())

    assert len(rows) <= people_csv.ROWS_MAX + 1


def test_says_what_is_wrong_with_each_row(people, acme, client_for):
    content = (
        "email;name;role;addresses\n"
        "new@acme.example;Neu;;\n"
        "x;Kaputt;;\n"
        "NEW@acme.example;Doppelt;;\n"
        "bob@acme.example;Bob;;\n"
        "eve@other.example;Eve;;\n"
        "a@acme.example;=HYPERLINK();;\n"
        "b@acme.example;Text\u202egedreht;;\n"
        "c@acme.example;;operator;\n"
        "d@acme.example;;;charlie@other.example\n"
        "e@acme.example;;;*@acme.example\n"
        "f@acme.example;@SUM(A1);;\n"
    )
    client = client_for(people.alice)
    page = client.get(upload(client, content).url)

    found = PeopleImport.objects.get()
    reasons = [one.row.reason for one in page.context["preview"].wrong]
    assert (found.right_count, found.wrong_count) == (1, 10)
    assert reasons == [
        "form", "twice", "known", "foreign", "name", "name", "role",
        "addresses", "addresses", "name",
    ]  # fmt: skip
    assert "Diese Domain ist nicht als Ihre bestätigt." in page.content.decode()


def test_a_domain_that_nobody_proved_invites_nobody(people, client_for):
    Domain.objects.filter(customer=people.acme).update(verified_at=None)
    client = client_for(people.alice)

    upload(client, "new@acme.example")

    assert PeopleImport.objects.get().right_count == 0


def test_writes_nothing_before_the_yes(people, acme, client_for):
    client = client_for(people.alice)

    page = client.get(upload(client, "new@acme.example;<b>Neu</b>").url)

    assert "&lt;b&gt;Neu&lt;/b&gt;" in page.content.decode()
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert b"new@acme" not in bytes(PeopleImport.objects.get().sealed_rows)


def test_invites_all_right_rows_in_the_background(people, acme, client_for, delivered):
    client = client_for(people.alice)
    upload(client, "a@acme.example;Anna\nb@acme.example\nfremd@x.example")
    found = PeopleImport.objects.get()

    response = delivered(lambda: confirm(client, found))
    for waiting in OutgoingMail.objects.all():
        tasks.send_mail(str(waiting.pk))

    page = client.get(response.url).content.decode()
    found.refresh_from_db()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "a@acme.example",
        "b@acme.example",
    ]
    assert "2 von 2 eingeladen" in page
    assert "hx-trigger" not in page
    assert bytes(found.sealed_rows) == b""
    assert [
        str(a) for a in Invitation.objects.get(full_name="Anna").addresses.all()
    ] == ["a@acme.example"]


def test_shows_how_far_it_is(people, acme, client_for):
    client = client_for(people.alice)
    rows = [Row(1, "a@acme.example"), Row(2, "b@acme.example")]
    found = factories.make_import(
        acme, people.alice, *rows, confirmed_at=timezone.now(), invited_count=1
    )

    text = client.get(f"{UPLOAD}{found.pk}/progress/").content.decode()

    assert "1 von 2 eingeladen" in text
    assert 'hx-trigger="every 1s"' in text


def test_confirming_twice_or_too_late_invites_nobody_twice(people, acme, client_for):
    client = client_for(people.alice)
    found = factories.make_import(acme, people.alice, Row(1, "a@acme.example"))
    confirm(client, found)

    again = confirm(client, found)

    assert again.url == UPLOAD
    late = factories.make_import(acme, people.alice, Row(1, "b@acme.example"))
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        PeopleImport.objects.filter(pk=late.pk).update(expires_at=timezone.now())
        assert confirm(client, late).url == UPLOAD
    late.refresh_from_db()
    assert late.confirmed_at is None


def test_a_redelivered_task_asks_nobody_twice(people, acme):
    found = factories.make_import(
        acme, people.alice, Row(1, "a@acme.example"), confirmed_at=timezone.now()
    )

    people_import.run(found.pk)
    people_import.run(found.pk)

    assert OutgoingMail.objects.count() == 1


def test_a_worker_that_died_is_followed_where_it_stopped(people, acme):
    rows = [Row(1, "a@acme.example"), Row(2, "b@acme.example")]
    found = factories.make_import(
        acme,
        people.alice,
        *rows,
        confirmed_at=timezone.now() - timedelta(hours=1),
        started_at=timezone.now() - timedelta(minutes=30),
        done_count=1,
        invited_count=1,
    )

    assert people_import.list_due() == [found.pk]
    people_import.run(found.pk)

    found.refresh_from_db()
    assert Invitation.objects.get().email == "b@acme.example"
    assert found.invited_count == 2


def test_stops_at_the_daily_limit_and_says_so(people, acme, client_for, settings):
    settings.INVITATIONS_PER_DAY = 1
    rows = [Row(1, "a@acme.example"), Row(2, "b@acme.example")]
    found = factories.make_import(
        acme, people.alice, *rows, confirmed_at=timezone.now()
    )

    people_import.run(found.pk)

    page = client_for(people.alice).get(f"{UPLOAD}{found.pk}/").content.decode()
    assert Invitation.objects.count() == 1
    assert "1 Einladung ging nicht hinaus" in page


def test_an_admin_who_was_taken_out_invites_nobody_any_more(people, acme):
    found = factories.make_import(
        acme, people.alice, Row(1, "a@acme.example"), confirmed_at=timezone.now()
    )
    Membership.objects.filter(user=people.alice).update(role=Role.MEMBER)

    people_import.run(found.pk)

    assert not Invitation.objects.exists()


def test_another_admin_neither_sees_nor_confirms_it(people, acme, client_for):
    found = factories.make_import(acme, people.alice, Row(1, "a@acme.example"))
    second = factories.make_person("a2@acme.example", acme, role=Role.ADMIN)

    for person, status in ((second, 404), (people.charlie, 404), (people.bob, 403)):
        client = client_for(person)
        assert client.get(f"{UPLOAD}{found.pk}/").status_code == status
        assert confirm(client, found).status_code == status
    assert upload(client_for(people.bob), "x@acme.example").status_code == 403


def test_lists_that_nobody_confirmed_are_forgotten(people, acme):
    factories.make_import(acme, people.alice, Row(1, "a@acme.example"))

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        people_import.forget_old()

    assert not PeopleImport.objects.exists()


def test_refuses_a_large_file_and_no_file(people, acme, client_for):
    client = client_for(people.alice)

    large = upload(client, b"a" * (people_csv.BYTES_MAX + 1))
    none = client.post(UPLOAD, {})

    assert large.status_code == none.status_code == 422
    assert "Die Datei ist zu gross." in large.content.decode()
    assert not PeopleImport.objects.exists()


def test_previews_are_counted(people, acme, client_for):
    client = client_for(people.alice)

    statuses = [upload(client, "a@acme.example").status_code for _ in range(31)]

    assert statuses[29:] == [302, 429]


def test_the_same_list_again_and_again_floods_nobody(people, acme):
    for _ in range(7):
        found = factories.make_import(
            acme, people.alice, Row(1, "a@acme.example"), confirmed_at=timezone.now()
        )
        people_import.run(found.pk)

    found.refresh_from_db()
    assert OutgoingMail.objects.count() == 5
    assert found.finished_at is not None
    assert found.left_count == 1
