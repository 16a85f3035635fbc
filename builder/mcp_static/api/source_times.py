"""Times as other registries write them: RFC 3339, what databases and languages print, and numbers."""

import email.utils
import math
import re
from typing import Any, Final

from mcp_static.model.terminal import quoted
from mcp_static.model.times import LAST_SECOND, parse_time

_ZERO: Final = re.compile(r"0001-01-01(?:[Tt ]00:00:00(?:\.0+)?\s*(?:[Zz]|\+00:?00)?(?: UTC)?)?")
"""What Go and .NET write for a time that was never set."""
_ZERO_SECONDS: Final = -62_135_596_800
"""The same as a Unix time."""
_LIKE_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,12}))?"
    r"\s*(?:[Zz]|([+-]\d\d):?(\d\d)?)(?: [A-Z]{3,4}|\[[A-Za-z0-9_/+-]{1,64}\])?",
    re.ASCII,
)
"""A time with its offset. Databases print it with a space and `+00`, Go with ` +0000 UTC`, Java without
seconds that are 0 and with the zone in brackets."""
_DOTNET: Final = re.compile(r"/Date\((\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)
"""A time as older serializers of .NET write it, in milliseconds; the offset is for display."""
_PARTS: Final = ({"seconds", "nanos"}, {"_seconds", "_nanoseconds"})
"""The members of a time in Protocol Buffers and in Firestore."""
_WITHOUT_OFFSET: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?", re.ASCII)
_LONGEST: Final = 100
"""Characters; no way to write a time takes more."""
_NUMBER: Final = re.compile(r"\d{9,20}", re.ASCII)
_UNITS: Final = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""Numbers below the first bound count seconds, then come milliseconds, microseconds, nanoseconds: each
bound is in the year 5138, in its own unit."""


def is_no_time(value: Any) -> bool:
    """Whether a value is how a registry writes that it has no time."""
    if isinstance(value, str):
        return not value.strip() or _ZERO.fullmatch(value.strip()) is not None
    if isinstance(value, bool):
        return False
    return value is None or value in (0, _ZERO_SECONDS)


def read_time(value: Any) -> int:
    """Whole seconds since 1970; raises ValueError, whose message reads on from the time's name.

    A time without an offset is refused, since nobody knows which clock it is from.
    """
    if isinstance(value, dict) and value.keys() == {"$date"}:  # MongoDB's extended JSON
        value = value["$date"]
        if isinstance(value, dict) and value.keys() == {"$numberLong"}:
            value = value["$numberLong"]
    elif isinstance(value, dict) and value.keys() in _PARTS:
        value = value.get("seconds", value.get("_seconds"))
    if isinstance(value, str) and (found := _DOTNET.fullmatch(value)):
        return _within(int(found[1]) / 1000)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, str):
        if len(value) > _LONGEST:
            raise ValueError(f"is {quoted(value)}, which is no time")
        return _within(_of_text(value.strip()))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _within(_of_number(value))
    raise ValueError("is no time")


def _of_number(value: float) -> float:
    if value < 0:
        raise ValueError("is before 1970")
    for bound, unit in _UNITS:
        if value < bound:
            return value / unit
    raise ValueError("is no time that a calendar shows")


def _of_text(text: str) -> float:
    found = _LIKE_RFC3339.fullmatch(text)
    if found is None:
        return _of_http_date(text)
    date, clock, seconds, fraction, hours, minutes = found.groups()
    offset = f"{hours}:{minutes or '00'}" if hours else "Z"
    try:
        return parse_time(f"{date}T{clock}{seconds or ':00'}.{fraction or 0}{offset}")
    except ValueError:
        raise ValueError(f"is {quoted(text)}, which is no time") from None


def _of_http_date(text: str) -> float:
    """A date as HTTP and e-mail write it."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        if _WITHOUT_OFFSET.fullmatch(text):
            raise ValueError(f"is {quoted(text)}, which has no offset from UTC") from None
        raise ValueError(f"is {quoted(text)}, which is no time such as 2025-12-01T10:30:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"is {quoted(text)}, which has no offset from UTC")
    return moment.timestamp()


def _within(seconds: float) -> int:
    if not 0 <= seconds <= LAST_SECOND:
        raise ValueError("is before 1970" if seconds < 0 else "is no time that a calendar shows")
    return math.floor(seconds)
