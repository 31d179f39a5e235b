"""How SPF, DKIM and DMARC records are read: sound ones, odd ones, any bytes at all."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.domain_checks import dmarc
from diagnostics.domain_checks.asking import ANSWER, MISSING, Asker, Reply
from diagnostics.domain_checks.dkim import describe_key
from diagnostics.domain_checks.lookup import Lookup
from diagnostics.domain_checks.spf import check_spf, is_spf, suggest
from diagnostics.domain_checks.subject import Subject
from diagnostics.domain_checks.tags import read_tags
from diagnostics.domain_rules import decide

US = "_spf.cleanmail.example"
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)


class Told(Lookup):
    """A lookup that knows its answers: no network."""

    def __init__(self, **texts: str | list[str]) -> None:
        super().__init__(Asker(Subject("x.example", resolvers=("192.0.2.1",))), ())
        object.__setattr__(self, "texts", texts)

    def own(self, name: str, kind: str) -> Reply:
        return self.other(name, kind)

    def other(self, name: str, kind: str) -> Reply:  # noqa: ARG002 - one is enough
        texts = self.texts.get(name, [])
        found = (texts,) if isinstance(texts, str) else tuple(texts)
        return Reply(ANSWER if found else MISSING, found)


Told.__slots__ = ()


def judge_spf(text: str, **others: str) -> str:
    told = Told(**{"x.example": text, US: "v=spf1 ip4:192.0.2.0/24 -all", **others})
    facts = check_spf(told, Subject("x.example", spf_include=US))
    return decide("dns-spf", facts).code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"v=spf1 include:{US} -all", "spf-good"),
        (f"V=SPF1 INCLUDE:{US.upper()} -ALL", "spf-good"),
        (f"v=spf1 include:{US}. ~all", "spf-good"),
        (f"v=spf1 redirect={US}", "spf-good"),
        (f"v=spf1 -include:{US} -all", "spf-not-included"),
        ("v=spf1 -all", "spf-not-included"),
        (f"v=spf1 include:{US}", "spf-open"),
        (f"v=spf1 include:{US} ?all", "spf-open"),
        (f"v=spf1 include:{US} all", "spf-pass-all"),
        (f"v=spf1 include:{US} ip4:1.2.3.4/33 -all", "spf-syntax"),
        (f"v=spf1 include:{US} ip6:1.2.3.4 -all", "spf-syntax"),
        (f"v=spf1 include:{US} include: -all", "spf-syntax"),
        (f"v=spf1 include:{US} a: -all", "spf-syntax"),
        (f"v=spf1 include:{US} all:x -all", "spf-syntax"),
        (f"v=spf1 include:{US} , -all", "spf-syntax"),
        (f"v=spf1 include:{US} exp=e.example unknown=x -all", "spf-good"),
        (f"v=spf1 include:{US} a:b.example/24//64 mx/28 -all", "spf-good"),
        (f"v=spf1 include:{US} exists:%{{i}}.x.example -all", "spf-good"),
        (f"v=spf1 include:%{{d}}.y.example include:{US} -all", "spf-good"),
        (f"v=spf1 include:gone.example include:{US} -all", "spf-broken"),
        (f"v=spf1 {'a ' * 9}include:{US} -all", "spf-good"),
        (f"v=spf1 {'a ' * 10}include:{US} -all", "spf-too-many"),
    ],
)
def test_judges_spf(text, code):
    assert judge_spf(text) == code


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("v=spf1 mx -all", "ok", "spf-optional"),
        (f"v=spf1 include:{US} -all", "ok", "spf-good"),
        ("v=spf1 mx +all", "failed", "spf-pass-all"),
        ([], "warning", "spf-missing"),
    ],
)
def test_who_does_not_send_through_us_need_not_name_us(text, level, code):
    told = Told(**{"x.example": text, US: "v=spf1 ip4:192.0.2.0/24 -all"})
    subject = Subject("x.example", spf_include=US, sends_through_us=False)

    decision = decide("dns-spf", check_spf(told, subject))

    assert (decision.status, decision.code) == (level, code)


def test_spf_records_that_include_each_other_come_to_an_end():
    others = {
        f"r{number}.example": "v=spf1 include:r0.example include:r1.example -all"
        for number in range(2)
    }

    assert judge_spf("v=spf1 include:r0.example -all", **others) == "spf-broken"


def test_a_tree_of_includes_is_followed_no_further_than_it_counts():
    wide = " ".join(f"include:w{number}.example" for number in range(9))
    others = {f"w{number}.example": f"v=spf1 {wide} -all" for number in range(9)}
    asked = []
    told = Told(**{"x.example": f"v=spf1 {wide} -all", **others})
    real = told.other
    object.__setattr__(told, "other", lambda n, k: asked.append(n) or real(n, k))

    check_spf(told, Subject("x.example", spf_include=US))

    assert len(asked) < 40


@pytest.mark.parametrize(
    ("text", "is_record"),
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=spf1 -all", True),
        ("v=spf10 -all", False),
        (" v=spf1 -all", False),
        ("spf2.0/pra", False),
    ],
)
def test_tells_spf_records_from_other_texts(text, is_record):
    assert is_spf(text) is is_record


@pytest.mark.parametrize(
    ("current", "has", "suggested"),
    [
        ("", False, f"v=spf1 include:{US} ~all"),
        ("v=spf1 mx -all", False, f"v=spf1 mx include:{US} -all"),
        ("v=spf1 mx ~all", False, f"v=spf1 mx include:{US} ~all"),
        ("v=spf1 mx +all", False, f"v=spf1 mx include:{US} ~all"),
        ("v=spf1 mx all", False, f"v=spf1 mx include:{US} ~all"),
        ("v=spf1 mx ?all", False, f"v=spf1 mx include:{US} ~all"),
        ("v=spf1 mx", False, f"v=spf1 mx include:{US} ~all"),
        ("v=spf1 redirect=b.example", False, f"v=spf1 include:{US} redirect=b.example"),
        (f"v=spf1 include:{US} +all", True, f"v=spf1 include:{US} ~all"),
    ],
)
def test_suggests_a_record_that_keeps_what_is_there(current, has, suggested):
    assert suggest(current, US, has=has) == suggested


def public(key: object) -> str:
    raw = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


RSA_2048 = public(rsa.generate_private_key(65537, 2048))
ED25519 = base64.b64encode(
    ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
).decode()


KEYS = [
    (f"v=DKIM1; k=rsa; p={RSA_2048}", "good"),
    (f"p={RSA_2048}", "good"),
    (f"v=DKIM1; k=rsa; p={RSA_2048[:80]} {RSA_2048[80:]};", "good"),
    (f"v=DKIM1; k=ed25519; p={ED25519}", "good"),
    (f"v=DKIM1; k=ed25519; p={ED25519[:-8]}", "bad"),
    (f"v=DKIM2; p={RSA_2048}", "bad"),
    (f"k=rsa; v=DKIM1; p={RSA_2048}", "bad"),
    (f"v=DKIM1; k=rot13; p={RSA_2048}", "bad"),
    (f"v=DKIM1; p={RSA_2048[:-20]}", "bad"),
    (f"v=DKIM1; p={public(ec.generate_private_key(ec.SECP256R1()))}", "bad"),
    (f"v=DKIM1; p={RSA_2048}; p={RSA_2048}", "bad"),
    ("v=DKIM1; p=!!!", "bad"),
    ("v=DKIM1; k=rsa", "bad"),
    ("v=DKIM1; p=", "revoked"),
    ("anything at all", "bad"),
]


# The keys are made anew in each process: they are no names for tests.
@pytest.mark.parametrize(
    ("text", "state"), KEYS, ids=[str(number) for number in range(len(KEYS))]
)
def test_reads_keys(text, state):
    assert describe_key("s1", text)["state"] == state


def test_tells_a_key_in_test_mode():
    assert describe_key("s1", f"v=DKIM1; t=s:y; p={RSA_2048}")["is_testing"]


def judge_dmarc(own: str | list[str], **others: str) -> str:
    told = Told(**{"_dmarc.a.x.example": own, **others})
    facts = dmarc.check_dmarc(told, Subject("a.x.example"))
    return decide("dns-dmarc", facts).code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("v=DMARC1; p=reject", "dmarc-good"),
        ("v=DMARC1;p=quarantine;rua=mailto:a@b.example;", "dmarc-good"),
        ("v = DMARC1 ; p = none", "dmarc-watching"),
        ("v=DMARC1", "dmarc-syntax"),
        ("v=DMARC1; p=rejct", "dmarc-syntax"),
        ("v=DMARC1; p=none; p=reject", "dmarc-syntax"),
        ("v=DMARC1; reject", "dmarc-syntax"),
        ("v=dmarc1; p=none", "dmarc-syntax"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "dmarc-multiple"),
        ([], "dmarc-missing"),
    ],
)
def test_judges_dmarc(text, code):
    assert judge_dmarc(text) == code


def test_a_domain_above_speaks_for_those_below():
    above = {"_dmarc.x.example": "v=DMARC1; p=reject"}
    lax = {"_dmarc.x.example": "v=DMARC1; p=reject; sp=none"}

    assert judge_dmarc([], **above) == "dmarc-inherited"
    assert judge_dmarc([], **lax) == "dmarc-watching"


@settings(deadline=None)  # beside other load everything may be slow
@given(TEXT)
def test_no_text_at_all_breaks_the_reading(text):
    judge_spf(f"v=spf1 {text}")
    suggest(f"v=spf1 {text}", US, has=False)
    describe_key("s1", text)
    read_tags(text)
    judge_dmarc(f"v=DMARC1; {text}")
