"""Probes and what they found."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import uuid7
from accounts.models import Domain, OutboundScanner
from accounts.tenancy import TenantOwned
from diagnostics.checks import evidence
from diagnostics.models.monitors import Monitor

SUBJECT_MAX = 300


class Probe(TenantOwned):
    """A question about a connection; the row is its whole truth.

    queued → running → finished | failed | expired. A worker claims it by setting
    `started_at` and `lease_until`; a beat sweep sends queued rows again. Whose lease
    ran out goes back into the line, or ends if it has a password or has killed several
    workers. A typed password is never here: it travels sealed in the task.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        OUTBOUND = "outbound", _("Outbound Scanner")
        NEXT_HOP = "next_hop", _("Nächster Server")
        DOMAIN = "domain", _("Domain")

    class State(models.TextChoices):
        """Where a probe stands."""

        QUEUED = "queued", _("wartet")
        RUNNING = "running", _("läuft")
        FINISHED = "finished", _("fertig")
        FAILED = "failed", _("gescheitert")
        EXPIRED = "expired", _("abgelaufen")

    UNFINISHED: ClassVar = (State.QUEUED, State.RUNNING)

    class Note(models.TextChoices):
        """Why a probe failed or expired."""

        WORKER_LOST = "worker_lost", _("der Prüfdienst wurde unterbrochen")
        NOT_STARTED = "not_started", _("der Prüfdienst war nicht erreichbar")
        PASSWORD_LOST = "password_lost", _("das Passwort muss neu eingegeben werden")
        TARGET_REFUSED = "target_refused", _("die Adresse darf nicht geprüft werden")
        INTERNAL = "internal", _("interner Fehler")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(
        _("Art"), max_length=16, choices=Kind, default=Kind.OUTBOUND
    )
    state = models.CharField(
        _("Stand"), max_length=16, choices=State, default=State.QUEUED
    )
    scanner = models.ForeignKey(
        OutboundScanner,
        models.PROTECT,
        null=True,
        verbose_name=_("Outbound Scanner"),
    )
    # Of a probe of the domain's records or of its next hop.
    domain = models.ForeignKey(
        Domain,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("Domain"),
    )
    # Of a probe of the next hop: named in RCPT, and nothing is sent to it.
    test_recipient = models.CharField(_("Testadresse"), max_length=320, blank=True)
    # What the customer's own server is set to, as typed; or the next hop asked about.
    configured_host = models.CharField(
        _("eingestellter Server"), max_length=255, blank=True
    )
    configured_port = models.PositiveIntegerField(_("eingestellter Port"), null=True)
    username = models.CharField(_("Benutzername"), max_length=255, blank=True)
    has_password = models.BooleanField(default=False)
    nonce = models.CharField(max_length=32)
    # Of a probe that repeats; None where a person or the daily check asked.
    monitor = models.ForeignKey(
        Monitor,
        models.CASCADE,
        null=True,
        editable=False,
        related_name="probes",
        verbose_name=_("Überwachung"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("gestartet am"), auto_now_add=True)
    # The server it asks, by host or address: what limits are counted by.
    target = models.CharField(max_length=255, blank=True, editable=False)
    # How often a worker has taken it up: once, unless one died of it or with it.
    runs = models.PositiveSmallIntegerField(default=0, editable=False)
    # When a worker last found no place for it there.
    deferred_at = models.DateTimeField(null=True, editable=False)
    # When a worker was woken last: the sweep waits before it does so again.
    sent_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(_("begonnen"), null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("beendet"), null=True)
    note = models.CharField(_("Bemerkung"), max_length=32, choices=Note, blank=True)
    # The likeliest cause as it was judged at the end, for lists; pages judge afresh.
    first_cause = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("Prüfung")
        verbose_name_plural = _("Prüfungen")
        indexes: ClassVar = [
            models.Index(fields=["customer", "-created_at"], name="probe_newest"),
            models.Index(
                fields=["customer", "-created_at", "-id"],
                condition=Q(kind="outbound", monitor=None),
                name="probe_own_newest",
            ),
            models.Index(fields=["state", "created_at"], name="probe_state"),
            models.Index(
                fields=["target", "created_at"],
                condition=Q(state__in=["queued", "running"]),
                name="probe_line",
            ),
            models.Index(fields=["target", "-started_at"], name="probe_target_starts"),
            models.Index(
                fields=["domain", "kind", "-created_at"],
                condition=Q(domain__isnull=False),
                name="probe_of_domain",
            ),
            models.Index(
                fields=["monitor", "-created_at"],
                condition=Q(monitor__isnull=False),
                name="probe_of_monitor",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="outbound", domain__isnull=True, scanner__isnull=False)
                | Q(
                    kind__in=["next_hop", "domain"],
                    domain__isnull=False,
                    scanner__isnull=True,
                ),
                name="probe_kind_has_its_subject",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **keywords: Any) -> None:
        """Name the server it asks, when it is made."""
        if not self.target:
            self.target = self._find_target()
        super().save(*args, **keywords)

    def _find_target(self) -> str:
        if self.scanner is not None:
            return self.scanner.host.lower()
        if self.kind == self.Kind.NEXT_HOP:
            return self.configured_host.lower().rstrip(".")
        return self.domain.name if self.domain is not None else ""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in self.UNFINISHED


class Evidence(TenantOwned):
    """One observation of a probe: facts and transcript, no judgement."""

    class Status(models.TextChoices):
        """How the check ended."""

        OK = "ok", _("in Ordnung")
        WARNING = "warning", _("Warnung")
        FAILED = "failed", _("gescheitert")
        SKIPPED = "skipped", _("übersprungen")

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="evidence")
    ordinal = models.PositiveSmallIntegerField()
    vantage = models.CharField(max_length=16, default="server")
    check_name = models.CharField(_("Beobachtung"), max_length=32)
    subject = models.CharField(_("Gegenstand"), max_length=SUBJECT_MAX)
    status = models.CharField(_("Ergebnis"), max_length=16, choices=Status)
    duration_seconds = models.FloatField(_("Dauer in Sekunden"), default=0)
    facts = models.JSONField(default=dict)
    transcript = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("Beobachtung")
        verbose_name_plural = _("Beobachtungen")
        ordering: ClassVar = ["ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["probe", "vantage", "ordinal"],
                name="evidence_ordinal_once_per_vantage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name} {self.subject}"

    @classmethod
    def of(cls, found: evidence.Evidence, **place: object) -> Evidence:
        """Return a row, not yet saved, of what a check made: with its place."""
        return cls(
            check_name=found.check,
            subject=found.subject[:SUBJECT_MAX],
            status=found.status,
            duration_seconds=found.duration_seconds,
            facts=found.facts,
            transcript=found.transcript,
            **place,
        )

    def as_observation(self) -> evidence.Evidence:
        """Return it as the checks made it, to be judged."""
        return evidence.Evidence(
            self.check_name,
            self.subject,
            self.status,
            self.duration_seconds,
            self.facts,
            self.transcript,
        )
