"""Takes out of a deciding line what nobody else needs to see."""

import re

from cleanmail.wire.transcript import MASK
from diagnostics.masking import mask as mask_pasted

SHOWN_CHARACTERS = 600

# What log lines say beside the addresses and passwords that every paste may hold.
_NAMED = re.compile(
    r"\b(sasl_username|user(?:name)?|benutzername|set_id|login|uid)"
    r"(\s{0,3}[=:]\s{0,3})(?!\s)(\"[^\"]{0,200}\"|<[^>]{0,200}>|[^\s,;)]{1,200})",
    re.IGNORECASE,
)
_OWNER = re.compile(r"(not owned by user )[^\s()]{1,200}", re.IGNORECASE)
# A log-in in base64 that no AUTH stands before; queue ids and hosts are shorter.
_ENCODED = re.compile(r"(?<![\w/+.-])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w/+.-])")


def mask(text: str) -> str:
    """Return a line without people, user names, passwords and subjects, cut short."""
    text = mask_pasted(text)
    text = _NAMED.sub(r"\1\2" + MASK, text)
    text = _OWNER.sub(r"\1" + MASK, text)
    return _ENCODED.sub(MASK, text)[:SHOWN_CHARACTERS]
