"""Times of RFC 3339, and cursors."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.api.cursors import Cursor, parse_cursor
from mcp_static.model.times import (
    LAST_SECOND,
    day_of,
    format_day,
    format_time,
    parse_day,
    parse_time,
)
from mcp_static.model.versions import escaped_version


@given(st.integers(0, LAST_SECOND))
def test_times_are_written_as_datetime_writes_them_and_read_back(seconds: int) -> None:
    text = format_time(seconds)
    assert text == datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert parse_time(text) == seconds
    assert format_day(day_of(seconds)) == text[:10]
    assert parse_day(text[:10]) == day_of(seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", 1),
        ("1970-01-01 00:00:01.5Z", 1.5),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:30:00-00:30", 0),
        ("1970-01-01T23:59:60Z", 86400),
    ],
)
def test_any_offset_is_understood(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "now", "2025-01-01", "2025-01-01T00:00:00", "2025-13-01T00:00:00Z", "2025-01-01T24:00:00Z",
     "2025-01-01T00:00:00+25:00", "2025-1-1T0:0:0Z", "20250101T000000Z", "2025-01-01T00:00:00Z\n"],
)  # fmt: skip
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_time(text)


chains = st.sampled_from(["all", "latest", "everything", "updated/2025-12-01"]) | st.text(
    min_size=1, max_size=20
).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)).map(
    lambda version: f"version/{escaped_version(version)}"
)
filters = st.dictionaries(
    st.sampled_from(["search", "version", "updated_since", "include_deleted"]),
    st.text(min_size=1, max_size=30).filter(
        lambda text: not any("\ud800" <= c <= "\udfff" for c in text)
    ),
).map(lambda found: tuple(found.items()))


@given(chains, st.integers(0, 10**11), filters)
def test_a_cursor_needs_no_encoding_and_is_read_back(
    chain: str, position: int, given_filters: tuple[tuple[str, str], ...]
) -> None:
    cursor = Cursor(chain, position, given_filters)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", str(cursor))
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "all", "all.", "all.-1", "all.01", "ALL.0", "other.0", "updated.0", "updated.2025-13-01.0",
     "version.0", "all.0--", "all.0--!!", "all.0--YQ", "all.0--" + "A" * 3000, "../../etc/passwd.0",
     "version.../.0", "all.0\n", "all.٣", "all." + "9" * 30],
)  # fmt: skip
def test_what_was_never_given_out_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_cursor(text)
