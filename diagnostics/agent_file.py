"""Joins the agent's modules into one file that people can read before they run it.

Each module stands in it word for word; a few lines import them from there. Which ones
is found by following the imports of `diagnostics.agent.main`, so that a new check comes
along by itself, and the same sources always give the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START = "diagnostics.agent.main"
HOUSES = ("cleanmail", "diagnostics")
QUOTE = "'''"

HEAD = '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Cleanmail probe: checks the way from this machine to the outbound scanner.

It looks up names, opens connections to the scanner, begins TLS and, if you type a
password, logs in once. It changes nothing here, sends no mail, needs no root and no
package. The password goes to the scanner only, inside verified TLS, and is neither
stored nor reported. What it found is printed and, if SETTINGS name a portal, sent
there. Python 3.6 or newer; `--help` lists the options.
"""
import sys

if sys.version_info < (3, 6):
    sys.stderr.write("This needs Python 3.6 or newer. Try: python3\\n")
    sys.exit(2)

# What the portal filled in for this probe.
SETTINGS = {
%(settings)s}

# The modules, word for word; the last lines of this file import and start them.
MODULES = {}
'''

TAIL = '''
# ---------------------------------------------------------------- start

import importlib.abc
import importlib.util


class Carried(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the modules above, before any of the same name on this machine."""

    def find_spec(self, name, path=None, target=None):
        if name not in MODULES:
            return None
        is_package = any(other.startswith(name + ".") for other in MODULES)
        return importlib.util.spec_from_loader(name, self, is_package=is_package)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = compile(MODULES[module.__name__], module.__name__, "exec", 0, True)
        exec(code, module.__dict__)


sys.dont_write_bytecode = True
sys.meta_path.insert(0, Carried())

from diagnostics.agent.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], SETTINGS))
'''


class NotCarriable(Exception):
    """A module cannot stand in the file as it is."""


def build(settings: Mapping[str, object] | None = None) -> bytes:
    """Return the file; settings are text, numbers, booleans and lists of them."""
    head = HEAD % {"settings": _literals(settings or {})}
    return (head + _body() + TAIL).encode()


def fingerprint(script: bytes) -> str:
    """Return the SHA-256 that people compare."""
    return hashlib.sha256(script).hexdigest()


def _literals(settings: Mapping[str, object]) -> str:
    """Write the settings so that nothing in them can be anything but a value.

    `ascii` escapes quotes, line ends and every sign above ASCII; what it wrote is read
    back, so that a type it cannot write is refused here and not on somebody's server.
    """
    lines = []
    for name, value in settings.items():
        written = ascii(value)
        if ast.literal_eval(written) != value:
            raise NotCarriable(name)
        lines.append(f"    {name!a}: {written},\n")
    return "".join(lines)


@lru_cache(maxsize=1)
def _body() -> str:
    return "".join(
        _module(name, _path(name).read_text(encoding="utf-8"))
        for name in sorted(carried())
    )


def _module(name: str, source: str) -> str:
    if QUOTE in source or source.endswith("\\"):
        raise NotCarriable(name)
    rule = "-" * max(4, 72 - len(name))
    return f'\n# {rule} {name}\n\nMODULES["{name}"] = r{QUOTE}\n{source}{QUOTE}\n'


def carried() -> set[str]:
    """Return the names of all modules that the agent imports, packages included."""
    found: set[str] = set()
    waiting = [START]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += _imports(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return found


def _imports(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(_path(name).read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [node.module, *(one for one in deeper if _is_module(one))]
        yield from (one for one in names if one.partition(".")[0] in HOUSES)


def _is_module(name: str) -> bool:
    return name.partition(".")[0] in HOUSES and _path(name).is_file()


def _path(name: str) -> Path:
    place = ROOT.joinpath(*name.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
