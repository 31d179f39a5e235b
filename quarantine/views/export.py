"""The list of held mail as a table to take away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import RateLimited
from accounts.responses import portal_page
from accounts.tenancy import ActorRequest
from quarantine import export
from quarantine.actions.export import note_export
from quarantine.forms.listing import SearchForm
from quarantine.presentation.filters import list_url
from quarantine.search import find_all

READ_BATCH = 500


@require_POST
@portal_page
def export_holds(request: ActorRequest) -> HttpResponseBase:
    """Send all that the search in this address finds."""
    criteria = SearchForm(request.GET, actor=request.actor).read()
    try:
        note_export(criteria, actor=request.actor)
    except RateLimited as error:
        messages.error(request, error.user_message)
        return redirect(list_url(criteria))
    holds = find_all(request.actor, criteria).only(*export.FIELDS)
    rows = holds[: export.ROWS_MAX + 1].iterator(chunk_size=READ_BATCH)
    more = _("Es gibt mehr. Grenzen Sie die Suche ein.")
    lines = export.write_csv(rows, timezone.get_current_timezone(), more=more)
    name = f"cleanmail-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    content_type = "text/csv; charset=utf-8"
    return StreamingHttpResponse(lines, content_type=content_type, headers=headers)
