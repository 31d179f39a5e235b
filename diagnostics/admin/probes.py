"""Django admin of diagnostics: what support reads of a probe, and changes nothing."""

from __future__ import annotations

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.audited_admin import ReadOnly, ReadOnlyAdmin
from diagnostics import domain_verdict
from diagnostics.admin.filters import CauseFilter, WhoFilter
from diagnostics.models import Evidence, Probe
from diagnostics.presentation.causes import make_causes
from diagnostics.presentation.ends import words_of
from diagnostics.stored_verdicts import ends_that_looked, judge_evidence


def _pre(text: str) -> SafeString:
    return format_html("<pre>{}</pre>", text)


def _findings(probe: Probe) -> SafeString:
    """Say how each station of a domain stands, codes included."""
    return format_html_join(
        "",
        "<p><b>{}</b> {} ({}) – {} {}</p>",
        (
            (one.label, one.level.label, one.code, one.sentence, one.remedy)
            for one in domain_verdict.judge(probe)
        ),
    )


class EvidenceInline(ReadOnly, admin.StackedInline):  # type: ignore[type-arg]
    """All observations below their probe."""

    model = Evidence
    extra = 0
    fields = ("status", "duration_seconds", "shown_facts", "shown_transcript")
    readonly_fields = fields

    @admin.display(description=_("Fakten"))
    def shown_facts(self, evidence: Evidence) -> SafeString:
        """Show the facts as indented JSON."""
        return _pre(json.dumps(evidence.facts, indent=1, ensure_ascii=False))

    @admin.display(description=_("Mitschrift"))
    def shown_transcript(self, evidence: Evidence) -> SafeString:
        """Show what was said."""
        return _pre("\n".join(evidence.transcript))


@admin.register(Probe)
class ProbeAdmin(ReadOnlyAdmin):
    """Probes of all customers with verdict and evidence."""

    list_display = (
        "created_at",
        "kind",
        "customer",
        "domain",
        "configured_host",
        "state",
        "note",
    )
    list_filter = (
        WhoFilter,
        "state",
        "kind",
        CauseFilter,
    )
    list_select_related = ("customer", "domain")
    search_fields = (
        "customer__name",
        "domain__name",
        "configured_host",
        "nonce",
        "id",
    )
    ordering = ("-created_at",)
    exclude = ("has_password",)
    readonly_fields = ("verdict",)
    inlines = (EvidenceInline,)

    @admin.display(description=_("Urteil"))
    def verdict(self, probe: Probe) -> SafeString:
        """Judge the stored evidence again, slugs included."""
        if probe.kind != Probe.Kind.OUTBOUND:
            return _findings(probe)
        evidence = list(probe.evidence.order_by("ordinal"))
        causes = make_causes(judge_evidence(evidence))
        looked = format_html("<p>{}</p>", words_of(ends_that_looked(evidence)))
        if not causes:
            return looked + format_html("<p>{}</p>", _("keine Ursache gefunden"))
        return looked + format_html_join(
            "",
            "<p><b>{}</b> {} % – {} {} {}</p>",
            (
                (
                    cause.slug,
                    cause.percent,
                    cause.title,
                    " ".join(cause.reasons),
                    cause.next_check,
                )
                for cause in causes
            ),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Probe]:
        """Read the scanner along."""
        rows: QuerySet[Probe] = super().get_queryset(request)
        return rows.select_related("scanner", "domain", "created_by")
