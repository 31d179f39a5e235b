"""A report as text that survives terminals: for a server that reaches no portal."""

import base64
import binascii
import json
import textwrap
import zlib
from typing import Any, Dict

BEGIN = "-----BEGIN CLEANMAIL REPORT-----"
END = "-----END CLEANMAIL REPORT-----"
WIDTH = 72
# A report takes a tenth of it; what unpacks to more is none.
PLAIN_BYTES_MAX = 2 * 1024 * 1024


class BlockUnreadable(ValueError):
    """The text holds no whole report."""


def make_block(report: Dict[str, Any]) -> str:
    """Return the report as lines to copy."""
    packed = zlib.compress(json.dumps(report).encode("ascii"), 9)
    lines = textwrap.wrap(base64.b64encode(packed).decode("ascii"), WIDTH)
    return "\n".join([BEGIN, *lines, END])


def read_block(text: str) -> Dict[str, Any]:
    """Return the report in pasted text; blanks and lost line ends do no harm.

    Raises BlockUnreadable. What it returns was written by anybody.
    """
    _head, found, rest = text.partition(BEGIN)
    body, ended, _tail = rest.partition(END)
    if not found or not ended:
        raise BlockUnreadable("no report")
    try:
        packed = base64.b64decode("".join(body.split()), validate=True)
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(packed, PLAIN_BYTES_MAX)
        if not unpacker.eof:
            raise BlockUnreadable("cut or too long")
        report = json.loads(plain.decode("utf-8"))
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise BlockUnreadable(str(error))  # noqa: B904 - the text says it
    if not isinstance(report, dict):
        raise BlockUnreadable("no report")
    return report
