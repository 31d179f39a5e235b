"""What a filter is taught: one message to Rspamd's controller, and its answer."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from itertools import chain

from django.conf import settings

from accounts.http_calls import deadline_connection
from cleanmail.wire.errors import WireError
from quarantine.errors import ContentErased, ContentLost
from quarantine.models import Message, VerdictReport
from quarantine.store import open_content
from quarantine.visible import show_line

State = VerdictReport.State
Problem = VerdictReport.Problem
SECONDS = 60.0
ANSWER_BYTES, REPLY_MAX = 4096, 300
# The controller stands where the operator says, as its own relay does.
ANYWHERE = ("0.0.0.0/0", "::/0")
LEARNED, ALREADY_LEARNED = (200,), (208,)
# Its password is wrong, or too many ask: both are mended without us.
LATER = (401, 403, 408, 425, 429)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of a try: the report's next state (queued: later), and in whose words.

    `reply` is the filter's own, cleaned.
    """

    state: str
    problem: str = ""
    reply: str = ""


def is_available() -> bool:
    """Say whether the operator has a filter that may be taught."""
    return bool(settings.RSPAMD_CONTROLLER)


def teach(message: Message, says: str) -> Lesson:
    """Post the content as it is stored; never raises for what a filter can do."""
    try:
        return _judge(*_post(message, says))
    except (ContentErased, ContentLost):
        return Lesson(State.FAILED, Problem.GONE)
    except (OSError, http.client.HTTPException, ValueError, WireError) as error:
        return Lesson(State.QUEUED, reply=type(error).__name__)


def _post(message: Message, says: str) -> tuple[int, str]:
    """Return the answer's status and words: of its body, else of its first line."""
    base = settings.RSPAMD_CONTROLLER.rstrip("/")
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(message.size),
        "User-Agent": "Cleanmail",
    }
    if settings.RSPAMD_CONTROLLER_PASSWORD:
        headers["Password"] = settings.RSPAMD_CONTROLLER_PASSWORD
    with deadline_connection(base, SECONDS, allowed_networks=ANYWHERE) as connection:
        # Begun here: what cannot be read is known before anything is said.
        pieces = open_content(message)
        content = chain([next(pieces, b"")], pieces)
        connection.request("POST", f"/learn{says}", content, headers)
        answer = connection.getresponse()
        return answer.status, _words(answer.read(ANSWER_BYTES)) or answer.reason


def _judge(status: int, words: str) -> Lesson:
    reply = show_line(f"{status} {words}")[:REPLY_MAX]
    if status in LEARNED:
        return Lesson(State.SENT, reply=reply)
    if status in ALREADY_LEARNED:
        return Lesson(State.ALREADY_KNOWN, reply=reply)
    if status in LATER or status >= 500:
        return Lesson(State.QUEUED, reply=reply)
    return Lesson(State.FAILED, Problem.REFUSED, reply)


def _words(body: bytes) -> str:
    """Return what an answer says: the text of its JSON, else the text itself."""
    text = body.decode("utf-8", "replace")
    try:
        said = json.loads(text)
    except ValueError:
        return text
    return str(said.get("error", "")) if isinstance(said, dict) else ""
