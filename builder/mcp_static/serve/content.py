"""What a plan finds in a snapshot: a file, the entries of a list, or a failure."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import floor
from typing import Final, assert_never

import orjson

from mcp_static.api.chains import PAGE_SIZE, is_day, page_path, updated_chain
from mcp_static.api.cursors import Cursor, parse_cursor
from mcp_static.api.entries import LIST_TAIL, OFFICIAL_META
from mcp_static.api.messages import read_only
from mcp_static.api.paths import MISSING_PAGE
from mcp_static.model.times import day_of, parse_day, parse_time
from mcp_static.model.versions import LATEST
from mcp_static.serve.plan import (
    Plan,
    ReadFile,
    Refuse,
    RefuseWriting,
    Search,
    WalkChain,
    WalkUpdates,
)
from mcp_static.serve.query import Filters
from mcp_static.serve.snapshot import Line, Snapshot


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it is stored."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Listing:
    """Rendered entries, and the cursor that leads on, if any are left."""

    entries: list[bytes]
    next: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A status other than 200 with its sentence; `page` is for people."""

    status: int
    message: str
    page: bytes | None = None


Content = StoredFile | Listing | Failure

_METADATA: Final = LIST_TAIL.removeprefix("\n").encode()


def read_content(snapshot: Snapshot, plan: Plan) -> Content:
    """Carry out a plan."""
    match plan:
        case ReadFile():
            return _read_file(snapshot, plan)
        case WalkChain(start, limit):
            return _walk(snapshot, start, limit)
        case Search():
            return _search(snapshot, plan)
        case WalkUpdates(since, limit):
            first = _first_update(snapshot, since - snapshot.slack)
            return Listing([]) if first is None else _walk(snapshot, first, limit)
        case Refuse(status, message):
            return Failure(status, message)
        case RefuseWriting():
            return Failure(501, read_only(snapshot.facts["registry"]["repository"]))
    assert_never(plan)


def _read_file(snapshot: Snapshot, plan: ReadFile) -> Content:
    for path in plan.paths:
        body = snapshot.read(path)
        if body is not None:
            return StoredFile(path, body)
    return Failure(404, plan.missing, snapshot.read(MISSING_PAGE) if plan.has_page else None)


@dataclass(frozen=True, slots=True)
class _Page:
    """A stored page cut into entries with their positions, without parsing any."""

    entries: list[tuple[int, bytes]]
    next: Cursor | None


def _page(snapshot: Snapshot, chain: str, number: int) -> _Page | None:
    body = snapshot.read(page_path(chain, number))
    if body is None:
        return None
    lines = body.split(b"\n")
    metadata = orjson.loads(lines[-2].removeprefix(_METADATA).removesuffix(b"}"))
    entries = [line.removesuffix(b",") for line in lines[1:-2] if line]
    start = number * PAGE_SIZE
    positions: Iterable[int] = range(start, start + PAGE_SIZE)
    if "gaps" in metadata:
        gaps = {start + offset for offset in metadata["gaps"]}
        positions = (position for position in positions if position not in gaps)
    text = metadata.get("nextCursor")
    return _Page(list(zip(positions, entries, strict=False)), parse_cursor(text) if text else None)


def _walk(snapshot: Snapshot, start: Cursor, limit: int) -> Content:
    """A page of a chain: stored pages, cut and joined to what was asked for."""
    # Days have few entries each, so their pages are joined; all others are full except for gaps.
    if limit == PAGE_SIZE and start.position % PAGE_SIZE == 0 and not is_day(start.chain):
        path = page_path(start.chain, start.position // PAGE_SIZE)
        body = snapshot.read(path)
        return Listing([]) if body is None else StoredFile(path, body)
    found: list[bytes] = []
    here: Cursor | None = start
    while here is not None and len(found) < limit:
        page = _page(snapshot, here.chain, here.position // PAGE_SIZE)
        if page is None:
            return Listing(found)
        for position, entry in page.entries:
            if position < here.position:
                continue
            if len(found) == limit:
                return Listing(found, Cursor(here.chain, position))
            found.append(entry)
        here = page.next
    return Listing(found, here)


def _first_update(snapshot: Snapshot, seconds: float) -> Cursor | None:
    """Where the chains `updated/<day>` have the first entry updated then or later, if there is one.

    The beginning of a page represents the first entry on it.
    """
    if snapshot.days is None:
        return None
    first, last = map(parse_day, snapshot.days)
    day = max(first, day_of(floor(seconds)))
    if day > last:
        return None
    chain, until = updated_chain(day), snapshot.pages_until(day)
    number = bisect_left(until, seconds)
    page = _page(snapshot, chain, min(number, len(until) - 1))
    if page is None:
        return None
    if number == len(until):
        return page.next
    index = bisect_left(page.entries, seconds, key=lambda entry: _updated(entry[1]))
    return Cursor(chain, page.entries[index][0] if index else number * PAGE_SIZE)


def _updated(entry: bytes) -> float:
    """When a rendered entry was updated, in seconds."""
    return parse_time(orjson.loads(entry)["_meta"][OFFICIAL_META]["updatedAt"])


def _search(snapshot: Snapshot, plan: Search) -> Listing:
    """Every entry that passes the filters, in order, up to the limit."""
    filters, since = plan.filters, plan.filters.since
    if since is not None:
        since -= snapshot.slack
    lines = snapshot.latest if filters.version == LATEST else snapshot.entries
    start = bisect_left(lines, plan.position, key=lambda line: line.position)
    found: list[Line] = []
    for line in islice(lines, start, None):
        if _passes(line, filters, since):
            found.append(line)
            if len(found) > plan.limit:
                break
    hits = sorted(found[: plan.limit], key=lambda line: _rank(line, filters.search))
    entries = [snapshot.read(line.document) for line in hits]
    following = None
    if len(found) > plan.limit:
        following = Cursor(filters.order, found[-1].position, filters.packed())
    return Listing([entry.rstrip(b"\n") for entry in entries if entry], following)


def _rank(line: Line, search: str) -> int:
    """Where a hit goes on its page: first what is called that, then what has it in its name.

    Clients that take the first hit mean a name. What a page holds, and where it ends, is up to the
    ordinals alone, so that walks stay what they are.
    """
    name = line.words.partition("\t")[0]
    if f"/{name}".endswith(f"/{search}"):
        return 0
    return 1 if search in name else 2


def _passes(line: Line, filters: Filters, since: float | None) -> bool:
    if line.is_deleted and not filters.include_deleted:
        return False
    if filters.version not in {"", LATEST, line.version}:
        return False
    if since is not None and line.updated < since:
        return False
    # Fields are joined by tabs, which occur in none of them.
    return not filters.search or ("\t" not in filters.search and filters.search in line.words)
