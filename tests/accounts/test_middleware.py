"""Who is led where before a view is reached."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.db


def test_expired_session_leads_the_whole_page_to_the_log_in(client: Client):
    response = client.get(
        "/holds/rows",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/holds/?q=x",
        },
    )

    assert response.headers["HX-Redirect"] == "/login/?next=%2Fholds%2F%3Fq%3Dx"
    assert response.content == b""


def test_page_without_session_leads_to_the_log_in(client: Client):
    response = client.get("/holds/?q=x")

    assert response.url == "/login/?next=/holds/%3Fq%3Dx"
