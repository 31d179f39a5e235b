"""What the world knows of the address that a customer's server sends from.

Only we look: the server itself may have dead name servers, and lists of spam senders
answer the resolvers of their operators' choice.
"""

from __future__ import annotations

import ipaddress
import time
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cleanmail.wire.dnsmessage import reverse_name
from diagnostics.checks.evidence import OK, SKIPPED, WARNING, Facts
from diagnostics.checks.evidence import Evidence as Observation
from diagnostics.domain_checks.asking import ANSWER, FINAL, Asker, Reply
from diagnostics.models import AgentRun, Evidence
from diagnostics.targets import make_address_subject
from diagnostics.verdicts.scene import SERVER

CHECK = "public_address"
# Behind the ordinals of our own probe; one for each run of the agent.
FIRST_ORDINAL = 2000
NAMES_MAX = 3
# What lists say of an address; 127.255.255.x says that the question was refused.
LISTED = "127.0."


def look_up_run(customer_id: UUID, run_id: int) -> None:
    """Look up the address that a run came from and keep what was found."""
    run = AgentRun.objects.filter(customer_id=customer_id, pk=run_id).first()
    if run is not None and run.public_address:
        _keep(run, look_up(run.public_address))


def look_up(address: str) -> Observation:
    """Return reverse name, whether it leads back, and the lists that know it."""
    if not ipaddress.ip_address(address).is_global:
        return Observation(CHECK, address, SKIPPED, 0.0, {"error": "private"}, [])
    since = time.monotonic()
    asker = Asker(make_address_subject())
    pointer = reverse_name(address)
    zones = list(settings.DNSBL_ZONES)
    questions = [partial(asker.resolve, pointer, "PTR", validates=False)]
    bare = pointer.rsplit(".", 2)[0]
    questions += [
        partial(asker.resolve, f"{bare}.{zone}", "A", validates=False) for zone in zones
    ]
    reverse, *listings = asker.at_once(questions)
    names = [name.rstrip(".").lower() for name in reverse.values[:NAMES_MAX]]
    facts: Facts = {
        "address": address,
        "ptr": names,
        "is_known": reverse.state in FINAL,
        "is_confirmed": any(address in asker.addresses(name) for name in names),
        "zones": zones,
        "listed": [
            zone
            for zone, reply in zip(zones, listings, strict=True)
            if _is_listed(reply)
        ],
    }
    doubtful = facts["is_known"] and not facts["is_confirmed"]
    status = WARNING if doubtful or facts["listed"] else OK
    if not facts["is_known"]:
        facts["error"] = reverse.state
    spent = round(time.monotonic() - since, 4)
    return Observation(CHECK, address, status, spent, facts, [])


def _is_listed(reply: Reply) -> bool:
    return reply.state == ANSWER and any(v.startswith(LISTED) for v in reply.values)


@transaction.atomic(durable=True)
def _keep(run: AgentRun, found: Observation) -> None:
    row = Evidence.of(
        found,
        customer_id=run.customer_id,
        probe_id=run.probe_id,
        ordinal=FIRST_ORDINAL + run.number,
        vantage=SERVER,
    )
    # A task that comes twice keeps what the first one found.
    Evidence.objects.bulk_create([row], ignore_conflicts=True)
