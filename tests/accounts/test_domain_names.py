"""Domain names: read as people type them, kept as A-labels, registrable."""

from __future__ import annotations

import pytest

from accounts.domain_names import parse_domain, to_unicode
from accounts.errors import DomainNameRefused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("muster.ch", "muster.ch"),
        (" Muster.CH. ", "muster.ch"),
        ("Müster.ch", "xn--mster-kva.ch"),
        # IDNA 2003 would make it strasse.ch, which is somebody else's.
        ("straße.ch", "xn--strae-oqa.ch"),
        ("mail.muster.co.uk", "mail.muster.co.uk"),
        ("jemand.github.io", "jemand.github.io"),
        ("muster.example", "muster.example"),
        ("ｍuster。ch", "muster.ch"),
    ],
)
def test_reads_what_people_type(typed, kept):
    assert parse_domain(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("ch", "suffix"), ("co.uk", "suffix"), ("github.io", "suffix"),
        ("localhost", "suffix"), ("", "syntax"), (".", "syntax"), ("a..ch", "syntax"),
        ("a_b.ch", "syntax"), ("-a.ch", "syntax"), ("a b.ch", "syntax"),
        ("10.0.0.1", "syntax"), ("[::1]", "syntax"), ("x" * 64 + ".ch", "syntax"),
        ("muster.ch..", "syntax"), ("xn--a.ch", "syntax"), ("a\n.ch", "syntax"),
        ("eva@muster.ch", "address"), ("https://muster.ch/", "syntax"),
        (".".join(["abcdefghi"] * 25) + ".ch", "length"),
    ],
)  # fmt: skip
def test_refuses_what_nobody_holds(typed, reason):
    with pytest.raises(DomainNameRefused) as refused:
        parse_domain(typed)

    assert refused.value.reason == reason
    assert refused.value.user_message


def test_shows_a_name_as_people_write_it():
    assert to_unicode("xn--mster-kva.ch") == "müster.ch"
    assert to_unicode("xn--a.ch") == "xn--a.ch"
