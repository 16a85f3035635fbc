"""Data in bulk, for aggregators and for searches: exports and search parts."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mcp_static.api.paths import (
    EXPORT_POSITIONS,
    MISCELLANEOUS,
    SEARCH_POSITIONS,
    Document,
    cards_path,
    export_path,
    part_of_ordinal,
    search_path,
)
from mcp_static.model.times import day_of, format_day
from mcp_static.store.schema import render_entry
from mcp_static.store.store import Store


class BulkRenderer:
    """Renders exports and search parts from a state; a pure function of it."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._store = store
        self._namespace = namespace

    def exports(self, first: int, last: int) -> Iterator[Document]:
        """Export parts: the entries of 1,000 positions of `everything`, one JSON object a line."""
        for number in range(first, last + 1):
            start = number * EXPORT_POSITIONS
            rows = self._store.entries(
                "v.ordinal BETWEEN ? AND ? AND v.is_present ORDER BY v.ordinal",
                start,
                start + EXPORT_POSITIONS - 1,
            )
            yield export_part(number, [render_entry(row, self._namespace) for row in rows])

    def searches(self, first: int, last: int) -> Iterator[Document]:
        """Search parts: one line for each entry of 10,000 positions of `everything`."""
        for number in range(first, last + 1):
            start = number * SEARCH_POSITIONS
            rows = self._store.connection.execute(
                f"SELECT v.ordinal, {_SEARCH_COLUMNS} "
                "WHERE v.ordinal BETWEEN ? AND ? AND v.is_present ORDER BY v.ordinal",
                (start, start + SEARCH_POSITIONS - 1),
            )
            yield Document(search_path(number), _search_lines(rows), part_of_ordinal(start))

    def latest_searches(self, first: int, last: int) -> Iterator[Document]:
        """Search parts of each server's latest entry, or deleted one: 10,000 servers a part."""
        for number in range(first, last + 1):
            start = number * SEARCH_POSITIONS
            rows = self._store.connection.execute(
                f"SELECT v.server, {_SEARCH_COLUMNS} WHERE v.is_latest AND v.is_present "
                "AND v.server BETWEEN ? AND ? ORDER BY v.server",
                (start, start + SEARCH_POSITIONS - 1),
            )
            path = search_path(number, latest=True)
            yield Document(path, _search_lines(rows), MISCELLANEOUS)
            yield self._cards(number)

    def _cards(self, number: int) -> Document:
        """A card part: what the search page shows and searches of the same servers."""
        start = number * SEARCH_POSITIONS
        rows = self._store.connection.execute(
            "SELECT s.name, v.version, v.status, v.updated_at, b.kinds, b.card FROM versions v "
            "JOIN bodies b ON b.ordinal = v.ordinal JOIN servers s ON s.number = v.server "
            "WHERE v.is_latest AND v.is_present AND v.server BETWEEN ? AND ? ORDER BY v.server",
            (start, start + SEARCH_POSITIONS - 1),
        )
        lines = "".join(
            f"{name}\t{card}\t{kinds}\t{status}\t{version}\t{format_day(day_of(updated))}\n"
            for name, version, status, updated, kinds, card in rows
        )
        return Document(cards_path(number), lines.encode(), MISCELLANEOUS)


def export_part(number: int, entries: list[bytes]) -> Document:
    """An export part, from its rendered entries."""
    body = b"".join(entry + b"\n" for entry in entries)
    part = part_of_ordinal(number * EXPORT_POSITIONS)
    return Document(export_path(number), body, part, is_gzip=True)


_SEARCH_COLUMNS: Final = (
    "v.is_public, v.updated_at, s.name, v.version, b.words FROM versions v "
    "JOIN bodies b ON b.ordinal = v.ordinal JOIN servers s ON s.number = v.server"
)


def _search_lines(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """One line an entry: position, flags, `updatedAt` in seconds, name, version, what is searched."""
    return "".join(
        f"{position}\t{'-' if public else 'D'}\t{updated}\t{name}\t{version}\t{words}\n"
        for position, public, updated, name, version, words in rows
    ).encode()
