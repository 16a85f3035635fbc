"""The documents of the output, each from what the state knows: its path, its bytes, its part.

A document whose body is None must not exist. `part` names the piece of `data/checksums/` that
lists it; pieces are cut along the ordinals, so that one publish touches few of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from mcp_static.api.chains import (
    ALL,
    EVERYTHING,
    LATEST_CHAIN,
    PAGE_SIZE,
    page_path,
    updated_chain,
    version_chain,
)
from mcp_static.api.cursors import Cursor
from mcp_static.api.entries import server_list
from mcp_static.api.paths import (
    CHECKSUMS,
    EXPORT_POSITIONS,
    MAX_LIST_BYTES,
    MISCELLANEOUS,
    Document,
    checksum_path,
    day_index_path,
    part_of_ordinal,
    version_path,
    versions_path,
)
from mcp_static.build.search_and_export import BulkRenderer, export_part
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import format_day
from mcp_static.pages.pages import PageRenderer, Shown, version_line
from mcp_static.pages.server_view import VersionLine
from mcp_static.pages.site import Site
from mcp_static.pages.sitemaps import server_sitemaps, sitemap_index
from mcp_static.store.schema import ENTRY_COLUMNS, ENTRY_TABLES, EntryRow, render_entry
from mcp_static.store.store import Store


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """A run of documents of one kind to render: numbers `first` to `last`, both included.

    `key` is the chain of `ordinal` pages, the version of `version` pages, the day of `updated`
    pages, a namespace of its page, the address of a browse page, and empty otherwise.
    """

    kind: str
    first: int
    last: int
    key: str = ""


class Renderer:
    """Renders documents from a state. Cheap to make; every method is a pure function of the state."""

    def __init__(self, store: Store, namespace: str, site: Site) -> None:
        self._store = store
        self._namespace = namespace
        self._site = site
        self._pages = PageRenderer(store, namespace, site)
        self._bulk = BulkRenderer(store, namespace)

    def _entry(self, row: EntryRow) -> bytes:
        return render_entry(row, self._namespace)

    def site_pages(self, counts: dict[str, int], time: str) -> Iterator[Document]:
        """The pages that are of no server, and the index of the sitemaps."""
        yield from self._pages.site_pages(counts, time)
        yield sitemap_index(self._store, self._site)

    def render(self, task: Task) -> Iterator[Document]:
        """The documents of a task."""
        span = (task.first, task.last)
        match task.kind:
            case "blocks":
                return self.blocks(*span)
            case "versions":
                return self.versions(*span)
            case "servers":
                return self.servers(*span)
            case "namespaces":
                return self._pages.namespaces(*span)
            case "namespace":
                return iter([self._pages.namespace(task.key)])
            case "browse":
                return self._pages.browse.at(task.key)
            case "browse-below":
                return self._pages.browse.below(task.key)
            case "sitemaps":
                return server_sitemaps(self._store, self._site, *span)
            case "ordinal-pages":
                return self.ordinal_pages(task.key, *span)
            case "latest-pages":
                return self.latest_pages(*span)
            case "version-pages":
                return self.version_pages(task.key, *span)
            case "updated-pages":
                return self.updated_pages(int(task.key), *span)
            case "exports":
                return self._bulk.exports(*span)
            case "day-indexes":
                return self.day_indexes(*span)
            case "searches":
                return self._bulk.searches(*span)
            case "latest-searches":
                return self._bulk.latest_searches(*span)
        raise ValueError(task.kind)

    def blocks(self, first: int, last: int) -> Iterator[Document]:
        """All that is placed by ordinals, for blocks of 1,000: each entry is rendered once for it.

        The documents of the versions that are present, the pages of `all` and `everything`, and the
        export parts; what is absent is not named, so this is for a new output.
        """
        query = (
            f"SELECT s.name, v.version, v.is_public, {ENTRY_COLUMNS} FROM {ENTRY_TABLES} "
            "JOIN servers s ON s.number = v.server "
            "WHERE v.ordinal BETWEEN ? AND ? AND v.is_present ORDER BY v.ordinal"
        )
        pages = -(-self._store.counters.next_ordinal // PAGE_SIZE)
        for number in range(first, last + 1):
            start = number * EXPORT_POSITIONS
            everything: list[tuple[int, bytes]] = []
            public: list[tuple[int, bytes]] = []
            for name, version, is_public, *row in self._store.connection.execute(
                query, (start, start + EXPORT_POSITIONS - 1)
            ):
                entry = self._entry(tuple(row))
                everything.append((row[0], entry))
                if is_public:
                    public.append((row[0], entry))
                path = version_path(name, version, deleted=not is_public)
                part = part_of_ordinal(row[0])
                yield Document(path, entry + b"\n", part)
                yield self._pages.version(name, version, Shown(entry, row[7], row[9]), part)
            for chain, entries in ((ALL, public), (EVERYTHING, everything)):
                in_pages: dict[int, list[tuple[int, bytes]]] = {}
                for place in entries:
                    in_pages.setdefault(place[0] // PAGE_SIZE, []).append(place)
                first_page = start // PAGE_SIZE
                for page in range(first_page, min(first_page + EXPORT_POSITIONS // PAGE_SIZE, pages)):
                    yield self._ordinal_page(chain, page, in_pages.get(page, []))
            yield export_part(number, [entry for _, entry in everything])

    def versions(self, first: int, last: int) -> Iterator[Document]:
        """The documents of the versions with these ordinals, absent ones included."""
        query = (
            f"SELECT s.name, v.version, v.is_present, v.is_public, {ENTRY_COLUMNS} FROM versions v "
            "LEFT JOIN bodies b ON b.ordinal = v.ordinal LEFT JOIN accepted a ON a.ordinal = v.ordinal "
            "JOIN servers s ON s.number = v.server WHERE v.ordinal BETWEEN ? AND ?"
        )
        for name, version, is_present, is_public, *row in self._store.connection.execute(
            query, (first, last)
        ):
            part = part_of_ordinal(row[0])
            entry = self._entry(tuple(row)) if is_present else None
            body = entry + b"\n" if entry else None
            yield Document(version_path(name, version), body if is_public else None, part)
            hidden = None if is_public else body
            yield Document(version_path(name, version, deleted=True), hidden, part)
            shown = Shown(entry, row[7], row[9]) if entry else None
            yield self._pages.version(name, version, shown, part)

    def servers(self, first: int, last: int) -> Iterator[Document]:
        """The documents of the servers with these numbers: their lists, `latest`, and their pages."""
        query = (
            f"SELECT s.number, s.name, s.first_ordinal, v.is_public, {ENTRY_COLUMNS} FROM servers s "
            "JOIN versions v ON v.server = s.number AND v.is_present "
            "JOIN bodies b ON b.ordinal = v.ordinal LEFT JOIN accepted a ON a.ordinal = v.ordinal "
            "WHERE s.number BETWEEN ? AND ? ORDER BY s.number, v.ordinal DESC"
        )
        rows = self._store.connection.execute(query, (first, last))
        pending = rows.fetchone()
        servers = self._store.connection.execute(
            "SELECT number, name, first_ordinal FROM servers WHERE number BETWEEN ? AND ?",
            (first, last),
        )
        for number, name, first_ordinal in servers.fetchall():
            public: list[bytes] = []
            everything: list[bytes] = []
            lines: list[VersionLine] = []
            leading: Shown | None = None
            latest: bytes | None = None
            latest_is_public = False
            while pending is not None and pending[0] == number:
                entry = self._entry(tuple(pending[4:]))
                everything.append(entry)
                if pending[3]:
                    public.append(entry)
                if pending[10]:
                    latest, latest_is_public = entry + b"\n", bool(pending[3])
                    leading = Shown(entry, pending[11], pending[13])
                lines.append(version_line(name, tuple(pending[4:])))
                pending = rows.fetchone()
            part = part_of_ordinal(first_ordinal)
            has_deleted = len(everything) > len(public)
            yield Document(versions_path(name), server_list(public) if public else None, part)
            yield Document(
                versions_path(name, deleted=True),
                server_list(everything) if has_deleted else None,
                part,
            )
            yield Document(version_path(name, "latest"), latest if latest_is_public else None, part)
            yield Document(
                version_path(name, "latest", deleted=True),
                None if latest_is_public else latest,
                part,
            )
            yield from self._pages.server(name, leading, lines, part)

    # Pages of chains

    def ordinal_pages(self, chain: str, first: int, last: int) -> Iterator[Document]:
        """Pages of `all` or `everything`."""
        for number in range(first, last + 1):
            start = number * PAGE_SIZE
            rows = self._store.entries(
                f"v.ordinal BETWEEN ? AND ? AND {_SHOWN[chain]} ORDER BY v.ordinal",
                start,
                start + PAGE_SIZE - 1,
            )
            yield self._ordinal_page(chain, number, [(row[0], self._entry(row)) for row in rows])

    def _ordinal_page(self, chain: str, number: int, entries: list[tuple[int, bytes]]) -> Document:
        start = number * PAGE_SIZE
        following = self._store.one(
            f"SELECT v.ordinal FROM versions v WHERE v.ordinal >= ? AND {_SHOWN[chain]} "
            "ORDER BY v.ordinal LIMIT 1",
            start + PAGE_SIZE,
        )
        length = self._store.counters.next_ordinal
        return self._page(chain, number, entries, length, _cursor(chain, following), start)

    def latest_pages(self, first: int, last: int) -> Iterator[Document]:
        """Pages of `latest`, placed by the servers' numbers."""
        length = self._store.counters.next_server
        for number in range(first, last + 1):
            start = number * PAGE_SIZE
            rows = self._store.connection.execute(
                f"SELECT v.server, {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE v.is_latest AND "
                "v.is_public AND v.server BETWEEN ? AND ? ORDER BY v.server",
                (start, start + PAGE_SIZE - 1),
            )
            following = self._store.one(
                "SELECT min(server) FROM versions v WHERE v.is_latest AND v.is_public "
                "AND v.server >= ?",
                start + PAGE_SIZE,
            )
            ordinal = self._store.one("SELECT first_ordinal FROM servers WHERE number = ?", start)
            entries = [(row[0], self._entry(row[1:])) for row in rows]
            cursor = _cursor(LATEST_CHAIN, following)
            yield self._page(LATEST_CHAIN, number, entries, length, cursor, ordinal or 0)

    def version_pages(self, version: str, first: int, last: int) -> Iterator[Document]:
        """Pages of the chain of one version string."""
        chain = version_chain(version)
        length = self._store.version_chain_length(version)
        for number in range(first, last + 1):
            start = number * PAGE_SIZE
            rows = self._store.connection.execute(
                f"SELECT v.version_position, {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE v.version = ?"
                " AND v.is_public AND v.version_position BETWEEN ? AND ? ORDER BY v.version_position",
                (version, start, start + PAGE_SIZE - 1),
            )
            following = self._store.one(
                "SELECT v.version_position FROM versions v WHERE v.version = ? AND v.is_public "
                "AND v.version_position >= ? ORDER BY v.version_position LIMIT 1",
                version,
                start + PAGE_SIZE,
            )
            ordinal = self._store.one(
                "SELECT ordinal FROM versions WHERE version = ? AND version_position = ?",
                version,
                start,
            )
            entries = [(row[0], self._entry(row[1:])) for row in rows]
            yield self._page(chain, number, entries, length, _cursor(chain, following), ordinal or 0)

    def updated_pages(self, day: int, first: int, last: int) -> Iterator[Document]:
        """Pages of the chain of one day, in the order of its update events."""
        chain, events = updated_chain(day), self._store.day(day)
        length = events.events if events else 0
        base = events.first_event if events else self._events_before(day)
        for number in range(first, last + 1):
            start = base + number * PAGE_SIZE
            end = min(start + PAGE_SIZE, base + length)
            rows = self._store.connection.execute(
                f"SELECT v.event, {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE v.is_present AND "
                "v.event >= ? AND v.event < ? ORDER BY v.event",
                (start, end),
            )
            entries = [(row[0] - base, self._entry(row[1:])) for row in rows]
            cursor = self._cursor_after_event(end)
            page = self._page(chain, number, entries, length, cursor, 0)
            yield Document(page.path, page.body, _month(day))

    def day_indexes(self, first: int, last: int) -> Iterator[Document]:
        """What finds the page of a time: for each page of a day, when its last entry was updated.

        In seconds since 1970, of the last entry on the page or before it on that day; 0 for none.
        """
        for day in range(first, last + 1):
            events = self._store.day(day)
            until = [0] * (max(1, -(-events.events // PAGE_SIZE)) if events else 1)
            if events:
                rows = self._store.connection.execute(
                    "SELECT (event - ?) / ? AS page, max(updated_at) FROM versions "
                    "WHERE is_present AND event >= ? AND event < ? GROUP BY page",
                    (
                        events.first_event,
                        PAGE_SIZE,
                        events.first_event,
                        events.first_event + events.events,
                    ),
                )
                for page, updated in rows:
                    until[page] = updated
            body = dump_json({"until": list(accumulate(until, max))}) + b"\n"
            yield Document(day_index_path(day), body, _month(day))

    def _events_before(self, day: int) -> int:
        row = self._store.connection.execute(
            "SELECT first_event + events FROM days WHERE day < ? ORDER BY day DESC LIMIT 1", (day,)
        ).fetchone()
        return int(row[0]) if row else 0

    def _cursor_after_event(self, event: int) -> str | None:
        following = self._store.one(
            "SELECT min(event) FROM versions WHERE is_present AND event >= ?", event
        )
        if following is None:
            return None
        day = self._store.day_of_event(following)
        events = self._store.day(day)
        assert events is not None
        return _cursor(updated_chain(day), following - events.first_event)

    def _page(
        self,
        chain: str,
        number: int,
        entries: list[tuple[int, bytes]],
        length: int,
        cursor: str | None,
        ordinal: int,
    ) -> Document:
        start = number * PAGE_SIZE
        width = min(PAGE_SIZE, length - start)
        gaps = []
        if len(entries) < width:
            taken = {position - start for position, _ in entries}
            gaps = [position for position in range(width) if position not in taken]
        body = server_list([entry for _, entry in entries], cursor, gaps)
        return Document(page_path(chain, number), body, part_of_ordinal(ordinal))

    def complete_list(self) -> Document:
        """`servers.json`: every latest entry, for hosts that read no query; absent when too large."""
        path = "v0.1/servers.json"
        if self._store.number("leading_bytes") > MAX_LIST_BYTES:
            return Document(path, None, MISCELLANEOUS)
        rows = self._store.entries("v.is_latest AND v.is_public ORDER BY v.server")
        return Document(path, server_list([self._entry(row) for row in rows]), MISCELLANEOUS)

    def checksum_part(self, part: str) -> Document:
        """The SHA-256 of every document of a part, in the format of `sha256sum`."""
        rows = self._store.connection.execute(
            "SELECT digest, path FROM documents WHERE part = ? AND path NOT LIKE 'data/export/%.gz' "
            "ORDER BY path",
            (part,),
        )
        body = b"".join(b"%s  %s\n" % (digest.hex().encode(), path.encode()) for digest, path in rows)
        return Document(checksum_path(part), body or None, CHECKSUMS)


_SHOWN: Final = {ALL: "v.is_public", EVERYTHING: "v.is_present"}
"""Which versions stand in a chain that is placed by ordinals."""


def _month(day: int) -> str:
    """The checksum part that lists the pages of a day."""
    return f"updated-{format_day(day)[:7]}"


def _cursor(chain: str, position: int | None) -> str | None:
    """The cursor of the page that holds a position: pages lead to the next one with an entry."""
    if position is None:
        return None
    return str(Cursor(chain, position - position % PAGE_SIZE))
