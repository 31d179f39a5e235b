"""Keeps what opens a door out of the log: tokens in the paths that Django names.

Django writes the path of each request that it refuses, a form without its CSRF token
say; the token in it would still be good.
"""

from __future__ import annotations

import logging
import re

# Longer than a UUID, which opens nothing by itself.
TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{38,}")


class HideTokens(logging.Filter):
    """Writes an ellipsis for each segment of a path that may be a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reword the record where it has to be; let every record through."""
        said = record.getMessage()
        told = TOKEN.sub("…", said)
        if told != said:
            record.msg, record.args = told, ()
        return True
