"""The list of held mail as Django is ordinarily written: what ours is measured against.

COUNT and OFFSET by Paginator, model objects with their relations, filters in each cell.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from accounts.tenancy import ActorRequest
from quarantine.models import Hold
from quarantine.states import OPEN

PAGE_ROWS = 50
TEMPLATE = """{% extends "base.html" %}{% block content %}
<h1>Quarantäne</h1><table>{% for hold in page %}<tr>
<td>{{ hold.received_at|date:"d.m.Y H:i" }}</td>
<td title="{{ hold.header_from }}">
{{ hold.header_from_name|default:hold.header_from }}</td>
<td>{{ hold.envelope_recipient|truncatechars:40 }}</td>
<td><a href="/quarantine/{{ hold.pk }}/">{{ hold.subject|truncatechars:60 }}</a></td>
<td>{{ hold.get_category_display }}</td><td>{{ hold.score|floatformat:1 }}</td>
<td>{{ hold.size|filesizeformat }}</td><td>{{ hold.domain.name }}</td>
<td>{{ hold.expires_at|timeuntil }}</td></tr>{% endfor %}</table>
<p>{{ page.start_index }}–{{ page.end_index }} von {{ page.paginator.count }}</p>
{% if page.has_next %}<a href="?page={{ page.next_page_number }}">Ältere</a>{% endif %}
{% endblock %}"""


@cache
def template() -> Any:  # noqa: ANN401 (Django's engines name no common type)
    """Return the page, compiled once as the cached loader does."""
    return engines["django"].from_string(TEMPLATE)


def holds(request: ActorRequest) -> HttpResponse:
    """Show one page of the customer's open holds."""
    rows = (
        Hold.objects.filter(customer_id=request.actor.customer_id, state__in=OPEN)
        .select_related("domain", "message", "address")
        .order_by("-received_at")
    )
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return HttpResponse(template().render({"page": page}, request))


urlpatterns = [
    path("ordinary/", holds),
    path("", include("cleanmail.urls")),
]
