"""What deceives is named, and what is honest is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Domain
from quarantine.lookalikes import find_original, mixes_scripts, skeleton
from quarantine.signs import Kind, Known, find_signs
from quarantine.text_view import read_text
from tests.factories import make_hold

HONEST = "From: A <a@a.example>"
OWN = ["brunner-treuhand.ch", "acme.example"]


@pytest.mark.parametrize(
    "name",
    [
        "bruner-treuhand.ch",  # a letter lost
        "brunnner-treuhand.ch",  # a letter more
        "brunmer-treuhand.ch",  # another letter
        "burnner-treuhand.ch",  # two swapped
        "brumer-treuhand.ch",  # melted
        "acrne.example",
        "аcme.example",  # Cyrillic
        "xn--cme-5cd.example",  # the same as A-label
    ],
)
def test_a_name_that_looks_like_ours_is_found(name: str):
    assert find_original(name, OWN) in OWN


@pytest.mark.parametrize(
    "name",
    [
        "acme.example",
        "mail.acme.example",
        "post.ch",
        "bruno-treuhand.ch",
        "brunner-treuhand.com",
        "acne.example",  # too short for a slip to mean anything
        "grün.example",
    ],
)
def test_an_honest_name_is_left_alone(name: str):
    assert find_original(name, OWN) == ""


def test_several_alphabets_in_one_label_are_told_from_several_labels():
    assert mixes_scripts("pаypal.com")  # Cyrillic
    assert not mixes_scripts("пример.com")
    assert not mixes_scripts("zürich.ch")
    assert skeleton("PayPaI.com") == skeleton("paypal.com")


def kinds_of(people, head: str) -> list[Kind]:
    known = Known(("acme.example",))
    hold = make_hold(people.acme, content=f"{head}\r\n\r\nx\r\n".encode())
    return [sign.kind for sign in find_signs(read_text(hold.message).outline, known)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("From: Anna <anna@partner.example>", []),
        ("From: Anna <anna@acme.example>\r\nReply-To: info@acme.example", []),
        ("From: A <a@news.shop.example>\r\nReply-To: a@shop.example", []),
        ('From: "boss@acme.example" <x@evil.example>', [Kind.NAME_IS_ADDRESS]),
        ("From: =?utf-8?q?boss=40acme=2Eexample?= <x@evil.example>",
         [Kind.NAME_IS_ADDRESS]),
        ("From: Boss <boss@acrne.example>", [Kind.LOOKALIKE]),
        ("From: A <a@p\u0430ypal.example>", [Kind.MIXED_SCRIPTS]),
        ("From: A <a@a.example>\r\nReply-To: b@b.example", [Kind.REPLY_ELSEWHERE]),
        ("From: A <a@a.example>\r\nFrom: B <b@b.example>", [Kind.SEVERAL_SENDERS]),
        (f"{HONEST}\r\nContent-Type: text/plain\r\nContent-Type: text/html",
         [Kind.AMBIGUOUS]),
        (f"{HONEST}\r\nContent-Type: multipart/mixed; boundary=a; boundary=b",
         [Kind.AMBIGUOUS]),
        ("Subject: nobody", []),
    ],
)  # fmt: skip
def test_names_what_deceives(people, head: str, expected: list[Kind]):
    assert kinds_of(people, head) == expected


@pytest.mark.django_db
def test_a_colleagues_name_over_a_foreign_address_is_shown_on_the_page(
    people, client_for: Callable[..., Client]
):
    people.rita.full_name = "Rita Keller"
    people.rita.save()
    Domain.objects.filter(customer=people.acme).update(verified_at="2026-01-01T00:00Z")
    hold = make_hold(
        people.acme,
        content=b"From: Rita Keller <rita@acne-mail.example>\r\n\r\nx\r\n",
        header_from_name="Rita Keller",
        header_from="rita@acne-mail.example",
    )
    address = reverse("quarantine:hold", args=[hold.pk])

    page = client_for(people.alice).get(address).content.decode()

    assert "Der Name ist echt, die Adresse nicht." in page
    assert "rita@acme.example" in page


@pytest.mark.django_db
def test_a_namesake_at_another_customer_is_nobodys_business(
    people, client_for: Callable[..., Client]
):
    people.charlie.full_name = "Karl Fremd"
    people.charlie.save()
    hold = make_hold(
        people.acme,
        content=b"From: Karl Fremd <karl@x.example>\r\n\r\nx\r\n",
        header_from_name="Karl Fremd",
    )

    page = client_for(people.alice).get(reverse("quarantine:hold", args=[hold.pk]))

    assert "charlie@other.example" not in page.content.decode()
    assert "Der Name ist echt" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "second", ["; boundary=b", "\r\nContent-Type: multipart/mixed; boundary=b"]
)
def test_s16_two_boundaries_are_named_and_nothing_is_called_safe(
    people, client_for: Callable[..., Client], second: str
):
    content = (
        f"{HONEST}\r\nContent-Type: multipart/mixed; boundary=a{second}\r\n\r\n"
        "--a\r\n\r\nharmless\r\n--b\r\n"
        'Content-Disposition: attachment; filename="x.exe"\r\n\r\nMZ\r\n'
        "--a--\r\n--b--\r\n"
    )
    hold = make_hold(people.acme, content=content.encode())

    page = (
        client_for(people.alice)
        .get(reverse("quarantine:hold", args=[hold.pk]))
        .content.decode()
    )

    assert "lässt sich auf mehrere Arten lesen" in page
    assert "unbedenklich" not in page
    assert "Kein Virus" not in page
    assert "answer is-good" not in page
