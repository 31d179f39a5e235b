"""The log as it is configured: no token of a link stands in it."""

from __future__ import annotations

import io
import logging
import secrets

import pytest
from django.test import Client

from accounts.identifiers import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def written():
    """Return what the root logger's own handler writes."""
    (handler,) = (it for it in logging.getLogger().handlers if it.name == "stderr")
    stream = io.StringIO()
    before = handler.setStream(stream)  # type: ignore[attr-defined]
    yield stream
    handler.setStream(before)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    ["/digest/{}/confirm", "/digest/{}", "/digest/stop/{}", "/rules/{}",
     "/invitation/{}/accept/"],
)  # fmt: skip
def test_s10_no_token_of_a_refused_request_is_written(written, path):
    token = secrets.token_urlsafe(32)
    strict = Client(enforce_csrf_checks=True)

    strict.post(path.format(token))
    strict.get(path.format(token))
    strict.put(path.format(token))

    assert token not in written.getvalue()
    assert path.format("…") in written.getvalue()


def test_what_opens_nothing_is_written(written, client):
    missing = f"/holds/{uuid7()}/nowhere"

    client.get(missing)

    assert missing in written.getvalue()
