"""Where a request is led instead, and how it comes back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def lead_to(request: HttpRequest, view_name: str) -> HttpResponseBase:
    """Redirect the whole page there (htmx too), with the page to return to."""
    target = f"{resolve_url(view_name)}?{urlencode({'next': _page_of(request)})}"
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Return the local address to go on to, never a foreign one.

    It begins with a slash: `redirect` takes anything else for the name of a view.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and _is_local(request, wanted):
        return wanted
    return resolve_url(default or settings.LOGIN_REDIRECT_URL)


def _page_of(request: HttpRequest) -> str:
    """Return the page the person is on: a POST or fragment is not repeated by GET."""
    if request.method in {"GET", "HEAD"} and not getattr(request, "htmx", False):
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not _is_local(request, page):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_local(request: HttpRequest, address: str) -> bool:
    return bool(address) and url_has_allowed_host_and_scheme(
        address,
        allowed_hosts={request.get_host()},
        require_https=request.is_secure(),
    )
