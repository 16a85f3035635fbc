"""Data in bulk, for aggregators and for searches: exports and search parts."""

from collections.abc import Iterable, Iterator

from mcp_static.api.documents import MISCELLANEOUS, Document, part_of_ordinal
from mcp_static.api.paths import (
    EXPORT_POSITIONS,
    SEARCH_POSITIONS,
    cards_path,
    export_path,
    search_path,
)
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.times import day_of, format_day
from mcp_static.store.entries import SearchRow


def exports(context: RenderContext, span: Span) -> Iterator[Document]:
    """Export parts: the entries of 1,000 positions of `everything`, one JSON object per line."""
    for number in range(span.first, span.last + 1):
        start = number * EXPORT_POSITIONS
        entries = context.store.entries.present(start, start + EXPORT_POSITIONS - 1)
        yield export_part(number, [context.rendered(entry) for entry in entries])


def export_part(number: int, entries: list[bytes]) -> Document:
    """An export part, from its rendered entries."""
    body = b"".join(entry + b"\n" for entry in entries)
    part = part_of_ordinal(number * EXPORT_POSITIONS)
    return Document(export_path(number), body, part, is_gzip=True)


def searches(context: RenderContext, span: Span) -> Iterator[Document]:
    """Search parts: one line for each entry of 10,000 positions of `everything`."""
    for number in range(span.first, span.last + 1):
        start = number * SEARCH_POSITIONS
        rows = context.store.entries.search_rows(start, start + SEARCH_POSITIONS - 1)
        yield Document(search_path(number), _search_lines(rows), part_of_ordinal(start))


def latest_searches(context: RenderContext, span: Span) -> Iterator[Document]:
    """Search parts and cards of each server's latest entry, or deleted one: 10,000 servers per part."""
    for number in range(span.first, span.last + 1):
        start = number * SEARCH_POSITIONS
        end = start + SEARCH_POSITIONS - 1
        lines = _search_lines(context.store.entries.latest_search_rows(start, end))
        yield Document(search_path(number, latest=True), lines, MISCELLANEOUS)
        cards = "".join(
            f"{row.name}\t{row.card}\t{row.facets}\t{row.status}\t{row.version}\t"
            f"{format_day(day_of(row.updated_at))}\n"
            for row in context.store.entries.card_rows(start, end)
        )
        yield Document(cards_path(number), cards.encode(), MISCELLANEOUS)


def _search_lines(rows: Iterable[SearchRow]) -> bytes:
    """One line per entry: position, flags, `updatedAt` in seconds, name, version, what is searched."""
    return "".join(
        f"{row.position}\t{'-' if row.is_public else 'D'}\t{row.updated_at}\t{row.name}\t"
        f"{row.version}\t{row.words}\n"
        for row in rows
    ).encode()
