"""What tests of digests share: when one is due, what it says, where it leads."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts import outbox
from accounts.models import Membership, OutgoingMail, Policy, User
from quarantine.digests import making as digests
from quarantine.models import Digest
from tests import factories

# A Tuesday, 09:00 in Zürich: the policy's default time, on a weekday.
SLOT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NOW = SLOT + timedelta(seconds=30)
FUTURE = datetime(2126, 1, 1, tzinfo=UTC)


def settle(people) -> None:
    """Let everybody have been there before the slot."""
    Membership.objects.update(created_at=SLOT - timedelta(days=30))


def hold_for(people, recipient: str = "bob@acme.example", **fields):
    """Make a hold of the hour before the slot, that lasts."""
    fields.setdefault("received_at", SLOT - timedelta(hours=1))
    fields.setdefault("expires_at", FUTURE)
    return factories.make_hold(people.acme, recipient=recipient, **fields)


def fresh_hold(people, **fields):
    """Make a hold that a digest of this moment tells of."""
    return hold_for(people, received_at=timezone.now(), **fields)


def make(user: User, *, slot: datetime = SLOT, now: datetime | None = None) -> None:
    """Make the person's digest."""
    customer_id = user.memberships.get().customer_id
    now = now or slot + timedelta(seconds=30)
    digests.make(str(customer_id), str(user.pk), slot, now=now)


def send() -> list[EmailMultiAlternatives]:
    """Send what waits in the outbox; return it."""
    before = len(mail.outbox)
    for pk in OutgoingMail.objects.filter(state="queued").values_list("pk", flat=True):
        outbox.deliver(pk)
    return mail.outbox[before:]


def tell(user: User, **when) -> EmailMultiAlternatives:
    """Make the person's digest, send it, return the mail."""
    make(user, **when)
    (sent,) = send()
    return sent


def html_of(letter: EmailMultiAlternatives) -> str:
    """Return the HTML part."""
    (part,) = letter.alternatives
    return str(part.content)


def links_of(letter: EmailMultiAlternatives) -> list[str]:
    """Return the addresses behind the links of the HTML part, in their order."""
    return re.findall(r'<a [^>]*href="([^"]+)"', html_of(letter))


def paths_of(letter: EmailMultiAlternatives, start: str) -> list[str]:
    """Return the paths of links that start so."""
    paths = [urlsplit(link).path for link in links_of(letter)]
    return [path for path in paths if path.startswith(start)]


def allow_links(people) -> None:
    """Let members release by link: what the policy may say."""
    Policy.objects.filter(customer=people.acme).update(may_release_by_link=True)


def link_for(people, user: User, **fields):
    """Make a hold and its digest; return it with the path of its link."""
    allow_links(people)
    settle(people)
    held = fresh_hold(people, **fields)
    make_now(user)
    (sent,) = send()
    (path,) = [path for path in paths_of(sent, "/digest/") if "/stop/" not in path]
    return held, path


def make_now(user: User) -> Digest:
    """Make a digest whose links still work as the tests run."""
    now = timezone.now()
    make(user, slot=now, now=now + timedelta(minutes=2))
    return Digest.objects.filter(user=user).latest("created_at")
