"""Which documents a build has to render: all of them, or those that a change can have touched.

The plan may name a document that turns out unchanged, never leave out one that changed: the
writer compares digests, so naming too many costs a little time and naming too few is a defect.
"""

from collections.abc import Iterator

from mcp_static.api.chains import ALL, EVERYTHING, PAGE_SIZE
from mcp_static.api.paths import EXPORT_POSITIONS, SEARCH_POSITIONS
from mcp_static.build.entry_documents import Task
from mcp_static.model.ledger import Ledger, Standing, VersionState
from mcp_static.pages.browse import addresses_of
from mcp_static.pages.sitemaps import SITEMAP_SERVERS
from mcp_static.store.prefix_index import NAMESPACES, SERVERS
from mcp_static.store.store import Store


def whole_plan(store: Store) -> Iterator[Task]:
    """Every document of a state, as tasks of a few hundred documents at the most."""
    counters = store.counters
    for root in (SERVERS, NAMESPACES):
        yield Task("browse-below", 0, 0, f"{root}/")
    yield from _runs("blocks", -(-counters.next_ordinal // EXPORT_POSITIONS), 1)
    yield from _runs("servers", counters.next_server, 400)
    yield from _runs("namespaces", counters.next_server, 400)
    yield from _runs("sitemaps", -(-counters.next_server // SITEMAP_SERVERS), 1)
    yield from _runs("latest-pages", _pages(counters.next_server), 10)
    for version, length in store.connection.execute(
        "SELECT version, max(version_position) + 1 FROM versions WHERE server IS NOT NULL "
        "GROUP BY version"
    ):
        yield from _runs("version-pages", _pages(length), 10, version)
    for day in store.day_span():
        yield from _runs("updated-pages", _day_pages(store, day), 10, str(day))
    days = store.day_span()
    for first in range(days.start, days.stop, 100):
        yield Task("day-indexes", first, min(first + 100, days.stop) - 1)
    yield from _runs("searches", -(-counters.next_ordinal // SEARCH_POSITIONS), 1)
    yield from _runs("latest-searches", -(-counters.next_server // SEARCH_POSITIONS), 1)


def _runs(kind: str, count: int, size: int, key: str = "") -> Iterator[Task]:
    for first in range(0, count, size):
        yield Task(kind, first, min(first + size, count) - 1, key)


def _pages(positions: int) -> int:
    return -(-positions // PAGE_SIZE)


def _day_pages(store: Store, day: int) -> int:
    events = store.day(day)
    return max(1, _pages(events.events)) if events else 1


def changed_plan(store: Store, ledger: Ledger, days_before: range) -> set[Task]:
    """The tasks of one document each that a replay can have touched.

    `state` is that after the replay; `days_before` are the days that had pages before it.
    """
    tasks: set[Task] = set()
    for standing, version in ledger.changed.values():
        tasks |= set(_own_documents(version))
        tasks |= set(_chain_pages(store, standing, version))
        tasks |= set(_updated_pages(store, standing.event, version.standing() != standing))
        tasks |= set(_updated_pages(store, version.event, version.standing() != standing))
    for name in {version.server.name for _, version in ledger.changed.values() if version.server}:
        tasks |= {Task("browse", 0, 0, address) for address in addresses_of(store, name)}
    for day in store.day_span():
        if day not in days_before:
            tasks |= set(_runs("updated-pages", _day_pages(store, day), 1, str(day)))
            tasks.add(_one("day-indexes", day))
    return tasks


def _own_documents(version: VersionState) -> Iterator[Task]:
    ordinal = version.ordinal
    yield _one("exports", ordinal // EXPORT_POSITIONS)
    yield _one("searches", ordinal // SEARCH_POSITIONS)
    if version.server is not None:
        yield _one("versions", ordinal)
        yield _one("servers", version.server.number)
        yield Task("namespace", 0, 0, version.server.name.partition("/")[0])
        yield _one("latest-searches", version.server.number // SEARCH_POSITIONS)
        yield _one("sitemaps", version.server.number // SITEMAP_SERVERS)


def _chain_pages(store: Store, before: Standing, version: VersionState) -> Iterator[Task]:
    after = version.standing()
    yield from _with_links(
        store,
        "ordinal-pages",
        ALL,
        version.ordinal,
        before.is_public != after.is_public,
        "SELECT ordinal FROM versions WHERE ordinal < ? AND is_public ORDER BY ordinal DESC LIMIT 1",
    )
    yield from _with_links(
        store,
        "ordinal-pages",
        EVERYTHING,
        version.ordinal,
        before.is_present != after.is_present,
        "SELECT ordinal FROM versions WHERE ordinal < ? AND is_present ORDER BY ordinal DESC LIMIT 1",
    )
    if version.server is None:
        return
    yield from _with_links(
        store,
        "latest-pages",
        "",
        version.server.number,
        before.leads != after.leads,
        "SELECT max(server) FROM versions WHERE server < ? AND is_latest AND is_public",
    )
    yield from _with_links(
        store,
        "version-pages",
        version.version,
        version.version_position,
        before.is_public != after.is_public,
        "SELECT version_position FROM versions WHERE version_position < ? AND version = ? AND "
        "is_public ORDER BY version_position DESC LIMIT 1",
        version.version,
    )


def _with_links(
    store: Store, kind: str, key: str, position: int, moved: bool, previous: str, *more: object
) -> Iterator[Task]:
    """The page of a position; when an entry came or went there, also those that may lead to it.

    `previous` finds the last position before that page that has an entry. From its page on, every
    page leads to the first later page with an entry, which may be this one now, or no longer.
    """
    page = position // PAGE_SIZE
    yield _one(kind, page, key)
    if moved and page > 0:
        found = store.one(previous, page * PAGE_SIZE, *more)
        for number in range(0 if found is None else found // PAGE_SIZE, page):
            yield _one(kind, number, key)


def _updated_pages(store: Store, event: int | None, moved: bool) -> Iterator[Task]:
    if event is None:
        return
    day = store.day_of_event(event)
    events = store.day(day)
    assert events is not None
    page = (event - events.first_event) // PAGE_SIZE
    yield _one("updated-pages", page, str(day))
    yield _one("day-indexes", day)
    if not moved:
        return
    found = store.one(
        "SELECT max(event) FROM versions WHERE is_present AND event < ?",
        events.first_event + page * PAGE_SIZE,
    )
    first_day, first_page = store.day_span().start, 0
    if found is not None:
        first_day = store.day_of_event(found)
        at = store.day(first_day)
        assert at is not None
        first_page = (found - at.first_event) // PAGE_SIZE
    for earlier in range(first_day, day + 1):
        last = page if earlier == day else _day_pages(store, earlier)
        for number in range(first_page if earlier == first_day else 0, last):
            yield _one("updated-pages", number, str(earlier))


def _one(kind: str, number: int, key: str = "") -> Task:
    return Task(kind, number, number, key)
