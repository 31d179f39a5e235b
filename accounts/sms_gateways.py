"""The ways an SMS leaves by: HTTP gateways, and file or terminal for the demo."""

from __future__ import annotations

import http.client
import json
import math
import re
import sys
import time
import urllib.parse
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.errors import GatewayFailed, GatewaySilent
from accounts.http_calls import deadline_connection
from cleanmail.wire.errors import WireError

# A worker tries them one after the other, within the time limit of its task.
ONE_SECONDS, ALL_SECONDS = 10.0, 30.0
ANSWER_BYTES = 65536
DEMO = frozenset({"file", "console"})
# A gateway that did not answer is asked last for so long, or each SMS waits for it.
LAST_SECONDS = 60.0
# When that was, by name: each worker finds out for itself.
silent_since: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Somebody's HTTP interface: `SMS_<NAME>_…` of the settings.

    `answer` is a regular expression that the answer's text must contain, for services
    that report a failure under the status 200.
    """

    name: str
    url: str
    authorization: str
    body: str
    answer: str

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON; else it is a form."""
        return self.body.lstrip().startswith("{")

    def fill(self, number: str, text: str) -> bytes:
        """Return the body for one SMS."""
        quote = _json_text if self.is_json else urllib.parse.quote_plus
        # The text last: it could contain "{number}".
        filled = self.body.replace("{number}", quote(number))
        return filled.replace("{text}", quote(text)).encode()

    def send(self, number: str, text: str, *, seconds: float) -> None:
        """Post the SMS; raise GatewayFailed unless it was taken within the time."""
        try:
            with deadline_connection(
                self.url, seconds, allowed_networks=settings.ALLOWED_NETWORKS
            ) as connection:
                body = self.fill(number, text)
                connection.request("POST", self._target(), body, self._headers())
                self._judge(connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError, WireError) as error:
            raise GatewaySilent(type(error).__name__) from error

    def _target(self) -> str:
        """Return path and query, as the request line names them."""
        parts = urllib.parse.urlsplit(self.url)
        return urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))

    def _headers(self) -> dict[str, str]:
        kind = "json" if self.is_json else "x-www-form-urlencoded"
        headers = {"Content-Type": f"application/{kind}", "User-Agent": "Cleanmail"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        return headers

    def _judge(self, reply: http.client.HTTPResponse) -> None:
        """Follow no redirect: the number would travel to where nobody configured."""
        if not 200 <= reply.status < 300:
            raise GatewayFailed(str(reply.status))
        if self.answer:
            said = reply.read(ANSWER_BYTES).decode("utf-8", "replace")
            if not re.search(self.answer, said):
                raise GatewayFailed("answer")


def is_available() -> bool:
    """Say whether the operator has set up a gateway at all."""
    return bool(settings.SMS_GATEWAYS)


def in_order() -> list[str]:
    """Return the gateways as the operator orders them, those that are silent last."""
    now = time.monotonic()
    return sorted(
        settings.SMS_GATEWAYS,
        key=lambda name: now - silent_since.get(name, -math.inf) < LAST_SECONDS,
    )


def send(name: str, number: str, text: str) -> None:
    """Hand an SMS to the gateway of that name; raise GatewayFailed."""
    if name == "file":
        _write_file(number, text)
    elif name == "console":
        sys.stdout.write(f"SMS an {number}: {text}\n")
    else:
        seconds = min(ONE_SECONDS, ALL_SECONDS / len(settings.SMS_GATEWAYS))
        try:
            find(name).send(number, text, seconds=seconds)
        except GatewaySilent:
            silent_since[name] = time.monotonic()
            raise
        silent_since.pop(name, None)


def find(name: str) -> HttpGateway:
    """Return the HTTP gateway as the settings describe it."""
    return HttpGateway(name=name, **settings.SMS_HTTP_GATEWAYS[name])


def _write_file(number: str, text: str) -> None:
    """Put the SMS beside the demo's outgoing mail."""
    folder = settings.VAR_DIR / "demo" / "outbox"
    name = f"sms-{timezone.now():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"An: {number}\n\n{text}\n", encoding="utf-8")
    except OSError as error:
        raise GatewayFailed(str(error)) from error


def _json_text(value: str) -> str:
    return json.dumps(value)[1:-1]
