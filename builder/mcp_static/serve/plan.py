"""What a request asks for, as one of a few plans: no file is opened here."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from mcp_static.api.cursors import Cursor
from mcp_static.api.headers import READ_METHODS, WRITE_METHODS
from mcp_static.api.messages import (
    NOT_FOUND,
    SERVER_NOT_FOUND,
    invalid_parameter,
    method_not_allowed,
)
from mcp_static.api.paths import (
    API_ALIASES,
    COMPLETE_LIST,
    FIXED_DOCUMENTS,
    fixed_path,
    is_for_host,
    is_for_programs,
    is_inside,
    version_path,
    versions_path,
)
from mcp_static.model.errors import QueryError
from mcp_static.serve.query import Filters, ListQuery, parse_include_deleted, parse_list_query


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The first of these files that exists; `missing` is the message if none does.

    `has_page` tells that people may ask, who then get a page instead.
    """

    paths: tuple[str, ...]
    missing: str = NOT_FOUND
    has_page: bool = False


@dataclass(frozen=True, slots=True)
class WalkChain:
    """A page of a chain, from a cursor on."""

    start: Cursor
    limit: int


@dataclass(frozen=True, slots=True)
class WalkUpdates:
    """A page of what was updated at a time (in seconds since 1970) or later."""

    since: float
    limit: int


@dataclass(frozen=True, slots=True)
class Search:
    """A page of a walk that no chain holds, from a position of the search data on."""

    filters: Filters
    position: int
    limit: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """A status and a sentence."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class RefuseWriting:
    """The refusal that names the repository where changes are proposed."""


Plan = ReadFile | WalkChain | WalkUpdates | Search | Refuse | RefuseWriting

_NO_FILTERS: Final = Filters()
_NOTHING: Final = Refuse(404, NOT_FOUND)


def plan_of(method: str, raw_path: bytes, raw_query: str) -> Plan:
    """The plan for a request, its path and query as they were sent."""
    if method in WRITE_METHODS:
        return RefuseWriting()
    if method not in READ_METHODS:
        return Refuse(405, method_not_allowed(method))
    try:
        path = unquote_to_bytes(raw_path).decode().strip("/")
    except UnicodeDecodeError:
        return _NOTHING
    if path and not is_inside(path):
        return _NOTHING
    try:
        return _route(path, raw_query)
    except QueryError as error:
        return Refuse(400, invalid_parameter(str(error)))


def _route(path: str, query: str) -> Plan:
    api, *parts = path.split("/")
    if api not in API_ALIASES:
        return _NOTHING if is_for_host(path) else _file(path)
    match parts:
        case ["servers.json"]:
            return ReadFile((COMPLETE_LIST,))
        case ["servers"]:
            return _list(parse_list_query(query))
        case ["servers", namespace, server, "versions"]:
            return _versions(f"{namespace}/{server}", query)
        case ["servers", namespace, server, "versions", version]:
            return _version(f"{namespace}/{server}", version, query)
        case [name] if name in FIXED_DOCUMENTS:
            return ReadFile((fixed_path(name),))
    return _NOTHING


def below(base: str, raw_path: bytes) -> bytes:
    """A path below the one that the registry is served under.

    What stands in front may have taken that off already, so a path without it is taken as it is.
    """
    prefix = base.encode()
    if raw_path == prefix or raw_path.startswith(prefix + b"/"):
        return raw_path[len(prefix) :] or b"/"
    return raw_path


def _file(path: str) -> Plan:
    """A file, or the page of a folder."""
    paths = (path, f"{path}/index.html") if path else ("index.html",)
    return ReadFile(paths, has_page=not is_for_programs(path))


def _versions(name: str, query: str) -> Plan:
    public = versions_path(name)
    if parse_include_deleted(query):
        return ReadFile((versions_path(name, deleted=True), public), SERVER_NOT_FOUND)
    return ReadFile((public,), SERVER_NOT_FOUND)


def _version(name: str, version: str, query: str) -> Plan:
    public = version_path(name, version)
    if parse_include_deleted(query):
        return ReadFile((public, version_path(name, version, deleted=True)), SERVER_NOT_FOUND)
    return ReadFile((public,), SERVER_NOT_FOUND)


def _list(query: ListQuery) -> Plan:
    filters, cursor, limit = query.filters, query.cursor, query.limit
    if cursor is not None:
        # A cursor without filters belongs to a walk of its chain, whatever else the request says.
        return (
            WalkChain(cursor, limit)
            if filters == _NO_FILTERS
            else Search(filters, cursor.position, limit)
        )
    if filters.chain is not None:
        return WalkChain(Cursor(filters.chain, 0), limit)
    if filters.only_since:
        return WalkUpdates(filters.since or 0.0, limit)
    return Search(filters, 0, limit)
