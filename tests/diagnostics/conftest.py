"""Certificates, scanners and DNS zones for the tests of diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diagnostics.domain_checks.subject import Subject
from tests.diagnostics.scanner import Issued, issue
from tests.diagnostics.zones import running_zones


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where the run's certificates lie."""
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="session")
def authority(pki: Path) -> Issued:
    """Return a certificate authority."""
    return issue(pki, subject="Test Root CA", is_ca=True, names=("root.invalid",))


@pytest.fixture(scope="session")
def good_certificate(pki: Path, authority: Issued) -> Issued:
    """Return a certificate that is valid for localhost."""
    return issue(pki, issuer=authority)


@pytest.fixture
def new_certificate(pki: Path) -> Callable[..., Issued]:
    """Return a function that issues more."""

    def make(**fields) -> Issued:
        return issue(pki, **fields)

    return make


@pytest.fixture(scope="session")
def zones() -> Iterator[Subject]:
    """Run NSD and Unbound with all domains of the tests."""
    with running_zones() as subject:
        yield subject
