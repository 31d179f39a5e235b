"""Style that only styles: CSS of a hostile mail, reduced to an allow-list.

Parsed by tinycss2 (CSS Syntax Level 3). What is kept can load nothing, move nothing out
of its place and say nothing: no url(), no imports, no positions, no generated content.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2

Token = Any  # tinycss2 is not typed

SHEET_LETTERS_MAX = 200_000
RULES_MAX = 2_000
DEPTH_MAX = 20

# The mail's own classes get it in front, so that they are never ours.
CLASS_PREFIX = "m-"
# The class that stands for the <body> of the mail.
BODY_CLASS = "mail-body"

PROPERTIES = frozenset(
    """
    background background-color border border-bottom border-bottom-color
    border-bottom-left-radius border-bottom-right-radius border-bottom-style
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-right-color
    border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-left-radius border-top-right-radius border-top-style
    border-top-width border-width box-sizing caption-side clear color direction display
    empty-cells float font font-family font-size font-style font-variant font-weight
    height letter-spacing line-height list-style list-style-position list-style-type
    margin margin-bottom margin-left margin-right margin-top max-height max-width
    min-height min-width opacity overflow-wrap padding padding-bottom padding-left
    padding-right padding-top table-layout text-align text-decoration
    text-decoration-color text-decoration-line text-decoration-style text-indent
    text-transform unicode-bidi vertical-align white-space width word-break
    word-spacing word-wrap
    """.split()  # noqa: SIM905 (a table of words)
)
FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp"})
VALUE_TOKENS = frozenset(
    {"whitespace", "ident", "number", "percentage", "dimension", "hash", "string"}
)
SELECTOR_TOKENS = frozenset({"whitespace", "ident", "hash"})
MEDIA_TOKENS = frozenset({"whitespace", "ident", "number", "dimension"})
# Of selectors: combinators, classes, lists; of values: separators and arithmetic.
SELECTOR_SIGNS, VALUE_SIGNS, MEDIA_SIGNS = ".,>+~*", ",/+-*", ",:"
PAGE_ELEMENTS = {"body", "html"}


def clean_declarations(style: str) -> str:
    """Return what may stay of a style attribute."""
    parsed = tinycss2.parse_blocks_contents(
        style[:SHEET_LETTERS_MAX], skip_comments=True, skip_whitespace=True
    )
    return _no_markup("; ".join(_declarations(parsed)))


def clean_sheet(sheet: str) -> str:
    """Return what may stay of a style sheet; it contains no "<"."""
    rules = tinycss2.parse_stylesheet(
        sheet[:SHEET_LETTERS_MAX], skip_comments=True, skip_whitespace=True
    )
    return _no_markup("\n".join(_rules(rules[:RULES_MAX])))


def _no_markup(css: str) -> str:
    # An escape that CSS reads as the sign itself: nothing here closes an element.
    return css.replace("<", "\\3c ").replace("\0", "")


def _rules(rules: Iterable[Token], depth: int = 0) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selector = _selector(rule.prelude)
            declarations = tinycss2.parse_blocks_contents(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            kept = "; ".join(_declarations(declarations))
            if selector and kept:
                yield f"{selector} {{ {kept} }}"
        elif _is_media(rule) and depth == 0:
            query = _serialize(rule.prelude, MEDIA_TOKENS, MEDIA_SIGNS, blocks=True)
            inner = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            kept = "\n".join(_rules(inner[:RULES_MAX], depth + 1))
            if query and kept:
                yield f"@media {query} {{ {kept} }}"


def _is_media(rule: Token) -> bool:
    return (
        rule.type == "at-rule"
        and rule.lower_at_keyword == "media"
        and rule.content is not None
    )


def _selector(tokens: Iterable[Token]) -> str:
    """Return the selector, each class with our prefix, "body" as its class."""
    renamed, after_dot = [], False
    for token in tokens:
        if token.type == "ident" and after_dot:
            renamed.append(_ident(token, f"{CLASS_PREFIX}{token.value}"))
        elif token.type == "ident" and token.lower_value in PAGE_ELEMENTS:
            renamed += [_dot(token), _ident(token, f"{CLASS_PREFIX}{BODY_CLASS}")]
        else:
            renamed.append(token)
        after_dot = token == "."  # noqa: S105 - a token of CSS
    return _serialize(renamed, SELECTOR_TOKENS, SELECTOR_SIGNS)


def _ident(token: Token, name: str) -> Token:
    return tinycss2.ast.IdentToken(token.source_line, token.source_column, name)


def _dot(token: Token) -> Token:
    return tinycss2.ast.LiteralToken(token.source_line, token.source_column, ".")


def _declarations(nodes: Iterable[Token]) -> Iterator[str]:
    for node in nodes:
        if node.type != "declaration" or node.lower_name not in PROPERTIES:
            continue
        value = _serialize(node.value, VALUE_TOKENS, VALUE_SIGNS, functions=True)
        if value:
            important = " !important" if node.important else ""
            yield f"{node.lower_name}: {value}{important}"


def _serialize(
    tokens: Iterable[Token],
    kinds: frozenset[str],
    signs: str,
    *,
    functions: bool = False,
    blocks: bool = False,
) -> str:
    """Return the tokens as text, empty if one of them is not on the list."""
    kept = [token for token in tokens if token.type != "comment"]
    for token in kept:
        if token.type in kinds:
            continue
        if token.type == "literal" and token.value in signs:
            continue
        if functions and _is_harmless_function(token):
            continue
        if blocks and token.type == "() block" and _is_harmless(token.content, kinds):
            continue
        return ""
    return re.sub(r"\s+", " ", tinycss2.serialize(kept)).strip()


def _is_harmless(tokens: Iterable[Token], kinds: frozenset[str]) -> bool:
    return all(
        token.type in kinds or (token.type == "literal" and token.value in MEDIA_SIGNS)
        for token in tokens
    )


def _is_harmless_function(token: Token, depth: int = 0) -> bool:
    if token.type == "() block":
        inner = token.content
    elif token.type == "function" and token.lower_name in FUNCTIONS:
        inner = token.arguments
    else:
        return False
    return depth < DEPTH_MAX and all(
        part.type in VALUE_TOKENS
        or (part.type == "literal" and part.value in VALUE_SIGNS)
        or _is_harmless_function(part, depth + 1)
        for part in inner
    )
