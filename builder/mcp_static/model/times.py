"""Times as the API writes and reads them: RFC 3339, in UTC when written."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

SECONDS_A_DAY: Final = 86400
LAST_SECOND: Final = 253402300799
"""9999-12-31T23:59:59Z, the last time RFC 3339 can write."""

_RFC3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def format_time(seconds: int) -> str:
    """Seconds since 1970 as `2025-12-01T10:30:00Z`."""
    return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}Z"


def day_of(seconds: int) -> int:
    """The UTC day that holds a second, as days since 1970."""
    return seconds // SECONDS_A_DAY


@lru_cache(maxsize=4096)
def format_day(day: int) -> str:
    """Days since 1970 as `2025-12-01`."""
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def parse_day(text: str) -> int:
    """Days since 1970 of `2025-12-01`; raises ValueError."""
    return (date.fromisoformat(text) - _EPOCH.date()).days


def parse_time(text: str) -> float:
    """Seconds since 1970 of an RFC 3339 time with any offset; raises ValueError.

    A leap second counts as the second after it, as POSIX time has none (RFC 3339, 5.6).
    """
    match = _RFC3339.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not an RFC 3339 time such as 2025-12-01T10:30:00Z")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    leap = second == 60
    moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    seconds = (moment - _EPOCH).total_seconds() + leap + float(match[7] or 0)
    if match[8]:
        hours, minutes = int(match[9]), int(match[10])
        if hours > 23 or minutes > 59:
            raise ValueError(f"{text!r} has an offset that no clock has")
        offset = (hours * 60 + minutes) * 60
        seconds += -offset if match[8] == "+" else offset
    return seconds
