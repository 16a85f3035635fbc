"""Fixtures: a market of package registries."""

from collections.abc import Iterator

import pytest

from tests.proofs.https import Authority, HttpsFront
from tests.proofs.packages.market import Market


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that fetches trust in these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def market(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """Registries that are yet to open."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with HttpsFront(authority) as front:
        yield Market(front)
