"""The query parameters of the standard API, read strictly.

Meanings and limits: `GET /v0.1/servers` in the standard's `openapi.yaml`. Unknown parameters are
ignored; an empty value counts as absent; a known parameter given twice or malformed is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, quote_plus

from mcp_static.api.chains import ALL, EVERYTHING, LATEST_CHAIN, version_chain
from mcp_static.api.cursors import FILTERS, Cursor, parse_cursor
from mcp_static.api.limits import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_PARAMETERS,
    MAX_QUERY_BYTES,
    MAX_VALUE_BYTES,
)
from mcp_static.api.messages import (
    HAS_NUL,
    INVALID_CURSOR,
    INVALID_FLAG,
    INVALID_LIMIT,
    INVALID_TIME,
    LONG_QUERY,
    LONG_VALUE,
    MALFORMED_QUERY,
    REPEATED,
    SINCE_HAS_DELETED,
)
from mcp_static.api.search_text import folded_text
from mcp_static.model.errors import QueryError
from mcp_static.model.times import parse_time
from mcp_static.model.versions import LATEST

_KNOWN: Final = (*FILTERS, "cursor", "limit")


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
        deleted = "true" if self.include_deleted else ""
        values = (self.search, self.version, self.updated_since, deleted)
        return tuple((name, value) for name, value in zip(FILTERS, values, strict=True) if value)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A request for a page: the filters, the most entries to return, and where to go on."""

    filters: Filters
    limit: int = DEFAULT_LIMIT
    cursor: Cursor | None = None


def read_parameters(raw: str) -> dict[str, str]:
    """The known parameters of a raw query string; raises QueryError."""
    if len(raw) > MAX_QUERY_BYTES:
        raise QueryError(LONG_QUERY)
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise QueryError(MALFORMED_QUERY) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in _KNOWN:
            if name in found:
                raise QueryError(REPEATED.format(name=name))
            if "\0" in value:
                raise QueryError(HAS_NUL.format(name=name))
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
        raise QueryError(INVALID_CURSOR) from None
    if filters.packed() != cursor.filters or (cursor.filters and cursor.chain != filters.order):
        raise QueryError(INVALID_CURSOR)
    return ListQuery(filters, limit, replace(cursor, filters=()))


def parse_include_deleted(raw: str) -> bool:
    """The only parameter of the two other endpoints; raises QueryError."""
    return _flag(read_parameters(raw).get("include_deleted"))


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise QueryError(INVALID_LIMIT)
    limit = int(text)
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError(INVALID_LIMIT)
    return limit


def _filters(parameters: Mapping[str, str]) -> Filters:
    filters = Filters(
        search=folded_text(parameters.get("search", "")),
        updated_since=_time(parameters.get("updated_since", "")),
        version=parameters.get("version", ""),
        include_deleted=_flag(parameters.get("include_deleted")),
    )
    if filters.updated_since:  # the standard: it always includes deleted entries
        if "include_deleted" in parameters and not filters.include_deleted:
            # So the official server has it: modelcontextprotocol/registry,
            # internal/api/handlers/v0/servers.go, resolveIncludeDeleted (November 2026).
            raise QueryError(SINCE_HAS_DELETED)
        filters = replace(filters, include_deleted=True)
    for name, value in filters.packed():
        if len(quote_plus(value)) > MAX_VALUE_BYTES:
            raise QueryError(LONG_VALUE.format(name=name))
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
            raise QueryError(INVALID_TIME) from None
    return repaired


def _flag(text: str | None) -> bool:
    if text is None:
        return False
    match text.lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise QueryError(INVALID_FLAG)
