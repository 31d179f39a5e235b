"""The outbox of SMS, emptied through the gateways in their order."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import sms_gateways
from accounts.errors import GatewayFailed
from accounts.keyring import seal, unseal
from accounts.models import SmsCode, SmsMessage
from accounts.models.devices import CODE_LIFETIME, hash_number

logger = logging.getLogger(__name__)

# A code is worth nothing after that long, so neither is its SMS.
WORTH_SENDING = CODE_LIFETIME
# A worker that died in mid-delivery: whether the SMS went out nobody knows.
LOST_AFTER = timedelta(seconds=60)
RESEND_AFTER = timedelta(seconds=15)

State = SmsMessage.State


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
    for name in sms_gateways.in_order():
        try:
            sms_gateways.send(name, number, text)
        except GatewayFailed as error:
            logger.warning(
                "gateway %s did not take SMS %s: %s", name, message.pk, error
            )
        else:
            _finish(message, State.SENT, gateway=name)
            return
    _finish(message, State.FAILED)


def find_message(message_id: str, number: str) -> SmsMessage | None:
    """Return the SMS if it went to that number; the session may know of another."""
    if not message_id:
        return None
    return SmsMessage.objects.filter(
        pk=message_id, number_hash=hash_number(number)
    ).first()


def find_last_message(message_id: str) -> SmsMessage | None:
    """Return the SMS that the session knows of, whatever number it went to."""
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
