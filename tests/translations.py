"""Catalogues: `write` refreshes and compiles them, `check` says what is missing."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "fr", "it")
SOURCES = ("cleanmail", "accounts", "quarantine", "diagnostics", "templates")


def catalogue(language: str) -> Path:
    """Return where a language's catalogue stands."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def extract(language: str, into: Path) -> polib.POFile:
    """Return a fresh catalogue of all texts in the code (Django's makemessages)."""
    target = into / "locale" / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    for name in SOURCES:
        (into / name).symlink_to(ROOT / name)
    subprocess.run(
        [
            sys.executable, "-m", "django", "makemessages", "--locale", language,
            "--no-location", "--no-wrap", "--no-obsolete", "--symlinks",
            "--extension", "py,html,txt",
        ],
        cwd=into, check=True, stdout=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return polib.pofile(str(target / "django.po"))


def write() -> int:
    """Take new texts up, keep what is translated, compile."""
    for language in LANGUAGES:
        path = catalogue(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            fresh = extract(language, Path(folder))
        known = polib.pofile(str(path)) if path.exists() else polib.POFile()
        for entry in fresh:
            old = known.find(entry.msgid, msgctxt=entry.msgctxt)
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            if old is not None:
                entry.msgstr, entry.msgstr_plural = old.msgstr, old.msgstr_plural
        fresh.sort(key=lambda entry: entry.msgid)
        fresh.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": "nplurals=2; plural=(n > 1);"
            if language == "fr"
            else "nplurals=2; plural=(n != 1);",
        }
        fresh.wrapwidth = 88
        fresh.save(str(path))
        fresh.save_as_mofile(str(path.with_suffix(".mo")))
        print(language, f"{fresh.percent_translated()} %")
    return 0


def keeps_placeholders(entry: polib.POEntry) -> bool:
    """Say whether a translation asks for the values that its text offers."""
    offered = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural)
    if not entry.msgid_plural:
        return _placeholders(entry.msgstr) == offered
    # "Ein Code" may leave the number out.
    return all(_placeholders(text) <= offered for text in entry.msgstr_plural.values())


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]", text))


def check() -> int:
    """Return 1 for a text without translation, or one that is stale or misfits."""
    faults = []
    for language in LANGUAGES:
        known = polib.pofile(str(catalogue(language)))
        with tempfile.TemporaryDirectory() as folder:
            fresh = extract(language, Path(folder))
            mo = Path(folder) / "django.mo"
            known.save_as_mofile(str(mo))
            if mo.read_bytes() != catalogue(language).with_suffix(".mo").read_bytes():
                faults.append(f"{language}: the compiled catalogue is stale")
        faults += [
            f"{language}: not translated: {entry.msgid!r}"
            for entry in fresh
            if not (found := known.find(entry.msgid, msgctxt=entry.msgctxt))
            or not found.translated()
        ]
        faults += [
            f"{language}: other placeholders: {entry.msgid!r}"
            for entry in known
            if not keeps_placeholders(entry)
        ]
    print("\n".join(faults[:40]))
    if faults:
        print(f"{len(faults)} texts; `make translations` takes new texts up")
    return bool(faults)


if __name__ == "__main__":
    sys.exit({"write": write, "check": check}[sys.argv[1]]())
