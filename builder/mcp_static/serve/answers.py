"""The standard API answered from a snapshot: a request in, a status and a body out. No HTTP here."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from math import floor
from typing import Final
from urllib.parse import unquote_to_bytes

import orjson

from mcp_static.api.chains import PAGE_SIZE, page_path
from mcp_static.api.cursors import Cursor, parse_cursor
from mcp_static.api.entries import OFFICIAL_META, server_list
from mcp_static.api.media import JSON, MISSING_PAGE, freshness, media_type
from mcp_static.api.variants import HOST_FOLDER
from mcp_static.model.errors import QueryError
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import day_of, format_day, parse_day, parse_time
from mcp_static.model.versions import LATEST
from mcp_static.serve.query import Filters, ListQuery, parse_include_deleted, parse_list_query
from mcp_static.serve.snapshot import Line, Snapshot, is_inside

_API: Final = ("v0", "v0.1")
_API_PATHS: Final = re.compile(r"v[0-9]|data(/|$)")
"""Where programs ask, and get their errors in JSON; elsewhere people get a page."""
_WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_READING: Final = frozenset({"GET", "HEAD"})
ALLOWED: Final = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body, its type, and how long it stays fresh."""

    status: int
    body: bytes
    type: str = JSON
    freshness: str = freshness()


def answer(snapshot: Snapshot, method: str, raw_path: bytes, raw_query: str) -> Answer:
    """Answer one request; every outcome is an Answer."""
    if method in _WRITING:
        repository = snapshot.facts["registry"]["repository"]
        where = f" in {repository}" if repository else " in this registry's Git repository"
        return _error(501, f"This registry is read-only here. To publish, open a pull request{where}.")
    if method not in _READING:
        return _error(405, f"The method {method[:20]} is not allowed.")
    try:
        path = unquote_to_bytes(raw_path).decode().strip("/")
    except UnicodeDecodeError:
        return _error(404, "Not found")
    if path and not is_inside(path):
        return _error(404, "Not found")
    try:
        return _route(snapshot, path, raw_query)
    except QueryError as error:
        return _error(400, f"Invalid parameter: {error}.")


def _route(snapshot: Snapshot, path: str, query: str) -> Answer:
    match path.split("/"):
        case [api, "servers"] if api in _API:
            return _list(snapshot, parse_list_query(query))
        case [api, "servers", namespace, server, "versions"] if api in _API:
            return _versions(snapshot, f"{namespace}/{server}", query)
        case [api, "servers", namespace, server, "versions", version] if api in _API:
            return _version(snapshot, f"{namespace}/{server}", version, query)
        case [api, ("health" | "ping" | "version") as name] if api in _API:
            return _file(snapshot, f"v0.1/{name}.json")
        case [api, *_] if api in _API:
            return _error(404, "Not found")
        case [first, *_] if first == HOST_FOLDER:  # configuration, for the host alone
            return _error(404, "Not found")
    return _file(snapshot, path)


def _error(status: int, message: str) -> Answer:
    return Answer(status, dump_json({"error": message}) + b"\n")


def _file(snapshot: Snapshot, path: str) -> Answer:
    for file in (path, f"{path}/index.html".lstrip("/")):  # a file, or the page of a folder
        body = snapshot.read(file)
        if body is not None:
            return Answer(200, body, media_type(file), freshness(file))
    missing = None if _API_PATHS.match(path) else snapshot.read(MISSING_PAGE)
    return (
        _error(404, "Not found") if missing is None else Answer(404, missing, media_type(MISSING_PAGE))
    )


def _versions(snapshot: Snapshot, name: str, query: str) -> Answer:
    paths = [f"v0.1/servers/{name}/versions.json"]
    if parse_include_deleted(query):
        paths.insert(0, f"data/deleted/servers/{name}/versions.json")
    return _first(snapshot, paths, "Server not found")


def _version(snapshot: Snapshot, name: str, version: str, query: str) -> Answer:
    paths = [f"v0.1/servers/{name}/versions/{version}.json"]
    if parse_include_deleted(query):
        paths.append(f"data/deleted/servers/{name}/versions/{version}.json")
    return _first(snapshot, paths, "Server not found")


def _first(snapshot: Snapshot, paths: list[str], otherwise: str) -> Answer:
    for path in paths:
        body = snapshot.read(path)
        if body is not None:
            return Answer(200, body)
    return _error(404, otherwise)


def _list(snapshot: Snapshot, query: ListQuery) -> Answer:
    filters, cursor = query.filters, query.cursor
    if cursor is not None:
        # A cursor without filters belongs to a walk of its chain, whatever else the request says.
        return _scan(snapshot, query) if filters.packed() else _walk(snapshot, cursor, query.limit)
    if filters.chain is not None:
        return _walk(snapshot, Cursor(filters.chain, 0), query.limit)
    if filters.only_since:
        assert filters.since is not None
        start = _place_since(snapshot, filters.since)
        return _walk(snapshot, start, query.limit) if start else Answer(200, server_list([]))
    return _scan(snapshot, query)


def _place_since(snapshot: Snapshot, seconds: float) -> Cursor | None:
    """Where the chains `updated/<day>` have the first entry updated then or later, if there is one.

    The beginning of a page stands for the first entry on it.
    """
    if snapshot.days is None:
        return None
    first, last = map(parse_day, snapshot.days)
    number_of_day = max(first, day_of(floor(seconds)))
    if number_of_day > last:
        return None
    day = format_day(number_of_day)
    until = snapshot.pages_until(day)
    number = bisect_left(until, seconds)
    page = _page(snapshot, f"updated/{day}", min(number, len(until) - 1))
    if page is None:
        return None
    if number == len(until):
        return page.next
    index = bisect_left(page.entries, seconds, key=lambda entry: _updated(entry[1]))
    position = page.entries[index][0] if index else number * PAGE_SIZE
    return Cursor(f"updated/{day}", position)


def _updated(entry: bytes) -> float:
    """When a rendered entry was updated, in seconds."""
    return parse_time(orjson.loads(entry)["_meta"][OFFICIAL_META]["updatedAt"])


@dataclass(frozen=True, slots=True)
class _Page:
    """A stored page, cut into entries with their positions, without parsing any."""

    body: bytes
    entries: list[tuple[int, bytes]]
    next: Cursor | None


def _page(snapshot: Snapshot, chain: str, number: int) -> _Page | None:
    body = snapshot.read(page_path(chain, number))
    if body is None:
        return None
    lines = body.split(b"\n")
    metadata = orjson.loads(lines[-2].removeprefix(b'],"metadata":').removesuffix(b"}"))
    rows = [line.removesuffix(b",") for line in lines[1:-2] if line]
    gaps = frozenset(metadata.get("gaps", ()))
    start = number * PAGE_SIZE
    places = (start + offset for offset in range(PAGE_SIZE) if offset not in gaps)
    text = metadata.get("nextCursor")
    return _Page(body, list(zip(places, rows, strict=False)), parse_cursor(text) if text else None)


def _walk(snapshot: Snapshot, cursor: Cursor, limit: int) -> Answer:
    """A page of a chain, from a position on: stored pages, cut and joined to what was asked for."""
    page = _page(snapshot, cursor.chain, cursor.position // PAGE_SIZE)
    if page is None:
        return Answer(200, server_list([]))
    # Days have few entries each, so their pages are joined; all others are full but for gaps.
    is_day = cursor.chain.startswith("updated/")
    if limit == PAGE_SIZE and cursor.position % PAGE_SIZE == 0 and not is_day:
        return Answer(200, page.body)
    found: list[bytes] = []
    here: Cursor | None = cursor
    while page is not None and here is not None:
        for position, entry in page.entries:
            if position < here.position:
                continue
            if len(found) == limit:
                return Answer(200, server_list(found, str(Cursor(here.chain, position))))
            found.append(entry)
        here = page.next
        if here is None or len(found) == limit:
            break
        page = _page(snapshot, here.chain, here.position // PAGE_SIZE)
    return Answer(200, server_list(found, str(here) if here else None))


def _scan(snapshot: Snapshot, query: ListQuery) -> Answer:
    """A page of a walk that no chain holds: every entry that passes the filters, in order."""
    filters, cursor, since = query.filters, query.cursor, query.filters.since
    lines = snapshot.latest if filters.version == LATEST else snapshot.entries
    start = bisect_left(lines, cursor.position, key=lambda line: line.position) if cursor else 0
    found: list[Line] = []
    for line in islice(lines, start, None):
        if _passes(line, filters, since):
            found.append(line)
            if len(found) > query.limit:
                break
    entries = [snapshot.read(line.document) for line in found[: query.limit]]
    following = None
    if len(found) > query.limit:
        following = str(Cursor(filters.order, found[-1].position, filters.packed()))
    return Answer(200, server_list([entry.rstrip(b"\n") for entry in entries if entry], following))


def _passes(line: Line, filters: Filters, since: float | None) -> bool:
    if line.is_deleted and not filters.include_deleted:
        return False
    if filters.version not in {"", LATEST, line.version}:
        return False
    if since is not None and line.updated < since:
        return False
    # Fields are joined by tabs, which stand in none of them.
    return not filters.search or ("\t" not in filters.search and filters.search in line.words)
