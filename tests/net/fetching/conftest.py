"""The waits between tries."""

import pytest


@pytest.fixture
def pauses() -> list[float]:
    """How long fetches waited, had they waited."""
    return []
