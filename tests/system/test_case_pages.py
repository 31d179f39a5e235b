"""The pages of support cases in Chromium: accessible, never wider than a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from diagnostics.models import Evidence, Probe
from tests import factories
from tests.system.looking import ON_ALL_SCREENS, look_through, visit

__all__ = ["look_through", "visit"]

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]
HOST = "out.cleanmail.example"
ERROR = (
    "Nov 24 08:41:07 mail postfix/smtp[2211]: 4XbHqq5: to=<k…@wyss.example>, relay="
    "none, delay=30, dsn=4.4.1, status=deferred (connect to out.cleanmail.example"
    "[192.0.2.25]:25: Connection timed out)"
)
TRACE = " 1  gw.acme.example (192.0.2.1)  0.412 ms\n 2  198.51.100.1  4.1 ms\n 3  * * *"


def _see(
    probe: Probe, vantage: str, check: str, status: str = "ok", port: int = 0, **facts
) -> None:
    place = {"address": "192.0.2.25", "family": "ipv4", "port": port} if port else {}
    Evidence.objects.create(
        customer=probe.customer,
        probe=probe,
        ordinal=Evidence.objects.filter(probe=probe).count() + 1,
        vantage=vantage,
        check_name=check,
        subject=f"{HOST}:{port}/ipv4" if port else HOST,
        status=status,
        duration_seconds=3.5 if status == "failed" else 0.011,
        facts=place | facts,
        transcript=["# 192.0.2.25:587", "> EHLO probe-x.invalid", "< 250 SIZE 52428800"]
        if port
        else [],
    )


def make_probe(people, vantages: tuple[str, ...]) -> Probe:
    """Make a probe whose port 25 is shut from the customer's server."""
    probe = factories.make_probe(
        people.acme, username="acme-relay", configured_port=25, state="finished"
    )
    for vantage in vantages:
        _see(probe, vantage, "configured", relation="same", ports=[25],
             known_ports=[25, 587], target=HOST)  # fmt: skip
        _see(probe, vantage, "names", resolver="system", host=HOST,
             addresses=["192.0.2.25"])  # fmt: skip
        if vantage == "agent":
            _see(probe, vantage, "tcp", "failed", 25, error="timeout")
        else:
            _see(probe, vantage, "tcp", port=25)
        _see(probe, vantage, "tcp", port=587)
        for check in ("greeting", "ehlo", "starttls"):
            _see(probe, vantage, check, port=587, code=220, offered=True)
        _see(probe, vantage, "certificate", port=587, not_after="2027-02-14T00:00:00Z")
        _see(probe, vantage, "ehlo_tls", port=587, mechanisms=["PLAIN"])
    return probe


@pytest.fixture
def pages(people) -> dict[str, tuple[User | None, str]]:
    """Return the pages by name: who looks, and where."""
    alice, support = people.alice, people.support
    probe = make_probe(people, ("server", "agent"))
    new = make_probe(people, ("server",))
    case = factories.make_case(
        people.acme,
        probe=probe,
        opened_by=alice,
        public_address="198.51.100.77",
        error_text=ERROR,
        traceroute=TRACE,
        first_cause="port25-blocked-drop",
        verdict=[{"slug": "port25-blocked-drop", "confidence": 0.95}],
    )
    for kind, is_staff, author, text in (
        ("reply", False, alice, "Seit heute früh geht nichts mehr hinaus."),
        ("note", True, support, "Sperrliste geprüft, Adresse nicht darauf."),
        ("answer", True, support, "Stellen Sie Ihr Relay auf Port 587 um."),
        ("judged", True, support, ""),
    ):
        case.messages.create(
            customer=people.acme, kind=kind, is_staff=is_staff, author=author,
            text=text, detail={"before": case.verdict, "after": case.verdict}
            if kind == "judged" else {},
        )  # fmt: skip
    closed = factories.make_case(people.acme, state="closed", opened_by=alice)
    desk = reverse("admin:diagnostics_case_change", args=[case.pk])
    return {
        "case-new": (alice, reverse("diagnostics:case_new", args=[new.pk])),
        "case": (alice, reverse("diagnostics:case", args=[case.pk])),
        "case-closed": (alice, reverse("diagnostics:case", args=[closed.pk])),
        "cases": (alice, reverse("diagnostics:cases")),
        "cases-none": (people.charlie, reverse("diagnostics:cases")),
        "desk": (support, desk),
        "desk-compared": (support, f"{desk}?with={new.pk}"),
        "worklist": (support, reverse("admin:diagnostics_case_changelist")),
    }


@ON_ALL_SCREENS
def test_axe_finds_nothing_on_any_page(pages, look_through, screens: tuple[str, ...]):
    assert look_through(pages, screens) == {}


def test_a_picture_is_refused_before_it_is_sent(pages, visit):
    seen = visit(*pages["case-new"], "desktop-light")
    note = seen.page.locator("[data-no-picture]")

    assert note.is_hidden()
    seen.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "fehler.png", {type: "image/png"}));
          document.querySelector("#id_error_text").dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, cancelable: true}));
        }"""
    )

    assert note.is_visible()
    assert "Kopieren Sie den Text" in note.inner_text()
    assert seen.complaints == []
