"""Reads what the agent posts. Anybody may have written it: checked, cut, never trusted.

A report is JSON: `run` names the start of the agent, `evidence` holds items as the
checks made them, each with an `ordinal` counted by the agent from 0. It may come in
pieces, twice, or in another order.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from diagnostics.agent.options import LANGUAGES
from diagnostics.causes import DEFAULT_LANGUAGE
from diagnostics.checks.evidence import Evidence
from diagnostics.errors import AgentReportRefused
from diagnostics.models import Evidence as StoredEvidence
from diagnostics.models.probes import SUBJECT_MAX
from diagnostics.verdicts.scene import AGENT, SERVER
from diagnostics.verdicts.together import View, judge_together
from diagnostics.wording import label, outcome

BODY_BYTES_MAX = 128 * 1024
ITEMS_MAX = 400
TEXT_MAX, NAME_MAX = 2000, 64
LINES_MAX, LINE_MAX = 100, 300
LIST_MAX, DEPTH_MAX = 200, 4
# Facts that are longer than all of theirs may be are cut to this.
SHORT_TEXT_MAX, SHORT_LIST_MAX = 200, 30
SECONDS_MAX = 3600.0
INTEGER_MAX = 2**53
FACTS_BYTES_MAX = 32 * 1024

# Stands for what the portal saw, which is held against what an agent says.
OURS = [
    Evidence("configured", "", "ok", 0.0, {"target": "a.invalid", "addresses": []}, []),
    Evidence("certificate", "", "ok", 0.0, {"sha256": "0" * 64}, []),
]
_RUN = re.compile(r"[0-9a-f]{8,32}\Z")
_CHECK = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
# What PostgreSQL or a terminal could not bear.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MACHINE = ("python", "system", "user")


@dataclass(frozen=True, slots=True)
class Report:
    """A piece of a run: items by the ordinal that the agent gave them."""

    run: str
    items: dict[int, Evidence]
    is_final: bool
    machine: dict[str, str] = field(default_factory=dict)
    # In which language the run wants to hear what all ends together say.
    language: str = DEFAULT_LANGUAGE


def read_report(raw: bytes) -> Report:
    """Return the piece; raise AgentReportRefused."""
    if len(raw) > BODY_BYTES_MAX:
        raise AgentReportRefused("too long")
    try:
        said = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise AgentReportRefused("no JSON") from error
    return make_report(said)


def make_report(said: object) -> Report:
    """Return the piece that a JSON value stands for; raise AgentReportRefused."""
    if not isinstance(said, dict) or not isinstance(said.get("evidence", []), list):
        raise AgentReportRefused("no report")
    listed: list[object] = said.get("evidence", [])
    run = said.get("run")
    if not isinstance(run, str) or not _RUN.match(run):
        raise AgentReportRefused("run")
    if len(listed) > ITEMS_MAX:
        raise AgentReportRefused("too many")
    return Report(
        run,
        dict(_item(number, item) for number, item in enumerate(listed)),
        is_final=said.get("is_final") is True,
        machine=_machine(said.get("machine")),
        language=_language(said.get("language")),
    )


def require_usable(seen: Sequence[Evidence]) -> None:
    """Raise AgentReportRefused for evidence on which judging or wording would fail.

    The rules read facts as the checks write them; whoever writes others gets them back
    here, and not a broken page.
    """
    try:
        judge_together([View(AGENT, list(seen)), View(SERVER, OURS)])
        for item in seen:
            label(item)
            outcome(item)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as err:
        raise AgentReportRefused("facts") from err


def _refuse(word: str) -> NoReturn:
    raise AgentReportRefused(word)


def _item(number: int, said: object) -> tuple[int, Evidence]:
    if not isinstance(said, dict):
        raise AgentReportRefused("item")
    ordinal = said.get("ordinal", number)
    check, status = said.get("check"), said.get("status")
    seconds, facts = said.get("duration_seconds", 0), said.get("facts", {})
    lines = said.get("transcript", [])
    if type(ordinal) is not int or not 0 <= ordinal < ITEMS_MAX:
        raise AgentReportRefused("ordinal")
    if not isinstance(check, str) or not _CHECK.match(check):
        raise AgentReportRefused("check")
    if status not in StoredEvidence.Status.values:
        raise AgentReportRefused("status")
    if type(seconds) not in {int, float} or not 0 <= seconds <= SECONDS_MAX:
        raise AgentReportRefused("duration")
    if not isinstance(facts, dict) or not isinstance(lines, list):
        raise AgentReportRefused("facts")
    kept = Evidence(
        check,
        _text(said.get("subject", ""), SUBJECT_MAX),
        str(status),
        float(seconds),
        _facts(facts),
        [_text(line, LINE_MAX) for line in lines[:LINES_MAX]],
    )
    return ordinal, kept


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = _plain(said, DEPTH_MAX, TEXT_MAX, LIST_MAX)
    if len(json.dumps(facts)) > FACTS_BYTES_MAX:
        facts = _plain(said, DEPTH_MAX, SHORT_TEXT_MAX, SHORT_LIST_MAX)
    if len(json.dumps(facts)) > FACTS_BYTES_MAX:
        raise AgentReportRefused("facts")
    if "port" in facts:
        _require_port(facts["port"])
    if not isinstance(facts.get("address", ""), str):
        raise AgentReportRefused("address")
    return facts


def _require_port(port: object) -> None:
    if type(port) is not int or not 0 < port < 65536:
        raise AgentReportRefused("port")


def _plain(value: object, depth: int, texts: int, lists: int) -> Any:  # noqa: ANN401
    """Return a JSON value, cut to what we keep; raise AgentReportRefused."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, texts)
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > INTEGER_MAX:
            raise AgentReportRefused("number")
        return value
    if depth and isinstance(value, list):
        return [_plain(one, depth - 1, texts, lists) for one in value[:lists]]
    if depth and isinstance(value, dict) and len(value) <= LIST_MAX:
        if not all(_NAME.match(name) for name in value):
            raise AgentReportRefused("name")
        return {
            name: _plain(one, depth - 1, texts, lists) for name, one in value.items()
        }
    raise AgentReportRefused("value")


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise AgentReportRefused("text")
    return _CONTROL.sub("\ufffd", value[:limit])


def _language(said: object) -> str:
    return said if isinstance(said, str) and said in LANGUAGES else DEFAULT_LANGUAGE


def _machine(said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    return {name: _text(said[name], NAME_MAX) for name in _MACHINE if name in said}
