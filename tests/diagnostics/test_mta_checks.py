"""The mail server of this machine: its user, and settings that are read on request."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from diagnostics.checks import as_user, mta, mta_settings
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Endpoint, Evidence, Target
from diagnostics.verdicts import judge
from tests.diagnostics.scanner import Scanner
from tests.diagnostics.test_checks import one, run, target_of
from tests.diagnostics.test_verdicts import HOST, SILENT, opened, seen, settings, stage

ROOT = os.geteuid() == 0
GOOD = {
    "relayhost": f"[{HOST}]:587",
    "smtp_tls_security_level": "encrypt",
    "smtp_sasl_auth_enable": "yes",
    "smtp_sasl_tls_security_options": "noanonymous",
    "smtp_sasl_type": "dovecot",
    "smtp_tls_mandatory_protocols": ">=TLSv1.2",
}
CASES = {
    "not-using-scanner": {"relayhost": ""},
    "not-using-scanner ": {"relayhost": "[mail.provider.example]:587"},
    "wrong-server-typo": {"relayhost": "[uot.example]:587"},
    "mx-lookup-instead-of-host": {"relayhost": "example"},
    "wrong-port": {"relayhost": f"[{HOST}]:2526"},
    "starttls-off": {"smtp_tls_security_level": "none"},
    "starttls-off ": {"smtp_tls_security_level": ""},
    "implicit-tls-on-587": {"smtp_tls_wrappermode": "yes"},
    "auth-not-enabled": {"smtp_sasl_auth_enable": "no"},
    "sasl-noplaintext-default": {
        "smtp_sasl_tls_security_options": "noplaintext, noanonymous"
    },
    "sasl-mech-mismatch": {"smtp_sasl_mechanism_filter": "cram-md5, digest-md5"},
    "tls-too-old": {"smtp_tls_mandatory_protocols": "TLSv1, TLSv1.1"},
    "tls-too-old ": {"smtp_tls_mandatory_protocols": "!TLSv1.2, !TLSv1.3"},
}


def read(**values: str) -> Evidence:
    facts = mta_settings.postfix_facts(GOOD | values)
    known = {"product": "postfix", "user": "postfix", "is_read": True}
    return seen("mta", **(known | facts))


def judged(*more: Evidence) -> list[str]:
    inside = stage("ehlo_tls", mechanisms=["PLAIN"])
    return [one.slug for one in judge([settings(), *opened(), inside, *more], "agent")]


@pytest.mark.parametrize("slug", CASES)
def test_names_what_is_set_wrong(slug):
    assert judged(read(**CASES[slug])) == [slug.strip()]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"relayhost": f"{HOST}:submission"},
        {"relayhost": f"[{HOST}]"},
        {"smtp_tls_security_level": "may"},
        {"smtp_tls_security_level": "", "smtp_use_tls": "yes"},
        {"relayhost": f"[{HOST}]:465", "smtp_tls_wrappermode": "yes"},
        {"smtp_sasl_mechanism_filter": "!gssapi, static:all"},
        {"smtp_tls_mandatory_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"},
        {"smtp_tls_mandatory_protocols": ""},
    ],
)
def test_good_settings_name_nothing(values):
    known = {} if "465" not in values.get("relayhost", "") else {"known_ports": [465]}
    inside = stage("ehlo_tls", mechanisms=["PLAIN"])
    evidence = [settings(**known), *opened(), inside, read(**values)]

    assert judge(evidence, "agent") == []


def test_settings_that_were_not_read_name_nothing():
    assert judged(seen("mta", product="postfix", user="postfix", is_read=False)) == []


def test_nothing_is_read_unless_asked(monkeypatch):
    monkeypatch.setattr(mta_settings, "read_postfix", pytest.fail)

    found = mta_settings.check_mta(mta.Mta("postfix", "postfix"), may_read=False)

    assert found.facts == {"product": "postfix", "user": "postfix", "is_read": False}


@pytest.fixture
def postmap(tmp_path, monkeypatch) -> Path:
    """Put a postmap in the way that knows one key, and tells the password."""
    program = tmp_path / "postmap"
    program.write_text(
        '#!/bin/sh\n[ "$2" = "[out.example]:587" ] && echo acme:kanarienvogel && exit 0'
        "\nexit 1\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return program


@pytest.mark.parametrize(
    ("relayhost", "has_key"), [(f"[{HOST}]:587", True), (f"[{HOST}]:25", False)]
)
def test_asks_only_whether_the_key_is_there(postmap, relayhost, has_key, capfd):
    found = read(relayhost=relayhost, smtp_sasl_password_maps="hash:/etc/postfix/sasl")

    assert found.facts["has_key"] is has_key
    assert "kanarienvogel" not in repr(found)
    assert "kanarienvogel" not in "".join(capfd.readouterr())
    assert judged(found) == ([] if has_key else ["auth-map-key-mismatch"])


def test_a_map_that_nobody_can_ask_says_nothing(monkeypatch):
    monkeypatch.setattr(mta_settings, "environment", lambda: {"PATH": "/nonexistent"})
    found = read(smtp_sasl_password_maps="hash:/etc/postfix/sasl")

    assert found.facts["has_key"] is None


def test_reads_postfix_on_this_machine():
    if not Path("/etc/postfix/main.cf").exists():
        pytest.skip("no Postfix here")

    found = mta_settings.check_mta(mta.find_mta(), may_read=True)

    assert found.facts["is_read"]
    assert found.facts["relay_port"] == 25


def test_reads_debians_exim(tmp_path, monkeypatch):
    conf, passwords = tmp_path / "conf", tmp_path / "passwd.client"
    conf.write_text(
        "# comment\ndc_eximconfig_configtype='smarthost'\n"
        "dc_smarthost='out.example::587'\n"
    )
    passwords.write_text("# host:user:password\nother.example:acme:kanarienvogel\n")
    monkeypatch.setattr(mta_settings, "_EXIM_SETTINGS", str(conf))
    monkeypatch.setattr(mta_settings, "_EXIM_PASSWORDS", str(passwords))

    found = mta_settings.check_mta(mta.Mta("exim", "Debian-exim"), may_read=True)

    assert (found.facts["relay_host"], found.facts["relay_port"]) == (HOST, 587)
    assert found.facts["has_key"] is False
    assert "kanarienvogel" not in repr(found)


def test_reads_the_smart_host_of_sendmail():
    facts = mta_settings.sendmail_facts(["Cwlocalhost\n", "DSesmtp:[Out.example.]\n"])

    assert (facts["relay_host"], facts["is_host"]) == (HOST, True)
    assert mta_settings.sendmail_facts(["Cwlocalhost\n"]) == {}


@pytest.mark.skipif(not ROOT, reason="only root can be another user")
def test_tries_the_port_as_another_user(good_certificate, authority):
    with Scanner(good_certificate) as scanner:
        found = run(target_of(scanner, authority, mta_user="nobody"))

    seen_as = one(found, "tcp_as_user")
    assert seen_as.status == OK
    assert seen_as.subject.endswith(" nobody")


def test_the_child_is_the_other_user(monkeypatch):
    if not ROOT:
        pytest.skip("only root can be another user")
    monkeypatch.setattr(as_user, "_connect", lambda _endpoint: str(os.getuid()))
    person = as_user.find_person("nobody")
    assert person is not None

    said = as_user.connect_as(person, Endpoint("x", "127.0.0.1", 1))

    assert said == str(person.uid)


def test_a_child_that_may_not_says_so(monkeypatch):
    def refuse(_groups: list[int]) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setgroups", refuse)
    person = as_user.Person("nobody", 65534, 65534, (65534,))
    found = as_user._compare(person, Endpoint("x", "127.0.0.1", 1))

    assert found.status == SKIPPED
    assert found.facts["error"] == "not-allowed"


@pytest.mark.parametrize(
    ("name", "reason"), [("nobody-at-all", "no-such-user"), ("nobody", "nothing-open")]
)
def test_says_why_it_did_not_try(name, reason):
    found: list[Evidence] = []
    as_user.check_as_user(name, [], Target("h", "n"), found.append)

    if not ROOT and name == "nobody":
        reason = "not-root"
    assert [item.facts["reason"] for item in found] == [reason]


def test_a_port_that_opens_for_others_only():
    facts = {"user": "postfix", "port": 587, **SILENT}
    blocked = seen("tcp_as_user", FAILED, control_error="", **facts)
    limited = seen("tcp_as_user", FAILED, control_error="timeout", **facts)

    assert judged(blocked) == ["firewall-egress-process"]
    assert judged(limited) == ["conn-limit-nat"]
