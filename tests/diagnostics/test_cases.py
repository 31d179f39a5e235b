"""Support cases from the customer's side: what is sent, kept, said and taken away."""

from __future__ import annotations

import html
import re
from base64 import b64encode

import pytest
from django.apps import apps
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.models import AuditEvent, OutgoingMail
from diagnostics.case_numbers import draw_number, read_number
from diagnostics.causes import title_and_remedy
from diagnostics.models import Case, CaseMessage, Evidence, Monitor, Probe
from diagnostics.presentation.causes import SHOWN_CONFIDENCE
from tests import factories
from tests.diagnostics.test_probe import finish, observe, refused

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SUPPORT = "desk@cleanmail.example"
ERROR = (
    "postfix/smtp[2211]: 4XbHqq5: to=<kanzlei@wyss.example>, dsn=4.4.1 "
    "(connect to out.cleanmail.example[192.0.2.25]:587: Connection refused)"
)


@pytest.fixture(autouse=True)
def support_address(settings):
    settings.SUPPORT_ADDRESS = SUPPORT


@pytest.fixture
def probe(people):
    return refused(people)


@pytest.fixture
def case(people, probe):
    return factories.make_case(people.acme, probe=probe, opened_by=people.alice)


def url(name: str, pk) -> str:
    return reverse(f"diagnostics:{name}", args=[pk])


def fields(**changes: str) -> dict[str, str]:
    return {"error_text": ERROR, "public_address": "198.51.100.77"} | changes


def deliver() -> list[mail.EmailMessage]:
    for row in OutgoingMail.objects.filter(state="queued").order_by("created_at"):
        outbox.deliver(row.pk)
    return mail.outbox


def read(response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def test_the_probe_leads_to_a_case(people, client_for, probe):
    page = client_for(people.alice).get(url("probe", probe.pk)).content.decode()

    assert url("case_new", probe.pk) in page


def test_shows_what_is_sent_before_it_is_sent(people, client_for, probe):
    page = read(client_for(people.alice).get(url("case_new", probe.pk)))

    assert "Port 587" in page
    assert "> EHLO probe-x.invalid" in page
    assert "out.cleanmail.example:587" in page
    assert "acme-relay" in page
    assert "wird nie gesendet" in page
    assert not Case.objects.exists()


def test_proposes_the_address_that_was_seen(people, client_for, probe):
    page = client_for(people.alice).get(url("case_new", probe.pk)).content.decode()
    assert 'value="198' not in page
    seen = {"client_address": "198.51.100.9"}
    Evidence.objects.create(
        customer=people.acme, probe=probe, ordinal=900, vantage="scanner_log",
        check_name="session", subject="x", status="ok", facts=seen,
    )  # fmt: skip
    page = client_for(people.alice).get(url("case_new", probe.pk)).content.decode()
    assert 'value="198.51.100.9"' in page

    probe.agent_runs.create(
        customer=people.acme, number=0, key="k", public_address="198.51.100.8"
    )

    page = client_for(people.alice).get(url("case_new", probe.pk)).content.decode()
    assert 'value="198.51.100.8"' in page


def test_opens_a_case_in_one_step(people, client_for, probe):
    client = client_for(people.alice)

    response = client.post(url("case_open", probe.pk), fields(words="Seit heute."))

    case = Case.objects.get()
    assert response["Location"] == url("case", case.pk)
    assert case.customer == people.acme
    assert case.first_cause == "scanner-down"
    assert case.verdict[0]["slug"] == "scanner-down"
    assert read_number(case.number) == case.number
    assert AuditEvent.objects.filter(action="case.open", object_id=case.pk).exists()
    page = read(client.get(response["Location"]))
    assert case.number in page
    assert "wartet auf Support" in page
    assert "198.51.100.77" in page
    assert "Connection refused" in page
    assert "Seit heute." in page


def test_masks_what_is_nobodys_business(people, client_for, probe):
    text = f"{ERROR}\nAUTH PLAIN AGFjbWUAZ2VoZWlt\npassword=Hunter2!"
    client = client_for(people.alice)

    client.post(url("case_open", probe.pk), fields(error_text=text))

    kept = Case.objects.get().error_text
    assert "k…@wyss.example" in kept
    assert "dsn=4.4.1" in kept
    for secret in ("kanzlei@", "AGFjbWUAZ2VoZWlt", "Hunter2"):
        assert secret not in kept


def test_the_error_text_counts_in_the_verdict(people, client_for):
    probe = factories.make_probe(people.acme, configured_port=25)
    observe(probe, "tcp", port=25)
    finish(probe)
    text = (
        "postfix/smtp[3]: 4X: relay=out.cleanmail.example[192.0.2.25]:25, dsn=5.7.8, "
        "status=bounced (SASL authentication failed; server out.cleanmail.example"
        "[192.0.2.25] said: 535 5.7.8 Error: authentication failed)"
    )
    client = client_for(people.alice)

    client.post(url("case_open", probe.pk), fields(error_text=text))

    case = Case.objects.get()
    read_of_it = Evidence.objects.get(probe=probe, vantage="text")
    assert "auth-password-wrong" in read_of_it.facts["causes"]
    assert "auth-password-wrong" in [one["slug"] for one in case.verdict]
    probe.refresh_from_db()
    assert probe.first_cause == case.first_cause
    assert "535 5.7.8" in read(client.get(url("case", case.pk)))


def test_proposes_and_reads_once_what_was_pasted_before(people, client_for, probe):
    client = client_for(people.alice)
    client.post(
        reverse("diagnostics:error_text_add", args=[probe.pk]), {"error_text": ERROR}
    )

    page = html.unescape(client.get(url("case_new", probe.pk)).content.decode())
    assert "k…@wyss.example" in page
    client.post(url("case_open", probe.pk), fields())

    assert Evidence.objects.filter(probe=probe, vantage="text").count() == 1


def test_no_canary_reaches_table_mail_page_or_export(people, client_for, probe):
    canary = "kanarienvogel-9XqT!"
    login = b64encode(f"\0acme\0{canary}".encode()).decode()
    typed = (
        f"Passwort: {canary}\npassword={canary}\nsmtp://acme:{canary}@out.example\n"
        f"AUTH PLAIN {login}\n> AUTH LOGIN\n< 334 UGFzc3dvcmQ6\n"
        f"{b64encode(canary.encode()).decode()}\n"
    )
    client = client_for(people.alice)
    client.post(
        url("case_open", probe.pk),
        fields(error_text=typed, traceroute=typed, words=typed),
    )
    case = Case.objects.get()
    client.post(url("case_reply", case.pk), {"text": typed})

    said = [read(client.get(url(name, case.pk))) for name in ("case", "case_export")]
    said += [f"{sent.subject} {sent.body}" for sent in deliver()]
    for model in apps.get_models():
        said += [repr(row) for row in model._base_manager.values()]

    for secret in (canary, login, b64encode(canary.encode()).decode()):
        assert not [text[:200] for text in said if secret in text]


@pytest.mark.parametrize(
    "picture",
    [
        "data:image/png;base64,iVBORw0KGgo=",
        r"C:\Users\anna\Desktop\Fehler.png",
        "file:///home/anna/screenshot.pdf",
        '<img src="cid:x">',
    ],
)
def test_refuses_pictures_and_says_why(people, client_for, probe, picture):
    client = client_for(people.alice)

    response = client.post(url("case_open", probe.pk), fields(error_text=picture))

    assert response.status_code == 422
    assert "als Text einfügen" in read(response)
    assert not Case.objects.exists()


def test_refuses_files(people, client_for, probe):
    client = client_for(people.alice)
    sent = fields() | {"error_text_file": SimpleUploadedFile("a.png", b"\x89PNG")}

    response = client.post(url("case_open", probe.pk), sent)

    assert response.status_code == 422
    assert not Case.objects.exists()


def test_a_second_click_leads_to_the_same_case(people, client_for, probe):
    client = client_for(people.alice)

    first = client.post(url("case_open", probe.pk), fields())
    second = client.post(url("case_open", probe.pk), fields())
    third = client.get(url("case_new", probe.pk))

    assert first["Location"] == second["Location"] == third["Location"]
    assert Case.objects.count() == 1


def test_a_running_probe_waits(people, client_for):
    running = factories.make_probe(people.acme, state="running")

    response = client_for(people.alice).post(url("case_open", running.pk), fields())

    assert response.status_code == 429
    assert not Case.objects.exists()


def test_limits_cases_of_a_day(people, client_for, settings):
    settings.CASES_PER_DAY = 1
    client = client_for(people.alice)
    answers = []
    for _ in range(2):
        made = factories.make_probe(people.acme, state="finished")
        answers.append(client.post(url("case_open", made.pk), fields()).status_code)

    assert answers == [302, 429]


def test_what_a_monitor_saw_outlives_the_monitor(people, client_for, probe):
    monitor = Monitor.objects.create(customer=people.acme)
    Probe.objects.filter(pk=probe.pk).update(monitor=monitor)

    client_for(people.alice).post(url("case_open", probe.pk), fields())
    monitor.delete()

    assert Case.objects.get().probe == probe


@pytest.mark.parametrize("name", ["case_open", "case_reply", "case_close"])
def test_refuses_members(people, client_for, probe, case, name):
    pk = probe.pk if name == "case_open" else case.pk

    assert client_for(people.bob).post(url(name, pk), fields()).status_code == 403


def test_support_is_told_by_number_and_link_only(people, client_for, probe):
    client_for(people.alice).post(url("case_open", probe.pk), fields(words="Bitte!"))

    (sent,) = deliver()

    case = Case.objects.get()
    assert sent.to == [SUPPORT]
    assert case.number in sent.subject
    assert reverse("admin:diagnostics_case_change", args=[case.pk]) in sent.body
    said = (sent.subject + sent.body).replace(str(case.pk), "")
    for told in ("Acme", "198.51", "wyss", ":587", "Bitte!", "alice"):
        assert told not in said


def test_nobody_is_told_without_an_address(people, client_for, probe, settings):
    settings.SUPPORT_ADDRESS = ""

    client_for(people.alice).post(url("case_open", probe.pk), fields())

    assert Case.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_reply_turns_the_case_to_support(people, client_for, case):
    Case.objects.update(state="answered", waiting_since=None)

    client_for(people.alice).post(url("case_reply", case.pk), {"text": "Immer noch."})

    case.refresh_from_db()
    assert case.state == "open"
    assert case.waiting_since is not None
    (sent,) = deliver()
    assert sent.to == [SUPPORT]
    assert "Neue Nachricht" in sent.subject


def test_a_second_reply_keeps_the_place_in_the_row(people, client_for, case):
    since = timezone.now() - timezone.timedelta(hours=3)
    Case.objects.update(waiting_since=since)

    client_for(people.alice).post(url("case_reply", case.pk), {"text": "Hallo?"})

    case.refresh_from_db()
    assert case.waiting_since == since


def test_an_empty_reply_is_none(people, client_for, case):
    response = client_for(people.alice).post(url("case_reply", case.pk), {"text": " "})

    assert response.status_code == 422
    assert not CaseMessage.objects.exists()


def test_closes_and_opens_again(people, client_for, case):
    client = client_for(people.alice)

    client.post(url("case_close", case.pk))
    case.refresh_from_db()
    assert case.state == "closed"
    assert "Wieder öffnen" in read(client.get(url("case", case.pk)))
    client.post(url("case_reply", case.pk), {"text": "zu spät"})
    client.post(url("case_reopen", case.pk))

    case.refresh_from_db()
    assert case.state == "open"
    assert [m.kind for m in case.messages.all()] == ["closed", "reopened"]


def test_does_not_open_beside_another_one(people, client_for, case, probe):
    Case.objects.update(state="closed", waiting_since=None)
    other = factories.make_case(people.acme, probe=probe)

    response = client_for(people.alice).post(url("case_reopen", case.pk))

    assert response["Location"] == url("case", other.pk)
    case.refresh_from_db()
    assert case.state == "closed"


def test_customers_never_read_notes_of_support(people, client_for, case):
    for kind, text in (("note", "Nur-intern"), ("answer", "Nehmen Sie 587.")):
        case.messages.create(
            customer=people.acme, kind=kind, is_staff=True, author=people.support,
            text=text,
        )  # fmt: skip
    client = client_for(people.alice)

    page = read(client.get(url("case", case.pk)))
    export = client.get(url("case_export", case.pk)).json()

    assert "Nehmen Sie 587." in page
    assert "Nur-intern" not in page
    assert "support@cleanmail.example" not in page
    assert [m["text"] for m in export["case"]["messages"]] == ["Nehmen Sie 587."]


def test_the_export_says_what_the_page_says(people, client_for, probe):
    client = client_for(people.alice)
    client.post(url("case_open", probe.pk), fields(words="Seit heute."))
    case = Case.objects.get()

    page = read(client.get(url("case", case.pk)))
    response = client.get(url("case_export", case.pk))
    export = response.json()

    assert response["Content-Disposition"].startswith("attachment")
    assert export["version"] == 1
    assert export["causes"][0]["slug"] == "scanner-down"
    assert export["causes"][0]["title"] in page
    likely = [one for one in export["causes"] if one["confidence"] >= SHOWN_CONFIDENCE]
    for cause in likely:
        assert f"{round(cause['confidence'] * 100)} %" in page
        assert all(reason in page for reason in cause["because"])
    assert {item["vantage"] for item in export["evidence"]} == {"server", "text"}
    for item in export["evidence"]:
        assert all(line in page for line in item["transcript"])
    told = export["case"]
    for value in (
        told["number"],
        told["public_address"],
        told["error_text"],
        told["settings"]["host"],
        told["settings"]["username"],
        told["messages"][0]["text"],
    ):
        assert value in page
    assert AuditEvent.objects.filter(action="case.export").exists()


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
def test_speaks_the_readers_language(people, client_for, probe, language):
    people.alice.language = language
    people.alice.save()
    client = client_for(people.alice)

    shown = client.get(url("case_new", probe.pk))
    opened = client.post(url("case_open", probe.pk), fields())

    assert f'lang="{language}-CH"' in shown.content.decode()
    assert opened.status_code == 302
    kept = client.get(opened["Location"])
    with translation.override(language):
        title, remedy = title_and_remedy("scanner-down", language)
        assert gettext("Supportfall eröffnen") in read(shown)
        assert gettext("wartet auf Support") in read(kept)
    for page in (read(shown), read(kept)):
        assert title in page
        assert remedy in page


def test_the_list_costs_the_same_for_many_cases(
    people, client_for, django_assert_max_num_queries
):
    for _ in range(12):
        factories.make_case(people.acme)
    client = client_for(people.alice)

    with django_assert_max_num_queries(12):
        client.get(reverse("diagnostics:cases"))


def test_numbers_show_slips():
    number = draw_number(2026)
    digits = number.replace("-", "")

    assert read_number(f" {digits} ") == number
    for place, digit in enumerate(digits):
        wrong = digits[:place] + str((int(digit) + 1) % 10) + digits[place + 1 :]
        assert read_number(wrong) == ""
    for place in range(len(digits) - 1):
        a, b = digits[place : place + 2]
        if a != b:
            swapped = digits[:place] + b + a + digits[place + 2 :]
            assert read_number(swapped) == ""
