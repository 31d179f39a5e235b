"""Pasted error text alone → ranked causes, for `manage.py explain` and its page."""

from typing import List

from diagnostics.checks.evidence import Facts
from diagnostics.verdicts.finding import Finding, Reason, group

# A text that fits one cause only may still quote a wrong server's words.
ONE_CAUSE, SHARED = 0.85, 0.9
QUOTED_CHARACTERS = 200


def about_text(facts: Facts, lines: List[str]) -> List[Finding]:
    """Return the causes that a text fits, with equal shares: it cannot split them."""
    causes = list(facts.get("causes", ()))
    if not causes:
        return []
    said = ": \u00ab{}\u00bb".format(lines[-1][:QUOTED_CHARACTERS]) if lines else ""
    because = (Reason("text-fits", {"said": said}),)
    if len(causes) == 1:
        return [Finding(causes[0], ONE_CAUSE, because)]
    share = round(SHARED / len(causes), 2)
    return group(dict.fromkeys(causes, share), because, str(facts["next_check"]))
