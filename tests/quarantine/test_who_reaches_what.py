"""Whose mail it is, who asks and what for: each cell of the matrix (S6)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories

pytestmark = [pytest.mark.db, pytest.mark.django_db]

LOOK = ("hold", "hold_row", "hold_status", "hold_preview")
RAW = ("hold_source", "attachment")
ACT = ("release", "discard", "request_release", "mark_seen")
# Bob may act on bob@, Rita may look at it; robert@ is its alias, info@ is nobody's of
# theirs, eva@ is another customer's.
MINE, ALIAS, OTHERS, STRANGE = "bob@acme.example", "robert", "info", "eva@other.example"
CONTENT = (
    b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nText\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n"
    b"\r\nText\r\n--b--\r\n"
)
# Who, for what is theirs (own and alias) and for what is not: looks, raw, acts.
# "yes", "no" (403), "missing" (404); a log-in page counts as missing.
MATRIX = {
    "alice": {
        MINE: ("yes", "yes", "yes"),
        ALIAS: ("yes", "yes", "yes"),
        OTHERS: ("yes", "yes", "yes"),
        STRANGE: ("missing", "missing", "missing"),
    },
    "bob": {
        MINE: ("yes", "no", "yes"),
        ALIAS: ("yes", "no", "yes"),
        OTHERS: ("missing", "missing", "missing"),
        STRANGE: ("missing", "missing", "missing"),
    },
    "rita": {
        MINE: ("yes", "no", "no"),
        ALIAS: ("yes", "no", "no"),
        OTHERS: ("missing", "missing", "missing"),
        STRANGE: ("missing", "missing", "missing"),
    },
    "charlie": {
        MINE: ("missing", "missing", "missing"),
        ALIAS: ("missing", "missing", "missing"),
        OTHERS: ("missing", "missing", "missing"),
        STRANGE: ("yes", "yes", "yes"),
    },
    **dict.fromkeys(
        ("support", "operator", None),
        dict.fromkeys((MINE, ALIAS, OTHERS, STRANGE), ("no", "no", "no")),
    ),
}


def ask(client: Client, verb: str, hold) -> str:
    """Ask for it; say how it went."""
    arguments = [hold.pk, 0] if verb == "attachment" else [hold.pk]
    path = reverse(f"quarantine:{verb}", args=arguments)
    answer = client.post(path) if verb in ACT else client.get(path)
    went = answer.status_code
    if went == 302 and not answer["Location"].startswith("/holds/"):
        return "no"  # led to the log-in, or to what staff have instead
    return {403: "no", 404: "missing"}.get(went, "yes" if went < 400 else str(went))


@pytest.fixture
def make_mail(people):
    """Return a function that makes a fresh mail for one of the four mailboxes."""
    factories.make_address(people.acme_domain, "robert", alias_of=people.bob_address)
    factories.make_address(people.acme_domain, "info")

    def make(whose: str):
        customer = people.other if whose == STRANGE else people.acme
        recipient = whose if "@" in whose else f"{whose}@acme.example"
        made = factories.make_hold(customer, recipient=recipient, content=CONTENT)
        if whose == ALIAS:  # intake leads it to the mailbox behind
            made.address = people.bob_address
            made.save()
        return made

    return make


@pytest.mark.parametrize("who", list(MATRIX), ids=str)
def test_s6_each_reaches_what_is_theirs_and_nothing_else(
    people, client_for, make_mail, who: str | None
):
    """S6: any user could open any held message by its id."""
    client = client_for(getattr(people, who)) if who else Client()
    wrong = {}
    for whose, expected in MATRIX[who].items():
        hold = make_mail(whose)
        for verbs, outcome in zip((LOOK, RAW), expected, strict=False):
            for verb in verbs:
                wrong[whose, verb] = ask(client, verb, hold), outcome
        for verb in ACT:
            wrong[whose, verb] = ask(client, verb, make_mail(whose)), expected[2]

    assert {cell: got for cell, got in wrong.items() if got[0] != got[1]} == {}
