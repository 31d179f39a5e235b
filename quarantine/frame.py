"""The document inside the preview's frame, and the headers that hold it there."""

from __future__ import annotations

from html import escape

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quarantine.css import BODY_CLASS, CLASS_PREFIX
from quarantine.preview import Preview

# No script, no form, no request, no own origin; framed by the portal only.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# An important rule of an early layer beats every rule that follows: the mail's own
# sheet can neither hide what we say in it nor dress up as it.
SHEET = f"""
@layer portal {{
  html {{ color-scheme: light !important; background: #fff !important }}
  body {{ margin: 0 !important; overflow-wrap: anywhere }}
  .mail-target, .mail-box {{
    display: inline !important; visibility: visible !important; opacity: 1 !important;
    float: none !important; text-indent: 0 !important;
    letter-spacing: normal !important;
    font: 12px/1.5 sans-serif !important; color: #47544f !important;
    background: #fff !important; padding: 0 2px !important; width: auto !important;
    text-transform: none !important; direction: ltr !important;
    max-width: none !important; white-space: normal !important
  }}
  .mail-box {{ border: 1px dashed #7b8884 !important }}
}}
body {{ font: 15px/1.5 sans-serif; color: #16211f }}
.mail-link {{ color: #0b5b70; text-decoration: underline }}
.{CLASS_PREFIX}{BODY_CLASS} {{ min-height: 100vh; box-sizing: border-box }}
"""


def answer(preview: Preview) -> HttpResponse:
    """Return the frame's document under the headers that let it do nothing."""
    language = escape(get_language() or "de")
    title = escape(_("Vorschau der E-Mail"))
    body = preview.body or f"<p>{escape(_why_empty(preview.problem))}</p>"
    response = HttpResponse(
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{SHEET}{preview.sheet}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _why_empty(problem: str) -> str:
    if problem == "erased":
        return _("Der Inhalt wurde gelöscht.")
    if problem == "lost":
        return _("Der Inhalt ist im Moment nicht lesbar.")
    if problem == "refused":
        return _(
            "Diese E-Mail ist zu gross oder zu ungewöhnlich gebaut für eine gestaltete "
            "Ansicht. Lesen Sie den Text."
        )
    return _("Diese E-Mail hat keine gestaltete Fassung. Lesen Sie den Text.")
