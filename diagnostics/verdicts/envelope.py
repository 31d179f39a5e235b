"""Rules about the envelope: what a server says to MAIL, RCPT and DATA."""

from typing import List

from diagnostics.verdicts.finding import Finding, Reason
from diagnostics.verdicts.scene import Line, Scene
from diagnostics.verdicts.sessions import REFUSALS


def about_envelope(scene: Scene, _line: Line) -> List[Finding]:
    """Judge a refusal after a log-in that was accepted; its words name the cause."""
    for item in scene.of("envelope"):
        facts = item.facts
        text = str(facts.get("text", "")).lower()
        if item.status != "failed" or not text:
            continue
        for words, slug in REFUSALS:
            if words in text:
                values = {"code": facts.get("code", ""), "text": facts["text"]}
                return [Finding(slug, 0.85, (Reason("envelope-refused", values),))]
    return []
