"""The last hand over hostile HTML: every element, attribute and text is ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from quarantine import css
from quarantine.visible import show_hidden

TARGET_LETTERS_MAX = 200
STYLE = "style"
TAGS = frozenset(
    """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code
    col colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6
    header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike
    strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()  # noqa: SIM905 (a table of words)
)
NEVER_AS_IT_IS = frozenset({"href", "src"})
EMPTY = frozenset({"br", "col", "hr", "img", "wbr"})
EVERYWHERE = frozenset({"style", "class", "align", "valign", "bgcolor", "dir", "lang"})
SIZED = frozenset({"width", "height"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": SIZED | {"src", "alt", "border"},
    "table": SIZED | {"border", "cellpadding", "cellspacing"},
    "td": SIZED | {"colspan", "rowspan", "nowrap"},
    "th": SIZED | {"colspan", "rowspan", "nowrap"},
    "col": SIZED | {"span"},
    "colgroup": SIZED | {"span"},
    "hr": SIZED | {"color", "size"},
    "font": frozenset({"color", "face", "size"}),
    "ol": frozenset({"start", "type"}),
    "ul": frozenset({"type"}),
    "li": frozenset({"type", "value"}),
}
# Of what stays as it is: numbers, names, colours, languages.
PLAIN_VALUE = re.compile(r"[\w #%.,'-]{0,200}")
CLASSES = re.compile(r"[\w -]{0,500}")


@dataclass(slots=True)
class _Link:
    """A link that is open: where it leads, and what it says."""

    target: str
    words: list[str] = field(default_factory=list)


class Writer(HTMLParser):
    """Writes what nh3 kept, each tag, attribute and text by our own hand."""

    def __init__(self, find_picture: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.find_picture = find_picture
        self.links: list[_Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element of the list; pictures and links in their own way."""
        if tag not in TAGS:
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(_Link(values.get("href", "")))
            self._write_tag("span", values, own="mail-link")
        elif tag == "img":
            self._write_picture(values)
        else:
            self._write_tag(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Do the same for <br/>."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close it; behind a link stands where it would lead."""
        if tag not in TAGS or tag in EMPTY:
            return
        if tag != "a":
            self.written.append(f"</{tag}>")
        elif self.links:
            self.written.append("</span>")
            self._write_target(self.links.pop())

    def handle_data(self, data: str) -> None:
        """Write text, with what turns or hides it made visible."""
        for link in self.links:
            link.words.append(data)
        self.written.append(escape(show_hidden(data)))

    def _write_tag(self, tag: str, values: dict[str, str], *, own: str = "") -> None:
        """Write an opening tag; `own` is a class of ours, which no mail can name."""
        kept = {name: _keep_value(tag, name, value) for name, value in values.items()}
        if own:
            kept["class"] = f"{own} {kept.get('class', '')}".strip()
        attributes = "".join(
            f' {name}="{escape(value)}"' for name, value in kept.items() if value
        )
        self.written.append(f"<{tag}{attributes}>")

    def _write_picture(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        is_inside = source.startswith(("cid:", "data:"))
        found = self.find_picture(source) if is_inside else ""
        if found:
            self._write_tag("img", values)
            # Behind the tag's own end: nothing of the mail stands between.
            tag = self.written.pop().removesuffix(">")
            self.written.append(f'{tag} src="{found}">')
        elif not _is_speck(values):
            self._write_box(source, values.get("alt", ""))

    def _write_box(self, source: str, words: str) -> None:
        """Write what stands in place of a picture: where it would have come from."""
        label = _("Bild nicht geladen: %(what)s") % {
            "what": words.strip() or _host_of(source) or _("ohne Namen")
        }
        shown = escape(show_hidden(label[:TARGET_LETTERS_MAX]))
        self.written.append(f'<span class="mail-box">{shown}</span>')

    def _write_target(self, link: _Link) -> None:
        target = link.target.strip()
        said = "".join(link.words).strip()
        if not target or target.startswith("#") or said in {target, target + "/"}:
            return
        shown = target.removeprefix("mailto:")
        if shown == said:
            return
        if len(shown) > TARGET_LETTERS_MAX:
            shown = shown[:TARGET_LETTERS_MAX] + "…"
        self.written.append(
            f' <bdi class="mail-target">[{escape(show_hidden(shown))}]</bdi>'
        )


def _keep_value(tag: str, name: str, value: str) -> str:
    """Return what may stay of an attribute, empty if nothing."""
    if name == STYLE:
        return css.clean_declarations(value)
    if name == "class":
        own = value.split() if CLASSES.fullmatch(value) else []
        return " ".join(f"{css.CLASS_PREFIX}{name}" for name in own)
    if name == "alt":
        return show_hidden(value[:TARGET_LETTERS_MAX])
    allowed = EVERYWHERE | ATTRIBUTES.get(tag, frozenset()) - NEVER_AS_IT_IS
    return value if name in allowed and PLAIN_VALUE.fullmatch(value) else ""


def _is_speck(values: dict[str, str]) -> bool:
    """Say whether a picture is one that only counts its readers."""
    sizes = [values.get(name, "").removesuffix("px") for name in ("width", "height")]
    return any(size in {"0", "1"} for size in sizes)


def _host_of(source: str) -> str:
    try:
        return urlsplit(source).hostname or ""
    except ValueError:
        return ""
