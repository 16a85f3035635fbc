"""Times as registries, databases and languages write them."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.api.source_times import is_no_time, read_time
from mcp_static.model.times import LAST_SECOND

MOMENT = datetime(2025, 10, 1, 10, 0, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())


@pytest.mark.parametrize(
    "value",
    [
        "2025-10-01T10:00:00Z",
        "2025-10-01T10:00:00.123456789Z",
        "2025-10-01t10:00:00z",
        "2025-10-01T12:00:00+02:00",
        "2025-10-01T12:00:00+0200",
        "2025-10-01 10:00:00+00",
        "2025-10-01 10:00:00.5 +0000 UTC",
        " 2025-10-01 10:00:00Z ",
        "Wed, 01 Oct 2025 10:00:00 GMT",
        SECONDS,
        float(SECONDS),
        SECONDS * 10**3,
        SECONDS * 10**6,
        SECONDS * 10**9,
        str(SECONDS),
        str(SECONDS * 10**3),
        "2025-10-01T10:00Z",
        "2025-10-01T12:00+02:00[Europe/Berlin]",
        f"/Date({SECONDS}000+0200)/",
        {"seconds": str(SECONDS), "nanos": 5},
        {"_seconds": SECONDS, "_nanoseconds": 5},
        {"$date": "2025-10-01T10:00:00Z"},
        {"$date": {"$numberLong": str(SECONDS * 10**3)}},
    ],
)
def test_each_way_to_write_a_time_is_read(value: Any) -> None:
    assert not is_no_time(value)
    assert read_time(value) == SECONDS


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        0,
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000Z",
        "0001-01-01T00:00:00",
        "0001-01-01 00:00:00 +0000 UTC",
        -62_135_596_800,
    ],
)
def test_times_that_were_never_set_are_none(value: Any) -> None:
    assert is_no_time(value)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday", "2025-10-01T10:00:00", "2025-10-01", "2025-13-01T10:00:00Z", "20251001", "1",
        "Wed, 01 Oct 2025 10:00:00", "1969-12-31T23:59:59Z", -5, 1e300, float("nan"), True, False, [], -(10**400), 10**400, "1" * 1000,
        {}, {"$date": []}, {"$date": "2025-10-01T10:00:00Z", "x": 1}, {"seconds": [], "nanos": 0}, [2025, 10, 1, 10, 0], "2025-10-01T10:00:00+99:00",
    ],
)  # fmt: skip
def test_anything_else_is_refused(value: Any) -> None:
    assert not is_no_time(value)
    with pytest.raises(ValueError, match="is |has "):
        read_time(value)


@given(st.floats() | st.integers() | st.text() | st.booleans())
def test_whatever_is_there_is_a_time_or_refused(value: Any) -> None:
    with suppress(ValueError):
        assert 0 <= read_time(value) <= LAST_SECOND
