"""SMS gateways, and the outbox that goes through them."""

from __future__ import annotations

import json
import logging
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException, HTTPMessage
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import GatewayFailed
from accounts.keyring import seal, unseal
from accounts.models import SmsCode, SmsMessage

logger = logging.getLogger(__name__)

GATEWAY_SECONDS = 10
# A code is worth nothing after that long, so neither is its SMS.
WORTH_SENDING = timedelta(minutes=5)
# A worker that died in mid-delivery: whether the SMS went out nobody knows.
LOST_AFTER = timedelta(seconds=60)
RESEND_AFTER = timedelta(seconds=15)

State = SmsMessage.State


def write_file(number: str, text: str) -> None:
    """Put the SMS beside the demo's outgoing mail."""
    folder = settings.VAR_DIR / "demo" / "outbox"
    name = f"sms-{timezone.now():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"An: {number}\n\n{text}\n", encoding="utf-8")
    except OSError as error:
        raise GatewayFailed(str(error)) from error


def write_console(number: str, text: str) -> None:
    """Show the SMS on the worker's terminal."""
    sys.stdout.write(f"SMS an {number}: {text}\n")


def post_http(number: str, text: str) -> None:
    """Post the SMS to `SMS_HTTP_URL`; a 2xx answer means taken."""
    body, content_type = _http_body(number, text)
    headers = {"Content-Type": content_type, "User-Agent": "Cleanmail"}
    if settings.SMS_HTTP_AUTHORIZATION:
        headers["Authorization"] = settings.SMS_HTTP_AUTHORIZATION
    try:
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting
            settings.SMS_HTTP_URL, body, headers, method="POST"
        )
        with _opener.open(request, timeout=GATEWAY_SECONDS) as reply:
            reply.read(1024)
    except (OSError, HTTPException, ValueError) as error:
        raise GatewayFailed(type(error).__name__) from error


GATEWAYS: dict[str, Callable[[str, str], None]] = {
    "file": write_file,
    "console": write_console,
    "http": post_http,
}


def is_available() -> bool:
    """Say whether the operator has set up a gateway at all."""
    return bool(settings.SMS_GATEWAYS)


def seal_message(number: str, text: str) -> bytes:
    """Return what SmsMessage keeps until it is sent."""
    return seal(json.dumps([number, text]).encode(), purpose="sms.message")


def deliver(message_id: UUID | str) -> None:
    """Send a queued SMS through the first gateway that takes it; once, whoever asks."""
    message = _claim(message_id)
    if message is None:
        logger.info("SMS %s is gone or taken", message_id)
        return
    number, text = json.loads(unseal(bytes(message.sealed), purpose="sms.message"))
    for name in settings.SMS_GATEWAYS:
        try:
            GATEWAYS[name](number, text)
        except GatewayFailed as error:
            logger.warning(
                "gateway %s did not take SMS %s: %s", name, message.pk, error
            )
        else:
            _finish(message, State.SENT, gateway=name)
            return
    _finish(message, State.FAILED)


def find_message(message_id: str) -> SmsMessage | None:
    """Return the SMS, None if the session knows of none."""
    return SmsMessage.objects.filter(pk=message_id).first() if message_id else None


def list_due() -> list[UUID]:
    """Return the SMS that no worker has picked up: the broker lost them."""
    waiting = SmsMessage.objects.filter(
        state=State.QUEUED,
        started_at=None,
        created_at__lt=timezone.now() - RESEND_AFTER,
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


@transaction.atomic(durable=True)
def end_stale() -> int:
    """Give up on SMS that came too late or whose worker died; return how many."""
    now = timezone.now()
    queued = SmsMessage.objects.filter(state=State.QUEUED)
    late = queued.filter(created_at__lt=now - WORTH_SENDING)
    ended = late.update(state=State.FAILED, sealed=b"")
    lost = queued.filter(started_at__lt=now - LOST_AFTER)
    return ended + lost.update(state=State.FAILED, sealed=b"")


def forget_old() -> int:
    """Delete codes of yesterday and SMS of three months ago; return how many."""
    now = timezone.now()
    codes = SmsCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    old = SmsMessage.objects.filter(created_at__lt=now - timedelta(days=90))
    return codes[0] + old.delete()[0]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's signature
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,  # noqa: ARG002 - the same
    ) -> None:
        """Follow nothing: the number would travel to an address nobody configured."""
        raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)


_opener = urllib.request.build_opener(_NoRedirect)


def _http_body(number: str, text: str) -> tuple[bytes, str]:
    """Fill `SMS_HTTP_BODY`: JSON if it starts with a brace, else a form."""
    template = settings.SMS_HTTP_BODY
    if template.lstrip().startswith("{"):
        fill, content_type = _json_text, "application/json"
    else:
        fill, content_type = _form_text, "application/x-www-form-urlencoded"
    # The text last: it could contain "{number}".
    filled = template.replace("{number}", fill(number)).replace("{text}", fill(text))
    return filled.encode(), content_type


def _json_text(value: str) -> str:
    return json.dumps(value)[1:-1]


def _form_text(value: str) -> str:
    return urllib.parse.quote_plus(value)


@transaction.atomic(durable=True)
def _claim(message_id: UUID | str) -> SmsMessage | None:
    now = timezone.now()
    free = SmsMessage.objects.filter(
        pk=message_id,
        state=State.QUEUED,
        started_at=None,
        created_at__gt=now - WORTH_SENDING,
    )
    if free.update(started_at=now) != 1:
        return None
    return SmsMessage.objects.get(pk=message_id)


@transaction.atomic(durable=True)
def _finish(message: SmsMessage, state: str, *, gateway: str = "") -> None:
    """Close the row; what it said is not kept."""
    SmsMessage.objects.filter(pk=message.pk, state=State.QUEUED).update(
        state=state, gateway=gateway, sealed=b"", sent_at=timezone.now()
    )
