"""Names that look like other names: what a hasty reader takes them for.

A small part of what UTS 39 lists: letters of Latin, Greek and Cyrillic, digits, and the
pairs that melt into one letter. Two names with the same skeleton look alike.
"""

from __future__ import annotations

import unicodedata

from accounts.domain_names import to_unicode

# Cyrillic and Greek letters, and digits, that are drawn like a Latin letter.
LETTERS = str.maketrans(
    "аеорсухіјѕһԁԛԝѵгкмтвαβγεικνορτυχω01|35$",
    "aeopcyxijshdqwvrkmtbabyeikvoptuxwolless",
)
PAIRS = (("rn", "m"), ("nn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))
# Below that length a single letter's difference says nothing: abc.ch and abd.ch.
LENGTH_FOR_SLIPS = 6


def skeleton(name: str) -> str:
    """Return what a name looks like: accents gone, look-alikes made one."""
    decomposed = unicodedata.normalize("NFKD", to_unicode(name).lower())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    text = bare.translate(LETTERS)
    for pair, letter in PAIRS:
        text = text.replace(pair, letter)
    return text


def find_original(name: str, originals: list[str]) -> str:
    """Return which of the names it looks like without being it, empty if none.

    A subdomain of one of them is theirs, not a look-alike.
    """
    if any(name == own or name.endswith(f".{own}") for own in originals):
        return ""
    for own in originals:
        if skeleton(name) == skeleton(own) or _is_slip(name, own):
            return own
    return ""


def mixes_scripts(name: str) -> bool:
    """Say whether one label of the name holds letters of several alphabets."""
    return any(len(_scripts(label)) > 1 for label in to_unicode(name).split("."))


def is_latin(name: str) -> bool:
    """Say whether all letters of the name are Latin ones."""
    return all(_scripts(label) <= {"LATIN"} for label in to_unicode(name).split("."))


def _scripts(label: str) -> set[str]:
    # The first word of a letter's Unicode name is its script: "CYRILLIC SMALL LETTER".
    names = [unicodedata.name(c, "") for c in label if c.isalpha()]
    return {name.split()[0] for name in names if name}


def _is_slip(name: str, own: str) -> bool:
    """Say whether the name is one slip of a finger from the other."""
    label, _, rest = name.rpartition(".")
    own_label, _, own_rest = own.rpartition(".")
    if min(len(label), len(own_label)) < LENGTH_FOR_SLIPS:
        return False
    return rest == own_rest and _distance_is_one(label, own_label)


def _distance_is_one(left: str, right: str) -> bool:
    """Say whether one insertion, loss, change or swap leads from one to the other."""
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1 or left == right:
        return False
    at = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        len(left),
    )
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    swapped = left[:at] + left[at + 1 : at + 2] + left[at : at + 1] + left[at + 2 :]
    return left[at + 1 :] == right[at + 1 :] or swapped == right
