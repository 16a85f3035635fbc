"""The pages of chains, and what finds a page of a day."""

from collections.abc import Iterator
from itertools import accumulate

from mcp_static.api.chains import PAGE_SIZE, page_path, updated_chain
from mcp_static.api.cursors import Cursor
from mcp_static.api.documents import Document, part_of_ordinal
from mcp_static.api.entries import server_list
from mcp_static.api.paths import day_index_path
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import format_day
from mcp_static.store.chains import ALL, EVERYTHING, LATEST, UPDATES, StoredChain, version_chain

_PLACED: dict[str, StoredChain] = {chain.name: chain for chain in (ALL, EVERYTHING, LATEST)}
_VERSION = "version/"


def chain_key(chain: StoredChain) -> str:
    """What names a chain in a span."""
    return chain.name if chain.version is None else f"{_VERSION}{chain.version}"


def chain_of(key: str) -> StoredChain:
    """The chain that a span's key names."""
    return _PLACED.get(key) or version_chain(key.removeprefix(_VERSION))


def chain_pages(context: RenderContext, span: Span) -> Iterator[Document]:
    """Pages of `all`, `everything`, `latest`, or the chain of one version."""
    chain = chain_of(span.key)
    for number in range(span.first, span.last + 1):
        start = number * PAGE_SIZE
        rows = context.store.chains.entries(chain, start, start + PAGE_SIZE - 1)
        entries = [(position, context.rendered(entry)) for position, entry in rows]
        yield chain_page(context, chain, number, entries)


def chain_page(
    context: RenderContext, chain: StoredChain, number: int, entries: list[tuple[int, bytes]]
) -> Document:
    """One page from its rendered entries; it leads to the next page that has an entry."""
    start = number * PAGE_SIZE
    following = context.store.chains.next_position(chain, start + PAGE_SIZE)
    cursor = None
    if following is not None:
        cursor = Cursor(chain.name, following - following % PAGE_SIZE)
    width = min(PAGE_SIZE, context.store.chains.length(chain) - start)
    part = part_of_ordinal(context.store.chains.ordinal_at(chain, start))
    body = _page([(position - start, entry) for position, entry in entries], width, cursor)
    return Document(page_path(chain.name, number), body, part)


def updated_pages(context: RenderContext, span: Span) -> Iterator[Document]:
    """Pages of the chain of one day, in the order of its update events."""
    day = int(span.key)
    events = context.store.days.on(day)
    for number in range(span.first, span.last + 1):
        start = events.first_event + number * PAGE_SIZE
        end = min(start + PAGE_SIZE, events.first_event + events.events)
        rows = context.store.chains.entries(UPDATES, start, end - 1)
        entries = [(event - start, context.rendered(entry)) for event, entry in rows]
        body = _page(entries, end - start, _cursor_after(context, end))
        yield Document(page_path(updated_chain(day), number), body, _month(day))


def _cursor_after(context: RenderContext, event: int) -> Cursor | None:
    """The position of the first entry that was updated by this event or a later one."""
    following = context.store.chains.next_position(UPDATES, event)
    if following is None:
        return None
    day = context.store.days.of_event(following)
    position = following - context.store.days.on(day).first_event
    return Cursor(updated_chain(day), position - position % PAGE_SIZE)


def _page(entries: list[tuple[int, bytes]], width: int, cursor: Cursor | None) -> bytes:
    """A page of `width` positions, from entries with their offsets on it."""
    gaps: list[int] = []
    if len(entries) < width:
        taken = {offset for offset, _ in entries}
        gaps = [offset for offset in range(width) if offset not in taken]
    return server_list([entry for _, entry in entries], str(cursor) if cursor else None, gaps)


def day_indexes(context: RenderContext, span: Span) -> Iterator[Document]:
    """What finds the page of a time: for each page of a day, when its last entry was updated.

    In seconds since 1970, of the last entry on the page or before it on that day; 0 if there is none.
    """
    for day in range(span.first, span.last + 1):
        until = [0] * context.store.days.pages(day)
        for page, updated in context.store.days.last_update_of_pages(day):
            until[page] = updated
        body = dump_json({"until": list(accumulate(until, max))}) + b"\n"
        yield Document(day_index_path(day), body, _month(day))


def _month(day: int) -> str:
    """The checksum part that lists the pages of a day."""
    return f"updated-{format_day(day)[:7]}"
