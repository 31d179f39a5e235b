"""Every address that takes a form wants its CSRF token, whoever sends it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.test_tenancy import _path, all_names

pytestmark = [pytest.mark.db, pytest.mark.django_db]

UNSAFE = ("post", "put", "patch", "delete")
# RFC 8058: mail programs post there without a page, the token in the address decides.
# The agent on the customer's server posts there, and has no page either.
EXEMPT = {"quarantine:digest_stop", "diagnostics:agent_report"}


def test_s9_every_address_wants_the_token(people, client_for):
    """S9: a view that acted on many was exempt from the check."""
    forgetful = Client(enforce_csrf_checks=True)
    forgetful.cookies = client_for(people.alice).cookies
    let_in = set()
    for name in all_names():
        path = _path(name, uuid.uuid4())
        for method in UNSAFE:
            answer = getattr(forgetful, method)(path)
            if answer.status_code != 403:
                let_in.add(name)

    assert let_in == EXEMPT
    assert forgetful.get("/holds/").status_code == 200


def admin_paths(
    patterns: list[URLPattern | URLResolver], prefix: str = "/"
) -> Iterator[str]:
    for item in patterns:
        path = prefix + str(item.pattern).replace("^", "").replace("$", "")
        if isinstance(item, URLResolver):
            yield from admin_paths(item.url_patterns, path)
        elif path.startswith("/admin/") and "<" not in path and "(" not in path:
            yield path


def test_s9_django_admin_wants_it_too(people, client_for):
    forgetful = Client(enforce_csrf_checks=True)
    forgetful.cookies = client_for(people.operator).cookies
    paths = list(admin_paths(get_resolver().url_patterns))

    answers = {path: forgetful.post(path).status_code for path in paths}

    assert len(paths) > 20
    assert {path: code for path, code in answers.items() if code != 403} == {}


def test_s9_only_what_a_token_opens_is_exempt():
    exempt = {
        name
        for name in all_names()
        if getattr(resolve(_path(name, uuid.uuid4())).func, "csrf_exempt", False)
    }

    assert exempt == EXEMPT
