"""Names and marks of the cookies, with HTTPS and without, as in the demo."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import cleanmail

SETTINGS = Path(cleanmail.__file__).with_name("settings.py")


@pytest.mark.parametrize("kind", ["SESSION", "CSRF"])
@pytest.mark.parametrize(("https", "prefix"), [("1", "__Host-"), ("0", "")])
def test_no_other_host_sets_them_with_https_and_browsers_take_them_without(
    monkeypatch, kind, https, prefix
):
    """A browser drops `__Host-` that is not secure, has a domain, or another path."""
    monkeypatch.setenv("HTTPS", https)
    found = runpy.run_path(str(SETTINGS))

    name = found[f"{kind}_COOKIE_NAME"]
    assert name.startswith("__Host-") is bool(prefix)
    assert found[f"{kind}_COOKIE_SECURE"] is bool(prefix)
    assert found[f"{kind}_COOKIE_HTTPONLY"] is True
    assert found.get(f"{kind}_COOKIE_DOMAIN") is None
    assert found.get(f"{kind}_COOKIE_PATH", "/") == "/"
