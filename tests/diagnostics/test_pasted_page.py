"""Commands run by hand: shown for each system, pasted back into the same probe."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from diagnostics.models import Evidence, Probe
from diagnostics.presentation.hand_commands import make_systems
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOST = "out.cleanmail.example"
REFUSED = (
    f"C:\\>telnet {HOST} 587\nVerbindungsaufbau zu {HOST}...Es konnte keine Verbindung "
    "mit dem Host hergestellt werden, auf Port 587: Verbinden fehlgeschlagen\n"
)


@pytest.fixture
def probe(people) -> Probe:
    return factories.make_probe(people.acme, state=Probe.State.FINISHED)


def paste(client, probe: Probe, output: str):
    address = reverse("diagnostics:paste_output", args=[probe.pk])
    return client.post(address, {"output": output})


def page_of(client, probe: Probe) -> str:
    address = reverse("diagnostics:probe", args=[probe.pk])
    return client.get(address).content.decode()


def test_shows_the_commands_for_each_system(people, client_for, probe):
    page = page_of(client_for(people.alice), probe)

    for command in (
        f"Test-NetConnection {HOST} -Port 587",
        f"telnet {HOST} 587",
        f"nslookup {HOST}",
        "ipconfig /all",
        f"traceroute -n {HOST}",
        f"nc -vz -G 10 {HOST} 587",
    ):
        assert command in page


def test_what_was_pasted_becomes_evidence_of_the_probe(people, client_for, probe):
    client = client_for(people.alice)

    answer = paste(client, probe, REFUSED + "Grüsse\n")

    assert answer.status_code == 302
    tcp, note = Evidence.objects.filter(probe=probe, vantage="pasted")
    assert (tcp.check_name, tcp.status, tcp.facts["port"]) == ("tcp", "failed", 587)
    assert note.facts["commands"] == ["telnet"]
    assert AuditEvent.objects.filter(action="probe.paste").exists()
    page = page_of(client, probe)
    assert "Gelesen: telnet." in page
    assert "Port 587, Adresse nicht genannt" in page
    assert "keine Verbindung, Grund nicht genannt" in page


def test_a_second_paste_is_added(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, REFUSED)
    paste(client, probe, REFUSED.replace("587", "25"))

    found = Evidence.objects.filter(probe=probe, check_name="tcp").order_by("ordinal")
    assert [item.facts["port"] for item in found] == [587, 25]


def test_can_be_pasted_while_the_portal_still_looks(people, client_for, probe):
    Probe.objects.filter(pk=probe.pk).update(state=Probe.State.RUNNING)

    paste(client_for(people.alice), probe, REFUSED)

    assert Evidence.objects.get(probe=probe, check_name="tcp").ordinal >= 20_000


def test_what_is_not_understood_is_said_and_kept_in_the_field(
    people, client_for, probe
):
    answer = paste(client_for(people.alice), probe, "Es geht nicht.")

    assert answer.status_code == 422
    assert "Darin ist keine Ausgabe, die wir lesen können." in answer.content.decode()
    assert "Es geht nicht." in answer.content.decode()
    assert not Evidence.objects.filter(vantage="pasted").exists()


def test_lines_that_are_not_understood_are_named(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, "Guten Tag\n" + REFUSED)

    assert "Nicht verstanden: Zeilen 1." in page_of(client, probe)


def test_a_picture_is_refused(people, client_for, probe):
    answer = paste(client_for(people.alice), probe, "bild.png")

    assert answer.status_code == 422


def test_is_limited(people, client_for, probe, settings):
    settings.PROBES_PER_HOUR = 1
    client = client_for(people.alice)
    paste(client, probe, REFUSED)

    assert paste(client, probe, REFUSED).status_code == 429


def test_the_portals_own_answer_stays_its_own(people, client_for, probe):
    client = client_for(people.alice)

    paste(client, probe, REFUSED)

    assert "<b>Port<span" in page_of(client, probe)
    assert "587 zu" not in page_of(client, probe)


@pytest.mark.parametrize(
    "host", ["x'; touch /tmp/pwned; '", "-oProxyCommand", "$(id)", "a b", "`id`", 'a"b']
)
def test_a_hostile_name_reaches_the_shell_as_one_word(host: str, tmp_path):
    systems = {one.key: one for one in make_systems(host, (25,))}

    assert "cmd" not in systems
    line = next(c for c in systems["linux"].commands if c.startswith("nslookup"))
    script = f'nslookup() {{ printf "%s" "$#:$1"; }}\n{line}\n'
    shell = shutil.which("sh") or "/bin/sh"
    said = subprocess.run(
        [shell, "-c", script], capture_output=True, text=True, timeout=5, check=True,
        cwd=tmp_path,
    )  # fmt: skip
    assert said.stdout == f"1:{host}"
