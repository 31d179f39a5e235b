"""Signs that a message deceives: what its header section and its parts give away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as Part
from enum import Enum

from quarantine.intake.headers import Mailbox, parse_mailbox
from quarantine.lookalikes import find_original, mixes_scripts

ADDRESS = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
SINGLE_FIELDS = ("content-type", "content-transfer-encoding", "mime-version")
ENCODINGS = frozenset({"7bit", "8bit", "binary", "quoted-printable", "base64"})
# After the last boundary nothing is shown by some programs and all by others.
EPILOGUE_LETTERS_MAX = 200


class Kind(Enum):
    """What may deceive."""

    NAME_IS_ADDRESS = "name_is_address"
    COLLEAGUE = "colleague"
    LOOKALIKE = "lookalike"
    MIXED_SCRIPTS = "mixed_scripts"
    REPLY_ELSEWHERE = "reply_elsewhere"
    SEVERAL_SENDERS = "several_senders"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what is expected, and what stands there instead."""

    kind: Kind
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader's customer calls its own."""

    domains: tuple[str, ...] = ()
    # Addresses of the person who has the sender's name.
    namesakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What of the header section and the parts speaks about honesty."""

    senders: tuple[Mailbox, ...] = ()
    reply_to: str = ""
    is_ambiguous: bool = False


def outline(root: Part, leaves: list[Part]) -> Outline:
    """Return the outline of a parsed message; raises what the parser raises."""
    replies = _fields(root, "reply-to")
    return Outline(
        senders=tuple(parse_mailbox(text) for text in _fields(root, "from")),
        reply_to=parse_mailbox(replies[0]).address if replies else "",
        is_ambiguous=any(_is_ambiguous(part) for part in [root, *leaves]),
    )


def _fields(root: Part, name: str) -> list[str]:
    """Return a field's texts as they came, 8-bit letters included."""
    raw = [str(value) for field, value in root.raw_items() if field.lower() == name]
    packed = [text[:2000].encode("utf-8", "surrogateescape") for text in raw[:10]]
    return [text.decode("utf-8", "replace") for text in packed]


def find_signs(seen: Outline, known: Known) -> list[Sign]:
    """Return the signs, the gravest first."""
    if not seen.senders:
        return [Sign(Kind.AMBIGUOUS)] if seen.is_ambiguous else []
    sender = seen.senders[0]
    domain = _domain_of(sender.address)
    found = [
        *_name_signs(sender, known),
        *_domain_signs(domain, known),
        *_reply_signs(seen.reply_to, domain),
    ]
    if len(seen.senders) > 1:
        found.append(Sign(Kind.SEVERAL_SENDERS))
    if seen.is_ambiguous:
        found.append(Sign(Kind.AMBIGUOUS))
    return found


def _name_signs(sender: Mailbox, known: Known) -> list[Sign]:
    signs = []
    named = ADDRESS.search(sender.name)
    if named and named[0].lower() != sender.address.lower():
        signs.append(Sign(Kind.NAME_IS_ADDRESS, named[0], sender.address))
    own = {address.lower() for address in known.namesakes}
    if own and sender.address.lower() not in own:
        signs.append(Sign(Kind.COLLEAGUE, min(own), sender.address))
    return signs


def _domain_signs(domain: str, known: Known) -> list[Sign]:
    if not domain:
        return []
    original = find_original(domain, list(known.domains))
    if original:
        return [Sign(Kind.LOOKALIKE, original, domain)]
    return [Sign(Kind.MIXED_SCRIPTS, "", domain)] if mixes_scripts(domain) else []


def _reply_signs(reply_to: str, domain: str) -> list[Sign]:
    elsewhere = _domain_of(reply_to)
    if not elsewhere or not domain:
        return []
    related = elsewhere.endswith(f".{domain}") or domain.endswith(f".{elsewhere}")
    if elsewhere == domain or related:
        return []
    return [Sign(Kind.REPLY_ELSEWHERE, domain, reply_to)]


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


def _is_ambiguous(part: Part) -> bool:
    """Say whether programs may read the part's shape differently."""
    doubled = any(len(part.get_all(name, [])) > 1 for name in SINGLE_FIELDS)
    kind = str(part.get("Content-Type", ""))
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    epilogue = (part.epilogue or "").strip()
    return (
        doubled
        or bool(part.defects)
        or kind.lower().count("boundary") > 1
        or (bool(encoding) and encoding not in ENCODINGS)
        or len(epilogue) > EPILOGUE_LETTERS_MAX
    )
