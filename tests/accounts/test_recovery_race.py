"""One recovery code in the same moment; on PostgreSQL, which has many writers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client

from accounts.actions import recovery_codes
from accounts.models import RecoveryCode, RecoverySheet
from tests.accounts.conftest import LOGIN, post_code, post_password
from tests.conftest import make_totp_device

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_sessions_with_one_code_one_gets_in(people):
    make_totp_device(people.bob)
    code = recovery_codes.issue_first_codes(people.bob)[0]
    sheet = RecoverySheet.objects.get()
    clients = [Client(), Client()]
    for client in clients:
        post_password(client, "bob@acme.example")
        client.post(LOGIN, {"challenge_device": sheet.persistent_id})
    ready = Barrier(2)

    def send(client: Client) -> int:
        try:
            ready.wait(10)
            return post_code(client, code).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, clients))

    assert statuses == [302, 422]
    assert sum(SESSION_KEY in client.session for client in clients) == 1
    assert RecoveryCode.objects.exclude(used_at=None).count() == 1


def test_of_many_uses_of_one_code_one_wins(people):
    make_totp_device(people.bob)
    code = recovery_codes.issue_first_codes(people.bob)[0]
    ready = Barrier(8)

    def use(_number: int) -> bool:
        try:
            sheet = RecoverySheet.objects.get()
            ready.wait(10)
            return sheet.verify_token(code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


def test_two_first_factors_in_the_same_moment_bring_one_sheet(people):
    make_totp_device(people.bob)
    ready = Barrier(4)

    def issue(_number: int) -> int:
        try:
            ready.wait(10)
            return len(recovery_codes.issue_first_codes(people.bob))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(issue, range(4))) == [0, 0, 0, 10]
    assert RecoveryCode.objects.count() == 10
