"""Whether the sender is genuine: what the page says of each result."""

from __future__ import annotations

import pytest
from django.urls import reverse

from quarantine.models import Hold, Message
from quarantine.presentation.authentication import make_authentication
from tests.conftest import People
from tests.factories import make_hold

pytestmark = [pytest.mark.db, pytest.mark.django_db]

RESULTS = [
    "pass",
    "fail",
    "softfail",
    "neutral",
    "none",
    "policy",
    "temperror",
    "permerror",
]


def told(*checks: tuple[str, str, str], header_from: str = "a@remote.example") -> Hold:
    facts = [{"method": m, "result": r, "domain": d} for m, r, d in checks]
    message = Message(facts={"authentication": facts}, client_address="192.0.2.7")
    return Hold(message=message, header_from=header_from)


def verdict(*checks: tuple[str, str, str], **fields: str) -> tuple[str, str]:
    made = make_authentication(told(*checks, **fields))
    assert made
    return made.verdict.tone, made.verdict.result


@pytest.mark.parametrize("method", ["spf", "dkim", "dmarc", "arc"])
@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("domain", ["remote.example", ""])
def test_every_result_of_every_method_has_its_words(method, result, domain):
    made = make_authentication(told((method, result, domain)))

    if (method, result) == ("arc", "none"):
        assert made is None
        return
    assert made
    (line,) = made.lines
    assert line.result
    assert line.meaning
    assert line.icon in {"ok", "fail", "alert", "off"}
    assert (line.tone == "is-good") == (result == "pass")


def test_dmarc_decides():
    spf = ("spf", "pass", "remote.example")

    assert verdict(spf, ("dmarc", "fail", "remote.example"))[0] == "is-bad"
    assert verdict(("dmarc", "pass", "remote.example")) == (
        "is-good",
        "Echt für remote.example",
    )


@pytest.mark.parametrize(
    ("check", "tone"),
    [
        (("dkim", "pass", "remote.example"), "is-good"),
        (("spf", "pass", "bounce.remote.example"), "is-good"),
        (("dkim", "pass", "other.example"), "is-warn"),
        (("dkim", "pass", "notremote.example"), "is-warn"),
        (("dkim", "pass", ""), "is-warn"),
        (("dkim", "fail", "remote.example"), "is-warn"),
        (("arc", "pass", ""), "is-warn"),
    ],
)
def test_without_dmarc_who_signed_or_sent_for_that_domain_decides(check, tone):
    assert verdict(check)[0] == tone


def test_a_sender_without_a_domain_is_never_genuine():
    assert verdict(("spf", "pass", ""), header_from="")[0] == "is-warn"


@pytest.mark.parametrize(
    "facts",
    [
        {},
        [],
        {"authentication": None},
        {"authentication": [1, {}, {"method": "spf"}]},
        {"authentication": [{"method": "x", "result": "pass", "domain": "a"}]},
    ],
    ids=str,
)
def test_facts_of_another_shape_say_nothing(facts):
    assert make_authentication(Hold(message=Message(facts=facts))) is None


def test_page_shows_it_and_escapes_it(people: People, client_for):
    hold = make_hold(people.acme, header_from="a@remote.example")
    facts = told(("dkim", "pass", "<b>remote.example")).message.facts
    Message.objects.filter(pk=hold.message_id).update(facts=facts)

    page = client_for(people.bob).get(reverse("quarantine:hold", args=[hold.pk]))

    text = page.content.decode()
    assert "Ist der Absender echt?" in text
    assert "Unterschrieben von &lt;b&gt;remote.example, unverändert" in text


def test_page_without_results_says_nothing_of_them(people: People, client_for):
    hold = make_hold(people.acme)

    page = client_for(people.bob).get(reverse("quarantine:hold", args=[hold.pk]))

    assert "Ist der Absender echt?" not in page.content.decode()


def test_page_shows_what_the_filter_reported(people: People, client_for):
    hold = make_hold(
        people.acme, reason={"filter": "amavis", "alerts": ["INFECTED, <b>Eicar"]}
    )

    page = client_for(people.bob).get(reverse("quarantine:hold", args=[hold.pk]))

    assert "INFECTED, &lt;b&gt;Eicar" in page.content.decode()
