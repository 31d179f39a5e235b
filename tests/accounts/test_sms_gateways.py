"""HTTP gateways as their services document them, broken ones, and what follows."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import environ
import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from accounts import sms_gateways
from accounts.actions.codes import send_code
from accounts.checks import check_sms
from accounts.errors import GatewayFailed
from accounts.models import SmsMessage
from tests.services.certificates import self_signed_context
from tests.services.sms_gateway import Gateway, sms_gateway

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NUMBER = "+41791234567"
TEXT = 'Code 123456 für «A & B», "x" {number}\n\n@portal.example #123456'
GUIDE = Path(__file__).parents[2] / "docs" / "sms.md"


@pytest.fixture
def gateways(settings, worker_in_line) -> Iterator[list[Gateway]]:
    """Start two gateways, `first` and `second`, and let the portal use them so."""
    with ExitStack() as stack:
        made = [stack.enter_context(sms_gateway()) for _ in range(2)]
        settings.SMS_GATEWAYS = ["first", "second"]
        settings.SMS_HTTP_GATEWAYS = dict(
            zip(settings.SMS_GATEWAYS, [one.settings() for one in made], strict=True)
        )
        yield made


@pytest.fixture
def short_time(monkeypatch) -> None:
    """Let a gateway have half a second: the tests wait for its end."""
    monkeypatch.setattr(sms_gateways, "ONE_SECONDS", 0.5)


@pytest.fixture
def send(people, django_capture_on_commit_callbacks):
    """Return a function that sends a code, worker included, and the row of its SMS."""

    def run() -> SmsMessage:
        with django_capture_on_commit_callbacks(execute=True):
            message = send_code(people.bob, NUMBER, "login", network="n")
        message.refresh_from_db()
        return message

    return run


def settings_of_guide(service: str) -> dict[str, str]:
    """Return the settings that the guide shows for a service, as environ reads them."""
    section = GUIDE.read_text().split(f"## {service}\n")[1].split("\n## ")[0]
    lines = [
        line.strip() for line in section.splitlines() if line.startswith("    SMS_")
    ]
    read: dict[str, str] = {}
    environ.Env.read_env(io.StringIO("\n".join(lines)), overwrite=True)
    for line in lines:
        name = line.split("=")[0]
        read[name] = environ.Env().str(name)
    return read


def gateway_of_guide(service: str, made: Gateway) -> sms_gateways.HttpGateway:
    """Return the gateway of the guide, its host replaced by ours."""
    name = service.upper()
    read = settings_of_guide(service)
    _scheme, _, rest = read[f"SMS_{name}_URL"].partition("://")
    origin = made.url.removesuffix("/send")
    return sms_gateways.HttpGateway(
        name=service.lower(),
        url=f"{origin}/{rest.partition('/')[2]}",
        authorization=read.get(f"SMS_{name}_AUTHORIZATION", ""),
        body=read[f"SMS_{name}_BODY"],
        answer=read.get(f"SMS_{name}_ANSWER", ""),
    )


@pytest.fixture(autouse=True)
def untouched_environment() -> Iterator[None]:
    """Take back what the guide's settings put into the environment."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_twilio_gets_its_form(gateways):
    made = gateways[0]
    made.status, made.said = 201, b'{"status": "queued"}'

    gateway_of_guide("Twilio", made).send(NUMBER, TEXT, seconds=5)

    account = "AC00000000000000000000000000000000"
    assert made.paths == [f"/2010-04-01/Accounts/{account}/Messages.json"]
    assert made.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    kind, _, credentials = made.headers[0]["Authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(credentials).decode().split(":")[0] == account
    assert parse_qs(made.bodies[0]) == {
        "To": [NUMBER],
        "From": ["+41790000000"],
        "Body": [TEXT],
    }


def test_aspsms_gets_its_json(gateways):
    made = gateways[0]
    made.said = b'{"StatusCode":"1","StatusInfo":"OK"}'

    gateway_of_guide("ASPSMS", made).send(NUMBER, TEXT, seconds=5)

    assert made.paths == ["/SendSimpleTextSMS"]
    assert made.headers[0]["Content-Type"] == "application/json"
    assert "Authorization" not in made.headers[0]
    assert json.loads(made.bodies[0]) == {
        "UserName": "USERKEY",
        "Password": "API-PASSWORD",
        "Originator": "Cleanmail",
        "Recipients": [NUMBER],
        "MessageText": TEXT,
    }


def test_aspsms_that_refuses_under_the_status_200_has_failed(gateways):
    made = gateways[0]
    made.said = b'{"StatusCode":"3","StatusInfo":"Authorization failed."}'

    with pytest.raises(GatewayFailed):
        gateway_of_guide("ASPSMS", made).send(NUMBER, TEXT, seconds=5)


def test_ecall_gets_its_json(gateways):
    made = gateways[0]

    gateway_of_guide("eCall", made).send(NUMBER, TEXT, seconds=5)

    assert made.paths == ["/api/message"]
    assert made.headers[0]["Authorization"].startswith("Basic ")
    assert json.loads(made.bodies[0]) == {
        "channel": "Sms",
        "from": "Cleanmail",
        "to": NUMBER,
        "content": {"type": "Text", "text": TEXT},
    }


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 429, 500, 503])
def test_another_gateway_takes_over_from_one_that_refuses(gateways, send, status):
    gateways[0].status = status

    message = send()

    assert (message.state, message.gateway) == (SmsMessage.State.SENT, "second")
    assert [len(one.bodies) for one in gateways] == [1, 1]
    assert "elsewhere" not in "".join(gateways[0].paths)


@pytest.mark.parametrize("manner", ["silence", "drip", "garbage", "hang up"])
def test_another_gateway_takes_over_from_one_that_is_ill(
    gateways, send, manner, short_time
):
    gateways[0].manner = manner

    message = send()

    assert (message.state, message.gateway) == (SmsMessage.State.SENT, "second")


@pytest.mark.parametrize("manner", ["silence", "drip"])
def test_a_slow_gateway_is_cut_off(gateways, manner):
    """It would drip for four minutes; each byte starts a socket's own time-out anew."""
    gateways[0].manner = manner
    began = time.monotonic()

    with pytest.raises(GatewayFailed):
        sms_gateways.find("first").send(NUMBER, TEXT, seconds=0.5)

    assert time.monotonic() - began < 25


def test_another_gateway_takes_over_when_nobody_vouches_for_the_certificate(
    gateways, send, settings, tmp_path
):
    with sms_gateway(self_signed_context(tmp_path, "localhost")) as forged:
        settings.SMS_HTTP_GATEWAYS["first"]["url"] = forged.url
        message = send()

        assert forged.bodies == []
    assert (message.state, message.gateway) == (SmsMessage.State.SENT, "second")


def test_a_gateway_with_a_good_certificate_is_used(settings, tmp_path, monkeypatch):
    context = self_signed_context(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
    with sms_gateway(context) as made:
        settings.SMS_HTTP_GATEWAYS = {"first": made.settings()}
        sms_gateways.find("first").send(NUMBER, TEXT, seconds=5)

        assert json.loads(made.bodies[0])["text"] == TEXT


def test_a_gateway_with_the_certificate_of_another_is_not_used(
    settings, tmp_path, monkeypatch
):
    context = self_signed_context(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.example.pem"))
    with sms_gateway(context) as made:
        settings.SMS_HTTP_GATEWAYS = {"first": made.settings()}
        with pytest.raises(GatewayFailed) as refused:
            sms_gateways.find("first").send(NUMBER, TEXT, seconds=5)

        assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
        assert made.bodies == []


def test_plain_text_where_tls_was_expected_fails_over(gateways, send, settings):
    first = settings.SMS_HTTP_GATEWAYS["first"]
    first["url"] = first["url"].replace("http://", "https://")

    assert send().gateway == "second"


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "http://nowhere.invalid/", "http://127.0.0.1:9/", "ftp://x/"],
)
def test_a_gateway_that_is_not_there_fails_over(gateways, send, settings, url):
    settings.SMS_HTTP_GATEWAYS["first"]["url"] = url

    assert send().gateway == "second"


def test_a_silent_gateway_is_asked_last_for_a_minute(gateways, send, people, settings):
    """Or each SMS would wait for it anew."""
    gateways[0].manner = "hang up"
    send()
    gateways[0].manner = "answer"
    with time_machine.travel(timezone.now() + timedelta(seconds=50)):
        send()
    in_between = [len(one.bodies) for one in gateways]
    sms_gateways.silent_since["first"] -= 61
    with time_machine.travel(timezone.now() + timedelta(seconds=100)):
        send()

    assert in_between == [1, 2]
    assert [len(one.bodies) for one in gateways] == [2, 2]


def test_a_silent_gateway_is_still_asked_when_the_others_refuse(gateways, send):
    gateways[0].manner = "hang up"
    gateways[1].status = 503
    send()
    gateways[0].manner = "answer"
    with time_machine.travel(timezone.now() + timedelta(seconds=50)):
        message = send()

    assert (message.state, message.gateway) == (SmsMessage.State.SENT, "first")


def test_a_refusal_changes_no_order(gateways, send):
    gateways[0].status = 400
    send()

    assert sms_gateways.in_order() == ["first", "second"]


def test_a_gateway_inside_is_refused_unless_the_operator_allows_its_network(
    gateways, send, settings
):
    settings.ALLOWED_NETWORKS = []

    assert send().state == SmsMessage.State.FAILED
    assert [one.bodies for one in gateways] == [[], []]


def test_the_console_gateway_shows_the_sms(settings, send, capsys, worker_in_line):
    settings.SMS_GATEWAYS = ["console"]

    message = send()

    assert message.gateway == "console"
    assert f"SMS an {NUMBER}: " in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_fails_over(gateways, send, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.write_text("a file where a folder should be")
    settings.SMS_GATEWAYS = ["file", "second"]

    assert send().gateway == "second"


def test_all_gateways_down_ends_the_sms(gateways, send):
    for one in gateways:
        one.status = 503

    message = send()

    assert message.has_failed
    assert bytes(message.sealed) == b""


def test_no_log_line_holds_number_or_code(gateways, send, caplog):
    caplog.set_level(logging.DEBUG)
    gateways[0].status = 500
    gateways[0].said = b"bad number +41791234567"

    send()

    assert "gateway first did not take" in caplog.text
    assert "791234567" not in caplog.text
    assert gateways[1].last_code not in caplog.text


def test_settings_of_the_guide_have_no_fault(settings):
    for service in ("Twilio", "ASPSMS", "eCall"):
        name = service.upper()
        read = settings_of_guide(service)
        settings.SMS_GATEWAYS = [service.lower()]
        settings.SMS_HTTP_GATEWAYS = {
            service.lower(): {
                part: read.get(f"SMS_{name}_{part.upper()}", "")
                for part in ("url", "authorization", "body", "answer")
            }
        }

        assert check_sms() == []


GOOD = {
    "url": "https://sms.example/send",
    "authorization": "",
    "body": '{"to": "{number}", "text": "{text}"}',
    "answer": "",
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": ""}, "SMS_OWN_URL is ''"),
        ({"url": "sms.example/send"}, "SMS_OWN_URL is 'sms.example/send'"),
        ({"url": "https://[::1/"}, "SMS_OWN_URL"),
        ({"body": '{"to": "{number}"}'}, "SMS_OWN_BODY must contain"),
        ({"body": '{"to": {number}, "text": {text}'}, "no JSON"),
        ({"authorization": "Basic x\r\nX: y"}, "SMS_OWN_AUTHORIZATION"),
        ({"answer": "("}, "SMS_OWN_ANSWER"),
    ],
)
def test_a_fault_of_the_settings_is_a_sentence(settings, change, said):
    settings.SMS_GATEWAYS = ["own"]
    settings.SMS_HTTP_GATEWAYS = {"own": GOOD | change}

    with pytest.raises(SystemCheckError) as stopped:
        call_command("check")

    assert said in str(stopped.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMS_GATEWAYS", ["my gateway"], "'my gateway'"),
        ("SMS_COUNTRIES", ["CH", "001"], "'001'"),
        ("SMS_COUNTRIES", ["ch"], "'ch'"),
        ("PHONENUMBER_DEFAULT_REGION", "XX", "'XX'"),
        ("SMS_DAILY_BUDGET", 0, "SMS_DAILY_BUDGET"),
    ],
)
def test_other_faults_of_the_settings_are_sentences_too(settings, name, value, said):
    setattr(settings, name, value)

    assert any(said in str(problem.msg) for problem in check_sms())


def test_the_settings_of_the_tests_have_no_fault():
    assert check_sms() == []
