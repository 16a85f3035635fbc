"""A market of package registries."""

import pytest

from tests.doubles.https import HttpsFront
from tests.packages.market import Market


@pytest.fixture
def market(front: HttpsFront) -> Market:
    """Registries that are yet to open."""
    return Market(front)
