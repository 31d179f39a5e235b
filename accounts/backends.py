"""Password log-in, throttled per account and per network."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import browsers, throttles
from accounts.log_in_names import normalize
from accounts.models import User


class ThrottledBackend(ModelBackend):
    """Checks a password only while no limit is reached.

    Unknown accounts cost the same hashing work (Django does it) and the same counting,
    so neither the answer nor the time tells whether an account exists.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the person, None if the password is wrong; raise RateLimited."""
        if username is None or password is None:
            return None
        account = normalize(username)
        network = throttles.client_network(request)
        browser = browsers.name_known(request, account)
        throttles.count_try("password", account, network, browser)
        user = super().authenticate(
            request, username=account, password=password, **kwargs
        )
        if user is not None:
            throttles.note_right("password", account, network, browser)
        return user
