"""What the demo's people have done before anybody looks: rules, a request, a digest."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership, Policy
from accounts.models.people import make_actor
from accounts.tenancy import Actor
from cleanmail.demo.mail import ANNA
from quarantine.access.sender_rules import Scope
from quarantine.actions.decisions import request_release
from quarantine.actions.sender_rules import create_rule
from quarantine.digests import making as digests
from quarantine.models import Hold, SenderRule
from quarantine.sender_list import Entry
from quarantine.sender_patterns import parse_pattern

REASON = "Ich erwarte ein Paket aus Deutschland. Ist das von der Post?"
ADMIN = "admin@muster.example"


def do_deeds() -> None:
    """Let them act on the mail that has come in; for data that is new only."""
    anna, admin = _actor(ANNA), _actor(ADMIN)
    # The links of the digest shall show what they can do without log-in.
    Policy.objects.filter(customer=anna.customer_id).update(may_release_by_link=True)
    _send_digest(anna)
    _make_rules(anna, admin)
    parcel = Hold.objects.get(
        address__local_part="anna", message__envelope_sender__contains="paket-avis"
    )
    request_release(parcel, actor=anna, reason=REASON)


def _actor(email: str) -> Actor:
    membership = Membership.objects.select_related("user", "customer")
    return make_actor(membership.get(user__email=email))


def _make_rules(anna: Actor, admin: Actor) -> None:
    own, everybody = Scope(owner_id=anna.user_id), Scope()
    rules = (
        (own, "allow", "autohaus-rheintal.example", "Unsere Garage", 365),
        (own, "block", "sale24.example", "", None),
        (everybody, "block", "legal-funds.example", "Vorschussbetrug", None),
    )
    verbs = SenderRule.Verb
    for scope, verb, text, note, days in rules:
        ends_at = timezone.now() + timedelta(days=days) if days else None
        entry = Entry(verbs(verb), parse_pattern(text), note, ends_at)
        create_rule(scope, entry, actor=anna if scope.owner_id else admin)


def _send_digest(actor: Actor) -> None:
    # Digests leave out the last minute, which may not be committed yet; here it is.
    now = timezone.now()
    ready = now + digests.SETTLED_AFTER
    digests.make(str(actor.customer_id), str(actor.user_id), now, now=ready)
