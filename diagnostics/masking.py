"""Takes out of pasted text what is nobody's business: log-ins, whole addresses."""

import re

from cleanmail.wire.transcript import MASK

# In their order: what a log-in said goes before the addresses in it.
_RULES = (
    # AUTH PLAIN AHVzZXIAc2VjcmV0, and lines of a dialogue that answer 334.
    (re.compile(r"(?i)(\bAUTH\s+(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)[ =]+)\S+"), r"\1"),
    (re.compile(r"(?m)(^.*\b334\b.*\r?\n(?:[>C:~ -]*)?)([A-Za-z0-9+/=]{4,})$"), r"\1"),
    (
        re.compile(
            r"(?i)(\b(?:pass(?:wor[dt]|phrase|e|wd)?|kennwort|mot de passe|pwd|secret|"
            r"token)\b[\"']?\s*[:=]\s*)(?:\"[^\"\n]*\"|'[^'\n]*'|\S+)"
        ),
        r"\1",
    ),
    # smtp://user:secret@host
    (re.compile(r"(://[^\s:/@]+:)[^\s@/]+(?=@)"), r"\1"),
)
_SUBJECT = re.compile(
    r"(?i)(\b(?:header\s+)?(?:subject|betreff|objet|oggetto):\s*)\S.*"
)
_ADDRESS = re.compile(r"([\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]*@(?=[\w-])")


def mask(text: str) -> str:
    """Return the text with passwords and subjects gone and addresses shortened.

    Of an address the first sign and the domain stay: they are what support needs.
    """
    for pattern, kept in _RULES:
        text = pattern.sub(kept + MASK, text)
    text = _SUBJECT.sub(rf"\1{MASK}", text)
    return _ADDRESS.sub(r"\1…@", text)
