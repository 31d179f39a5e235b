"""People who release while it runs, one by one or several at once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from uuid import UUID

from django.db import Error, connection

from accounts.models import User
from accounts.models.people import make_actor
from accounts.tenancy import Actor
from quarantine.actions.decisions import release_hold, release_holds
from quarantine.errors import NotHeld
from quarantine.models import Hold
from quarantine.states import State

NEWEST = 60


class Clicker(threading.Thread):
    """An admin who releases what came in last; two of a customer's are rivals."""

    def __init__(self, email: str, seed: str, pause_seconds: float) -> None:
        super().__init__(name=f"clicker {seed}", daemon=True)
        self.email = email
        self.lot = random.Random(seed)  # noqa: S311
        self.pause_seconds = pause_seconds
        self.ended = threading.Event()
        self.told: Counter[str] = Counter()
        # Whose release was confirmed to the person, and whose click broke on the way.
        self.released: Counter[UUID] = Counter()
        self.broken: Counter[UUID] = Counter()

    def run(self) -> None:
        """Click until told to end."""
        while not self.ended.wait(self.lot.uniform(0, 2 * self.pause_seconds)):
            chosen: list[Hold] = []
            try:
                actor = self._actor()
                chosen = self._choose(actor)
                self._click(chosen, actor)
            except Error:
                self.told["broken"] += 1
                self.broken.update(hold.pk for hold in chosen)
                connection.close()
        connection.close()

    def _actor(self) -> Actor:
        return make_actor(User.objects.get(email=self.email).memberships.get())

    def _choose(self, actor: Actor) -> list[Hold]:
        open_ones = Hold.objects.visible_to(actor).filter(state=State.HELD)
        newest = list(open_ones.order_by("-received_at", "-pk")[:NEWEST])
        count = self.lot.choice((1, 1, 1, 5))
        return self.lot.sample(newest, min(count, len(newest)))

    def _click(self, chosen: list[Hold], actor: Actor) -> None:
        if len(chosen) == 1:
            try:
                release_hold(chosen[0], actor=actor)
            except NotHeld:
                self.told["too late"] += 1
                return
            self.released[chosen[0].pk] += 1
        elif chosen:
            result = release_holds(chosen, actor=actor)
            if result.done == len(chosen):
                self.released.update(hold.pk for hold in chosen)
            else:  # which of them, the result does not say
                self.told["too late"] += result.taken
                self.broken.update(hold.pk for hold in chosen)
        self.told["clicks"] += 1
