"""What the state of a monitor is called, in the reader's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from diagnostics import domain_verdict
from diagnostics.causes import CATALOGUE, title_and_remedy
from diagnostics.models import Monitor, Probe


def subject_text(monitor: Monitor) -> str:
    """Return what is watched."""
    if monitor.domain is None:
        return _("Outbound Scanner")
    return _("Nächster Server von %(domain)s") % {"domain": monitor.domain.name}


def state_texts(state: str, probe: Probe | None) -> tuple[str, str]:
    """Return what the state means, and what helps; the probe is the one that showed it.

    Of a next hop only the probe knows host and reply; without it we say less.
    """
    if not state:
        return _("noch nicht geprüft"), ""
    if state == Monitor.HEALTHY:
        return _("alles in Ordnung"), ""
    if state in CATALOGUE:
        return title_and_remedy(state, translation.get_language() or "de")
    if probe is not None and probe.kind == Probe.Kind.NEXT_HOP:
        finding = domain_verdict.judge(probe)[0]
        if finding.code == state:
            return finding.sentence, finding.remedy
    return _("Der Server nimmt keine Post an."), ""
