"""The log-in: one attempt in a run, in trusted TLS, values described, not shown."""

import base64
import unicodedata
from typing import List, Tuple

from cleanmail.wire.errors import SmtpError
from diagnostics.checks.dialogue import Dialogue, reply_facts
from diagnostics.checks.evidence import FAILED, OK, SKIPPED, Facts
from diagnostics.checks.wording import error_facts

# What word processors put in place of what was typed.
_LOOK_ALIKES = "‘’‚“”„«»‹›–—…\u00a0\u00ad\u200b\u2060\ufeff"
# What breaks in configuration files of mail servers.
_SPECIAL = "#$%:\\\"'`&<> "
_MECHANISMS = ("PLAIN", "LOGIN")


def describe_value(value: str) -> List[str]:
    """Return what is odd about a typed value, never the value."""
    signs = [
        ("leading-blank", value[:1].isspace()),
        ("trailing-blank", value[-1:].isspace()),
        ("non-ascii", any(ord(sign) > 126 for sign in value)),
        ("look-alike", any(sign in _LOOK_ALIKES for sign in value)),
        ("control", any(unicodedata.category(sign) == "Cc" for sign in value)),
        ("special", any(sign in _SPECIAL for sign in value.strip())),
        ("at-sign", "@" in value),
        ("empty", not value),
    ]
    return [name for name, is_so in signs if is_so]


def _forms(username: str, password: str) -> Tuple[str, ...]:
    plain = "\0" + username + "\0" + password
    encoded = [base64.b64encode(text.encode()).decode() for text in (plain, password)]
    return (password, *encoded)


def log_in(dialogue: Dialogue) -> bool:
    """Send the one AUTH of the run, report what the server said; True if it let in."""
    target, session = dialogue.target, dialogue.session
    if session is None:
        return False
    offered = session.keywords.get("AUTH", "").upper().split()
    usable = [name for name in _MECHANISMS if name in offered]
    password = target.password or ""
    facts: Facts = {
        "mechanisms": offered,
        "username_signs": describe_value(target.username),
        "password_signs": describe_value(password),
    }
    if not dialogue.is_trusted:
        facts["reason"] = "certificate"
        dialogue.report("auth", SKIPPED, facts, session)
        return False
    if not usable:
        facts["reason"] = "mechanism"
        dialogue.report("auth", FAILED, facts, session)
        return False
    facts["mechanism"] = usable[0]
    dialogue.secrets = _forms(target.username, password)
    try:
        reply = session.auth(usable[0], target.username, password)
    except SmtpError as error:
        facts.update(error_facts(error))
        dialogue.report("auth", FAILED, facts, session)
        return False
    facts.update(reply_facts(reply))
    dialogue.report("auth", OK if reply.code == 235 else FAILED, facts, session)
    return reply.code == 235
