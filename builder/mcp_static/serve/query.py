"""The query parameters of the standard API, read strictly.

Meanings and limits: `GET /v0.1/servers` in the standard's `openapi.yaml`. Unknown parameters are
ignored; an empty value is no value; a known parameter given twice or malformed is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, quote_plus

from mcp_static.api.chains import ALL, EVERYTHING, LATEST_CHAIN, PAGE_SIZE, version_chain
from mcp_static.api.cursors import Cursor, parse_cursor
from mcp_static.api.search_text import folded_text
from mcp_static.model.errors import QueryError
from mcp_static.model.times import parse_time
from mcp_static.model.versions import LATEST

DEFAULT_LIMIT: Final = 30
MAX_QUERY_BYTES: Final = 16 * 1024
MAX_VALUE_BYTES: Final = 1000
"""A filter, percent-encoded; cursors carry filters along."""
_KNOWN: Final = ("cursor", "limit", "search", "updated_since", "version", "include_deleted")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries a walk returns."""

    search: str = ""
    updated_since: str = ""
    version: str = ""
    include_deleted: bool = False

    @property
    def since(self) -> float | None:
        """`updated_since` in seconds since 1970."""
        return parse_time(self.updated_since) if self.updated_since else None

    @property
    def chain(self) -> str | None:
        """The chain that holds exactly these entries in order, other than `updated`, if any does."""
        if self.search or self.updated_since:
            return None
        if not self.version:
            return EVERYTHING if self.include_deleted else ALL
        if self.include_deleted:
            return None
        return LATEST_CHAIN if self.version == LATEST else version_chain(self.version)

    @property
    def order(self) -> str:
        """The chain whose positions a walk with these filters goes by, where none holds it."""
        if self.version == LATEST:
            return LATEST_CHAIN
        return EVERYTHING if self.include_deleted else ALL

    @property
    def only_since(self) -> bool:
        """Whether the chains `updated/<day>` hold exactly these entries."""
        return bool(self.updated_since) and not self.search and not self.version

    def packed(self) -> tuple[tuple[str, str], ...]:
        """The filters as a cursor carries them."""
        pairs = (
            ("search", self.search),
            ("version", self.version),
            ("updated_since", self.updated_since),
            ("include_deleted", "true" if self.include_deleted else ""),
        )
        return tuple((name, value) for name, value in pairs if value)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A request for a page: the filters, how many entries at the most, and where to go on."""

    filters: Filters
    limit: int = DEFAULT_LIMIT
    cursor: Cursor | None = None


def read_parameters(raw: str) -> dict[str, str]:
    """The known parameters of a raw query string; raises QueryError."""
    if len(raw) > MAX_QUERY_BYTES:
        raise QueryError(f"the query is longer than {MAX_QUERY_BYTES} bytes")
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise QueryError("the query is not UTF-8, or has more than 100 parameters") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in _KNOWN:
            if name in found:
                raise QueryError(f"{name} is given twice")
            if "\0" in value:
                raise QueryError(f"{name} has a NUL character")
            found[name] = value
    return {name: value for name, value in found.items() if value}


def parse_list_query(raw: str) -> ListQuery:
    """The query of `GET /v0.1/servers`; raises QueryError."""
    parameters = read_parameters(raw)
    limit = _limit(parameters.get("limit"))
    filters = _filters(parameters)
    text = parameters.get("cursor")
    if text is None:
        return ListQuery(filters, limit)
    try:
        cursor = parse_cursor(text)
        filters = _filters(dict(cursor.filters))
    except ValueError:
        raise _foreign_cursor() from None
    if filters.packed() != cursor.filters or (cursor.filters and cursor.chain != filters.order):
        raise _foreign_cursor()
    return ListQuery(filters, limit, replace(cursor, filters=()))


def _foreign_cursor() -> QueryError:
    return QueryError("cursor is none that this registry gave out")


def parse_include_deleted(raw: str) -> bool:
    """The only parameter of the two other endpoints; raises QueryError."""
    return _flag(read_parameters(raw).get("include_deleted"))


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise QueryError(f"limit must be a number from 1 to {PAGE_SIZE}")
    limit = int(text)
    if not 1 <= limit <= PAGE_SIZE:
        raise QueryError(f"limit must be a number from 1 to {PAGE_SIZE}")
    return limit


def _filters(parameters: Mapping[str, str]) -> Filters:
    filters = Filters(
        search=folded_text(parameters.get("search", "")),
        updated_since=_time(parameters.get("updated_since", "")),
        version=parameters.get("version", ""),
        include_deleted=_flag(parameters.get("include_deleted")),
    )
    if filters.updated_since:  # the standard: it always includes deleted entries
        filters = replace(filters, include_deleted=True)
    for name, value in filters.packed():
        if len(quote_plus(value)) > MAX_VALUE_BYTES:
            raise QueryError(f"{name} is longer than {MAX_VALUE_BYTES} bytes")
    return filters


def _time(text: str) -> str:
    """The time as given, once it is known to be one.

    A `+` of an offset that a client left unencoded arrives as a space.
    """
    repaired = text[:-6] + "+" + text[-5:] if text[-6:-5] == " " and text[-3:-2] == ":" else text
    if repaired:
        try:
            parse_time(repaired)
        except ValueError:
            raise QueryError(
                "updated_since must be an RFC 3339 time such as 2025-12-01T10:30:00Z"
            ) from None
    return repaired


def _flag(text: str | None) -> bool:
    if text is None:
        return False
    match text.lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise QueryError("include_deleted must be true or false")
