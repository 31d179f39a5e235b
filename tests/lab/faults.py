"""Every fault that the lab can inject, and the choice of some of them."""

from __future__ import annotations

import hashlib

from tests.lab.fault import Fault
from tests.lab.faults_mail import BOXES, SCANNER, SETTINGS
from tests.lab.faults_network import NAMES, NETWORK
from tests.lab.faults_sending import SENDING

SEED = "cleanmail"
SAMPLE_SIZE = 4  # of `make test`; `make lab` takes all
FAULTS = (*NETWORK, *NAMES, *BOXES, *SETTINGS, *SENDING, *SCANNER)
BY_SLUG = {fault.slug: fault for fault in FAULTS}


def sample(count: int, seed: str) -> tuple[Fault, ...]:
    """Return `count` faults chosen by hash: the same ones for the same seed."""

    def rank(fault: Fault) -> str:
        return hashlib.sha256(f"{seed}:{fault.slug}".encode()).hexdigest()

    return tuple(sorted(FAULTS, key=rank)[:count])
