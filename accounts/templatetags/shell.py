"""Template tags of the shell: icons."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

NOTICE_ICONS = {"good": "ok", "bad": "fail", "warn": "alert", "info": "info"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of `static/icons.svg`, invisible to screen readers."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 20 20" aria-hidden="true">'
        '<use href="{}#i-{}"/></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.filter
def notice_icon(tags: str) -> str:
    """Return the icon of a notice's tone."""
    return NOTICE_ICONS.get(tags, "info")
