"""The files of `deploy/` as the tests run them: but for ports and paths the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"


def deployed(name: str, changes: Mapping[str, object]) -> str:
    """Return the file's text with each key of `changes` replaced; all must occur."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for told, ours in changes.items():
        assert told in text, (name, told)
        text = text.replace(told, str(ours))
    return text
