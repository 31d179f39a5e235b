"""The first account, asked for by whoever reads an address's mail."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation

from accounts import throttles
from accounts.actions.history import put_mail
from accounts.log_in_names import normalize

HOUR = 3600


def request_claim(email: str, *, network: str) -> None:
    """Mail a link if the address may claim its account; raise RateLimited.

    The same row is written for every address; who gets what is found out by the worker,
    so that neither answer nor time tells which addresses there are.
    """
    address = normalize(email)
    throttles.spend("claim.network", network, limit=20, seconds=HOUR)
    throttles.spend("claim", address, limit=3, seconds=HOUR)
    _queue(address)


@transaction.atomic(durable=True)
def _queue(address: str) -> None:
    language = (translation.get_language() or "")[:2]
    put_mail(None, "claim", email=address, language=language)
