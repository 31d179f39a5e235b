"""The map of sender rules that Rspamd fetches."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from quarantine import sender_map as workshop


@require_safe
@login_not_required
def sender_map(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with the rules that the token opens; 304 if they are as they were."""
    found = workshop.find_token(token)
    if found is None:
        raise Http404
    workshop.note_use(found, timezone.now())
    body = workshop.write_map(found)
    etag = workshop.make_etag(body)
    response = HttpResponse(body, content_type="text/plain; charset=utf-8")
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["Cache-Control"] = "private, no-cache"
    return answer
