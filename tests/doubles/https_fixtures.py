"""A server that answers as every host, and the authority that vouches for it."""

from collections.abc import Iterator

import pytest

from tests.doubles.https import Authority, HttpsFront


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that fetches trust in these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def front(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsFront]:
    """A server that stands for every host it is given."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with HttpsFront(authority) as made:
        yield made
