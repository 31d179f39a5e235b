"""Held mail: a Message once, a Hold for each envelope recipient."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import Address, Domain
from accounts.models.customers import Category
from accounts.models.sealed import SealedField
from accounts.tenancy import Actor, TenantOwned
from quarantine.states import State


class Message(TenantOwned):
    """One transaction's message for one customer; written once.

    `content_sha256` is over the content (RFC 5321: what stands between 354 and the
    final dot, unstuffed). The bytes lie in `segment` from `segment_offset` on,
    `stored_length` bytes of encrypted frames; `wrapped_key` is their data key under
    the key ring, NULL once the content is erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    envelope_sender = models.CharField(max_length=1000, blank=True)
    body_type = models.CharField(max_length=16, blank=True)
    is_smtputf8 = models.BooleanField(default=False)
    envelope_id = models.CharField(max_length=200, blank=True)
    dsn_return = models.CharField(max_length=4, blank=True)
    queue_id = models.CharField(max_length=64, blank=True)
    client_name = models.CharField(max_length=255, blank=True)
    client_address = models.CharField(max_length=64, blank=True)
    client_helo = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()
    size = models.PositiveBigIntegerField()
    content_sha256 = models.CharField(max_length=64, db_index=True)
    # Shown, never trusted: what the header section says, cleaned.
    facts = models.JSONField(default=dict)
    has_bare_line_ends = models.BooleanField(default=False)
    has_8bit = models.BooleanField(default=False)
    segment = models.CharField(max_length=100)
    segment_offset = models.PositiveBigIntegerField()
    stored_length = models.PositiveBigIntegerField()
    wrapped_key = SealedField(null=True, purpose="content")

    class Meta:
        verbose_name = _("Nachricht")
        # Whether a segment is still wanted is asked of each whose day is over.
        indexes: ClassVar = [models.Index(fields=["segment"], name="message_segment")]


class Hold(TenantOwned):
    """A message held for one envelope recipient: the tenant row, what lists show."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="holds")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    address = models.ForeignKey(
        Address, models.PROTECT, null=True, related_name="holds"
    )
    envelope_recipient = models.CharField(max_length=1000)
    original_recipient = models.CharField(max_length=1000, blank=True)
    notify = models.CharField(max_length=64, blank=True)
    # SHA-256 of queue id, recipient and content hash; NULL without a queue id.
    dedupe_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    state = models.CharField(max_length=16, choices=State, default=State.HELD)
    category = models.CharField(max_length=16, choices=Category, default=Category.OTHER)
    score = models.FloatField(null=True)
    # Machine-readable: what the filter said; "policy" for what policy lets pass,
    # "released" for what came back after a release.
    reason = models.JSONField(default=dict)

    header_from_name = models.CharField(max_length=255, blank=True)
    header_from = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    # Lower case, spaces collapsed: sender, recipient and subject, for the search.
    search_text = models.CharField(max_length=2500, blank=True)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The latest no to a request; it stays when the release is asked for again.
    denied_at = models.DateTimeField(null=True)
    denied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        # Never searched: an index would only cost each hold that comes in.
        db_index=False,
    )
    # The worker's claim: set while one is at it.
    started_at = models.DateTimeField(null=True)
    # Set just before the end of data goes out: from then on a repeat may double.
    ending_at = models.DateTimeField(null=True)
    attempts_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    # How often the released message came back to the intake, and was let through.
    returns_count = models.PositiveSmallIntegerField(default=0)
    first_seen_at = models.DateTimeField(null=True)
    # A legal hold: set, the mail does not expire; its day stays written down.
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        # As above.
        db_index=False,
    )
    kept_reason = models.CharField(
        max_length=500, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("zurückgehaltene E-Mail")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "envelope_recipient"], name="hold_once_per_recipient"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="hold_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["customer", "-received_at", "-id"],
                condition=Q(state__in=("held", "requested")),
                name="hold_open_customer",
            ),
            models.Index(
                fields=["address", "-received_at", "-id"],
                condition=Q(state__in=("held", "requested")),
                name="hold_open_address",
            ),
            models.Index(
                fields=["customer", "state", "-received_at", "-id"], name="hold_state"
            ),
            models.Index(fields=["expires_at"], name="hold_expiry"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="releasing"),
                name="hold_releasing",
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Whether its day is past and nobody keeps it."""
        return self.kept_at is None and self.expires_at <= timezone.now()

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see what came for an address they hold a grant for."""
        return Q(address_id__in=actor.viewable)


class ReleaseAttempt(TenantOwned):
    """One try to hand a hold to the next hop, and what that said."""

    class Outcome(models.TextChoices):
        """How the try ended."""

        ACCEPTED = "accepted", _("angenommen")
        DEFERRED = "deferred", _("aufgeschoben")
        REJECTED = "rejected", _("abgelehnt")
        UNREACHED = "unreached", _("nicht erreicht")
        UNSURE = "unsure", _("ungewiss")

    hold = models.ForeignKey(Hold, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    next_hop = models.CharField(max_length=300)
    next_hop_address = models.CharField(max_length=64, blank=True)
    is_own_relay = models.BooleanField(default=False)
    reply_code = models.PositiveSmallIntegerField(null=True)
    enhanced_status_code = models.CharField(max_length=16, blank=True)
    reply_text = models.TextField(blank=True)
    queue_id = models.CharField(max_length=64, blank=True)
    tls_version = models.CharField(max_length=16, blank=True)
    # "crlf": bare line ends went out as CRLF because the next hop offers no BDAT.
    altered = models.CharField(max_length=16, blank=True)
    failed_stage = models.CharField(max_length=32, blank=True)
    transcript = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hold", "number"], name="attempt_number_once"
            ),
        ]

    @classmethod
    def own(cls, actor: Actor) -> Q:
        """Members see the attempts of the holds they see."""
        return Q(hold__address_id__in=actor.viewable)
