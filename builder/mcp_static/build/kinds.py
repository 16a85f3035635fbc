"""Every kind of document: which there are, which a change can touch, how they are rendered.

A kind may name a document that turns out unchanged, never leave out one that changed: the writer
compares digests, so naming too many costs a little time and naming too few is a defect.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from mcp_static.api.chains import PAGE_SIZE
from mcp_static.api.documents import Document
from mcp_static.api.paths import EXPORT_POSITIONS, SEARCH_POSITIONS
from mcp_static.build.browse_documents import addresses_of, browse_page, browse_pages
from mcp_static.build.bulk_documents import exports, latest_searches, searches
from mcp_static.build.chain_documents import chain_key, chain_pages, day_indexes, updated_pages
from mcp_static.build.context import RenderContext, Span
from mcp_static.build.entry_documents import entry_blocks, server_documents, version_documents
from mcp_static.build.moderation_documents import moderation_documents
from mcp_static.build.page_documents import all_namespace_pages, namespace_page
from mcp_static.build.sitemap_documents import SITEMAP_SERVERS, server_sitemaps
from mcp_static.model.standing import Standing, VersionState
from mcp_static.store.chains import ALL, EVERYTHING, LATEST, UPDATES, StoredChain, version_chain
from mcp_static.store.prefix_index import NAMESPACES, SERVERS
from mcp_static.store.store import Store


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """What some commits changed: each version with what it was before.

    `store` is the one after them; `days_before` are the days that had pages before them;
    `has_new_acts` tells whether the moderation log changed.
    """

    store: Store
    versions: tuple[tuple[Standing, VersionState], ...]
    days_before: range
    has_new_acts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """One kind. `whole` gives all runs of a new output, `touched` those that a change can touch."""

    id: str
    whole: Callable[[Store], Iterable[Span]] = lambda _: ()
    touched: Callable[[AppliedChange], Iterable[Span]] = lambda _: ()
    render: Callable[[RenderContext, Span], Iterator[Document]]


class Task(NamedTuple):
    """A run of documents of a kind; cheap to send to a process."""

    kind: str
    span: Span


def render(context: RenderContext, task: Task) -> Iterator[Document]:
    """The documents of a task."""
    return _BY_ID[task.kind].render(context, task.span)


def whole_plan(store: Store) -> list[Task]:
    """Every document of a new output, as tasks of a few hundred documents at most."""
    return [Task(kind.id, span) for kind in KINDS for span in kind.whole(store)]


def touched_plan(change: AppliedChange) -> list[Task]:
    """The tasks of one document each that a change can have touched, in a fixed order."""
    tasks = {Task(kind.id, span) for kind in KINDS for span in kind.touched(change)}
    return sorted(tasks)


# Spans of a new output


def _runs(count: int, size: int, key: str = "") -> Iterator[Span]:
    for first in range(0, count, size):
        yield Span(first, min(first + size, count) - 1, key)


def _pages(positions: int) -> int:
    return -(-positions // PAGE_SIZE)


def _ordinal_parts(size: int) -> Callable[[Store], Iterator[Span]]:
    return lambda store: _runs(-(-store.chains.length(EVERYTHING) // size), 1)


def _server_parts(size: int) -> Callable[[Store], Iterator[Span]]:
    return lambda store: _runs(-(-store.chains.length(LATEST) // size), 1)


def _servers(store: Store) -> Iterator[Span]:
    return _runs(store.chains.length(LATEST), 400)


def _latest_and_versions(store: Store) -> Iterator[Span]:
    """The pages of chains, except those that blocks of entries have."""
    yield from _runs(_pages(store.chains.length(LATEST)), 10, chain_key(LATEST))
    for version, length in store.chains.version_lengths():
        yield from _runs(_pages(length), 10, chain_key(version_chain(version)))


def _days(store: Store) -> Iterator[Span]:
    days = store.days.span()
    for first in range(days.start, days.stop, 100):
        yield Span(first, min(first + 100, days.stop) - 1)


def _pages_of_days(store: Store) -> Iterator[Span]:
    for day in store.days.span():
        yield from _runs(store.days.pages(day), 10, str(day))


# Spans that a change can touch


def _one(number: int, key: str = "") -> Span:
    return Span(number, number, key)


def _part_of_ordinals(size: int) -> Callable[[AppliedChange], Iterator[Span]]:
    return lambda change: (_one(version.ordinal // size) for _, version in change.versions)


def _part_of_servers(size: int) -> Callable[[AppliedChange], Iterator[Span]]:
    return lambda change: (
        _one(version.server.number // size) for _, version in change.versions if version.server
    )


def _touched_servers(change: AppliedChange) -> Iterator[Span]:
    """Those that changed, and those whose pages name the proven owner of an address."""
    yield from _part_of_servers(1)(change)
    for _, version in change.versions:
        if version.server:
            yield from map(_one, change.store.address_users.servers_beside(version.ordinal))


def _touched_versions(change: AppliedChange) -> Iterator[Span]:
    return (_one(version.ordinal) for _, version in change.versions if version.server)


def _touched_names(change: AppliedChange) -> set[str]:
    return {version.server.name for _, version in change.versions if version.server}


def _touched_namespaces(change: AppliedChange) -> Iterator[Span]:
    return (Span(0, 0, name.partition("/")[0]) for name in _touched_names(change))


def _touched_lists(change: AppliedChange) -> Iterator[Span]:
    for name in _touched_names(change):
        for address in addresses_of(change.store, name):
            yield Span(0, 0, address)


def _touched_chains(change: AppliedChange) -> Iterator[Span]:
    for before, version in change.versions:
        after = version.standing()
        came_or_went = before.is_public != after.is_public
        yield from _with_links(change.store, ALL, version.ordinal, moved=came_or_went)
        moved = before.is_present != after.is_present
        yield from _with_links(change.store, EVERYTHING, version.ordinal, moved=moved)
        if version.server is not None:
            moved = before.leads != after.leads
            yield from _with_links(change.store, LATEST, version.server.number, moved=moved)
            chain = version_chain(version.version)
            position = version.version_position
            yield from _with_links(change.store, chain, position, moved=came_or_went)


def _with_links(store: Store, chain: StoredChain, position: int, *, moved: bool) -> Iterator[Span]:
    """The page of a position; when an entry came or went there, also those that may lead to it.

    From the page of the last entry before it on, every page leads to the first later page with an
    entry, which may be this one now, or no longer.
    """
    page, key = position // PAGE_SIZE, chain_key(chain)
    yield _one(page, key)
    if moved and page > 0:
        found = store.chains.previous_position(chain, page * PAGE_SIZE)
        for number in range(0 if found is None else found // PAGE_SIZE, page):
            yield _one(number, key)


def _touched_days(change: AppliedChange) -> Iterator[Span]:
    for before, version in change.versions:
        for event in (before.event, version.event):
            if event is not None:
                yield _one(change.store.days.of_event(event))
    for day in change.store.days.span():
        if day not in change.days_before:
            yield _one(day)


def _touched_pages_of_days(change: AppliedChange) -> Iterator[Span]:
    store = change.store
    for before, version in change.versions:
        moved = version.standing() != before
        for event in (before.event, version.event):
            if event is not None:
                yield from _pages_of_event(store, event, moved=moved)
    for day in store.days.span():
        if day not in change.days_before:
            yield from _runs(store.days.pages(day), 1, str(day))


def _pages_of_event(store: Store, event: int, *, moved: bool) -> Iterator[Span]:
    """The page of an event, and those that may lead to it; see `_with_links`."""
    day = store.days.of_event(event)
    first = store.days.on(day).first_event
    page = (event - first) // PAGE_SIZE
    yield _one(page, str(day))
    if not moved:
        return
    found = store.chains.previous_position(UPDATES, first + page * PAGE_SIZE)
    first_day, first_page = store.days.span().start, 0
    if found is not None:
        first_day = store.days.of_event(found)
        first_page = (found - store.days.on(first_day).first_event) // PAGE_SIZE
    for earlier in range(first_day, day + 1):
        last = page if earlier == day else store.days.pages(earlier)
        for number in range(first_page if earlier == first_day else 0, last):
            yield _one(number, str(earlier))


KINDS: Final = (
    DocumentKind(
        id="lists-of-names",
        whole=lambda _: (Span(0, 0, f"{root}/") for root in (SERVERS, NAMESPACES)),
        render=browse_pages,
    ),
    DocumentKind(id="list-of-names", touched=_touched_lists, render=browse_page),
    DocumentKind(id="entry-blocks", whole=_ordinal_parts(EXPORT_POSITIONS), render=entry_blocks),
    DocumentKind(id="versions", touched=_touched_versions, render=version_documents),
    DocumentKind(id="exports", touched=_part_of_ordinals(EXPORT_POSITIONS), render=exports),
    DocumentKind(id="servers", whole=_servers, touched=_touched_servers, render=server_documents),
    DocumentKind(id="namespaces", whole=_servers, render=all_namespace_pages),
    DocumentKind(id="namespace", touched=_touched_namespaces, render=namespace_page),
    DocumentKind(
        id="sitemaps",
        whole=_server_parts(SITEMAP_SERVERS),
        touched=_part_of_servers(SITEMAP_SERVERS),
        render=server_sitemaps,
    ),
    DocumentKind(
        id="chain-pages", whole=_latest_and_versions, touched=_touched_chains, render=chain_pages
    ),
    DocumentKind(
        id="updated-pages",
        whole=_pages_of_days,
        touched=_touched_pages_of_days,
        render=updated_pages,
    ),
    DocumentKind(id="day-indexes", whole=_days, touched=_touched_days, render=day_indexes),
    DocumentKind(
        id="searches",
        whole=_ordinal_parts(SEARCH_POSITIONS),
        touched=_part_of_ordinals(SEARCH_POSITIONS),
        render=searches,
    ),
    DocumentKind(
        id="latest-searches",
        whole=_server_parts(SEARCH_POSITIONS),
        touched=_part_of_servers(SEARCH_POSITIONS),
        render=latest_searches,
    ),
    DocumentKind(
        id="moderation-log",
        whole=lambda _: (Span(0, 0),),
        touched=lambda change: (Span(0, 0),) if change.has_new_acts else (),
        render=moderation_documents,
    ),
)
"""Every kind; documents about the registry as a whole come after them (`closing`)."""

_BY_ID: Final = {kind.id: kind for kind in KINDS}
