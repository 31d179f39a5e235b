"""Says in the log what is wrong with the settings, where nobody runs `manage.py`."""

from __future__ import annotations

import logging

from django.core.checks import run_checks

logger = logging.getLogger(__name__)


def log_faults() -> None:
    """Log each fault that `manage.py check` would stop at, and go on all the same.

    A gateway for SMS that is set up wrongly must not keep people from their mail.
    """
    for fault in run_checks():
        if fault.is_serious():
            logger.error("%s (%s): see manage.py check", fault.msg, fault.id)
