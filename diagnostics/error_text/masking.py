"""Takes out of a line what nobody else needs to see: people and credentials."""

import re

SHOWN_CHARACTERS = 600
MASK = "***"

_LOCAL_PART = re.compile(r"[^\s<>\"'()\[\],;:=@]{1,200}@(?=[A-Za-z0-9\[])")
_QUOTED_LOCAL_PART = re.compile(r"\"[^\"@]{1,200}\"@(?=[A-Za-z0-9\[])")
_NAMED = re.compile(
    r"\b(pass(?:word|wd|phrase)?|passwort|kennwort|mot de passe|secret|token|"
    r"sasl_username|user(?:name)?|benutzername|set_id|subject|betreff|login)"
    r"(\s{0,3}[=:]\s{0,3})(?!\s)(\"[^\"]{0,200}\"|<[^>]{0,200}>|[^\s,;)]{1,200})",
    re.I,
)
_SUBJECT = re.compile(r"\b(subject|betreff|objet|oggetto)(\s{0,3}[=:]).{0,4000}", re.I)
_OWNER = re.compile(r"(not owned by user )\S{1,200}", re.I)
_AUTH = re.compile(r"\b(AUTH(?:\s+[A-Z0-9-]{3,20})?\s+)[A-Za-z0-9+/=]{4,}", re.I)
_ENCODED = re.compile(r"(?<![\w/+.-])[A-Za-z0-9+/]{24,}={0,2}(?![\w/+.-])")
# The prompts of AUTH LOGIN ("Username:", "Password:") say nothing about anybody.
_PROMPTS = ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")


def mask(text: str) -> str:
    """Return a line without local parts, user names, passwords and subjects."""
    text = _SUBJECT.sub(r"\1\2 " + MASK, text)
    text = _QUOTED_LOCAL_PART.sub(MASK + "@", text)
    text = _LOCAL_PART.sub(MASK + "@", text)
    text = _NAMED.sub(r"\1\2" + MASK, text)
    text = _OWNER.sub(r"\1" + MASK, text)
    text = _AUTH.sub(_keep_prompts, text)
    text = _ENCODED.sub(MASK, text)
    return text[:SHOWN_CHARACTERS]


def _keep_prompts(found: "re.Match[str]") -> str:
    return found.group(1) + MASK
