"""The run itself: mail comes in, people click, and somebody shoots."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F

from accounts.audit_chain import seal_events
from accounts.models import AuditEvent, Domain, Membership, Policy, User
from accounts.models.people import make_actor
from accounts.tenancy import Actor, Role
from quarantine.actions.decisions import release_hold_again, release_holds
from quarantine.models import Hold
from quarantine.states import State
from tests import factories
from tests.chaos import reckoning
from tests.chaos.clicks import Clicker
from tests.chaos.hop import Hop
from tests.chaos.mails import Mail
from tests.chaos.parts import ONE_CHILD, ROOT_ONLY, WHOLE, Part
from tests.chaos.sender import Sender

ADMINS = ("alice@acme.example", "charlie@other.example")
# How long each is left in peace, from .. to: a worker needs seconds to come up.
PEACE = {
    "intake": (1.5, 6),
    "redis": (3, 12),
    "postgresql": (4, 14),
    "worker": (8, 20),
    "beat": (15, 40),
}
MANNERS = {
    "postgresql": (WHOLE, ROOT_ONLY, ONE_CHILD),
    "worker": (WHOLE, ROOT_ONLY, ONE_CHILD),
}
REST_SECONDS = 1200
AT_ONCE = 100


class Shooter(threading.Thread):
    """Whoever kills one part and starts it again, until told to end."""

    def __init__(self, part: Part, seed: str) -> None:
        super().__init__(name=f"shooter of {part.name}", daemon=True)
        self.part = part
        self.lot = random.Random(f"{seed} {part.name}")  # noqa: S311
        self.ended = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """Shoot, wait a little, start."""
        manners = MANNERS.get(self.part.name, (WHOLE,))
        try:
            while not self.ended.wait(self.lot.uniform(*PEACE[self.part.name])):
                self.part.shoot(self.lot.choice(manners), self.lot)
                time.sleep(self.lot.choice((0, 0, self.lot.uniform(0, 3))))
                self.part.start()
        except Exception as error:  # noqa: BLE001 (told at the end)
            self.error = error


@dataclass
class Run:
    """One run and what became of it."""

    seed: str
    mails: Sequence[Mail]
    parts: Mapping[str, Part]
    hop: Hop
    intake_port: int
    seconds: float
    clickers: list[Clicker] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    clicked_at_the_end: Counter[UUID] = field(default_factory=Counter)
    repeated: Counter[UUID] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def make_people(self) -> None:
        """Make two customers; what is plain spam passes at one of the domains."""
        acme = factories.make_customer()
        other = factories.make_customer("Other GmbH", domain="other.example")
        opened = factories.make_domain(acme, "open.example")
        held = ["virus", "attachment"]
        Policy.objects.create(customer=acme, domain=opened, held_categories=held)
        for email, customer in zip(ADMINS, (acme, other), strict=True):
            factories.make_person(email, customer, role=Role.ADMIN)
        Domain.objects.update(next_hop_port=self.hop.port)

    def storm(self, senders: int) -> None:
        """Send, click and shoot until each mail is taken and the time is up."""
        posts = [
            Sender(list(self.mails[n::senders]), self.intake_port, f"{self.seed} {n}")
            for n in range(senders)
        ]
        pause = self.seconds / max(1, len(self.mails)) * 4
        self.clickers = [
            Clicker(email, f"{self.seed} {email} {n}", pause)
            for email in ADMINS
            for n in range(2)
        ]
        shooters = [Shooter(part, self.seed) for part in self.parts.values()]
        for thread in (*posts, *self.clickers, *shooters):
            thread.start()
        time.sleep(self.seconds)
        _end(shooters)
        self.faults += [f"{s.part.name}: {s.error}" for s in shooters if s.error]
        for part in self.parts.values():
            part.start()
        _end(self.clickers)
        for post in posts:
            post.join(REST_SECONDS)
            self.told.update(post.told)
            self.faults += post.refusals

    def settle(self) -> None:
        """Let time pass over what shot workers left, then release all that is held."""
        connection.close()  # as old as the storm
        self.parts["worker"].remove()
        begun = Hold.objects.filter(state=State.RELEASING).exclude(started_at=None)
        self.told["left behind"] = begun.update(
            started_at=F("started_at") - timedelta(hours=1)
        )
        self.parts["worker"].start()
        for email in ADMINS:
            self._release_open(email)
        self._wait_for_rest()
        self.told["unsure"] = reckoning.count_unsure()
        for hold in Hold.objects.filter(state=State.UNSURE):
            release_hold_again(hold, actor=_actor_of(hold))
            self.repeated[hold.pk] += 1
        self._wait_for_rest()

    def _release_open(self, email: str) -> None:
        actor = make_actor(User.objects.get(email=email).memberships.get())
        mine = list(Hold.objects.visible_to(actor).filter(state=State.HELD))
        for place in range(0, len(mine), AT_ONCE):
            some = mine[place : place + AT_ONCE]
            assert release_holds(some, actor=actor).done == len(some)
        self.clicked_at_the_end.update(hold.pk for hold in mine)

    def _wait_for_rest(self) -> None:
        until = time.monotonic() + REST_SECONDS
        on_the_way = Hold.objects.filter(state=State.RELEASING)
        while on_the_way.exists():
            if time.monotonic() > until:
                self.faults.append(f"still on the way: {on_the_way.count()}")
                return
            time.sleep(0.5)

    def reckon(self) -> None:
        """Hold everything against everything."""
        self.told["rows"] = Hold.objects.count()
        self.told["deliveries"] = len(self.hop.transactions)
        self.faults += reckoning.judge_rows(self.mails)
        found = self.hop.deliveries()
        self.faults += reckoning.judge_deliveries(found, self.repeated)
        others = self.clicked_at_the_end + self.repeated
        self.faults += reckoning.judge_audit(self.clickers, others)
        while seal_events():
            pass
        self.told["log entries"] = AuditEvent.objects.count()
        self._age_segments()
        for command in ("verify_store", "verify_audit"):
            self.faults += _manage(command)

    def _age_segments(self) -> None:
        """Make all segments old, so that none is excused as one being written."""
        then = time.time() - 7200
        for path in Path(settings.STORE_DIR).glob("*.seg"):
            os.utime(path, (then, then))
            self.told["segments"] += 1


def _actor_of(hold: Hold) -> Actor:
    return make_actor(
        Membership.objects.get(customer=hold.customer_id, role=Role.ADMIN)
    )


def _end(threads: Iterable[Shooter | Clicker]) -> None:
    for thread in threads:
        thread.ended.set()
    for thread in threads:
        thread.join(REST_SECONDS)


def _manage(command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(f"{command}: {done.stdout.strip()}".replace("\n", " · "))
    return [f"{command}: {done.stderr}"] if done.returncode else []


def play(run: Run, senders: int, say: Callable[[Run, float], None]) -> list[str]:
    """Go through a run whose parts stand; return what was wrong."""
    began = time.monotonic()
    with ExitStack() as stack:
        stack.callback(connection.close)
        run.make_people()
        for part in run.parts.values():
            part.start()
            stack.callback(part.stop)
        run.storm(senders)
        stormed = time.monotonic() - began
        run.settle()
        run.reckon()
        say(run, stormed)
    return run.faults
