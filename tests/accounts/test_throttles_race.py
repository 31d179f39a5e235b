"""Tries in the same moment; on PostgreSQL, since SQLite has one writer at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import throttles
from accounts.errors import RateLimited


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_do_not_slip_through():
    def one_try(_number: int) -> int:
        try:
            throttles.hit("code", "race")
        except RateLimited:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(one_try, range(24)))

    assert passed == 5
