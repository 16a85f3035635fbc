"""Entries as the store keeps them, and every way to look them up."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple
from zlib import crc32

import orjson

from mcp_static.api.entries import EntryMeta, entry_bytes, provenance_bytes
from mcp_static.model.commit_records import Body
from mcp_static.model.errors import StoreUnusableError
from mcp_static.model.lifecycle import Status
from mcp_static.model.takedown import Takedown
from mcp_static.store.ledger_memory import path_bytes
from mcp_static.store.schema import LEADING


class _EntryRow(NamedTuple):
    ordinal: int
    server_number: int
    name: str
    version: str
    version_position: int
    event: int
    is_present: int
    is_public: int
    is_latest: int
    status: str
    status_message: str | None
    takedown_json: str | None
    status_changed_at: int
    published_at: int
    updated_at: int
    commit: str
    body: bytes
    accepted: bytes | None
    checksum: int


class Entry(_EntryRow):
    """One version of one server; times in seconds since 1970, `body` the rendered server object."""

    @property
    def meta(self) -> EntryMeta:
        """What the registry says about it."""
        return EntryMeta(
            Status(self.status),
            self.status_message,
            self.status_changed_at,
            self.published_at,
            self.updated_at,
            bool(self.is_latest),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The server object, read."""
        document: dict[str, Any] = orjson.loads(self.body)
        return document

    @property
    def acceptance(self) -> dict[str, Any] | None:
        """What the merge noted, read."""
        return orjson.loads(self.accepted) if self.accepted is not None else None

    @property
    def takedown(self) -> Takedown | None:
        """The takedown that hides it, if one does."""
        if self.takedown_json is None:
            return None
        return Takedown.model_validate_json(self.takedown_json)

    def rendered(self, namespace: str) -> bytes:
        """The entry as the API shows it; raises StoreUnusableError when its body is damaged.

        Most of the database is bodies, so a checksum of each finds what a failing disk has changed,
        where SQLite itself sees nothing wrong.
        """
        if crc32(self.body) != self.checksum:
            raise StoreUnusableError(f"is damaged: the body of entry {self.ordinal} has changed")
        provenance = None
        if namespace:
            takedown = self.takedown
            public = takedown.public() if takedown is not None else None
            provenance = provenance_bytes(self.commit, self.accepted, public)
        return entry_bytes(self.body, self.meta, namespace, provenance)


class ServerRow(NamedTuple):
    """A server: its number (its position in the chain `latest`), and where its first version is."""

    number: int
    name: str
    first_ordinal: int


class SearchRow(NamedTuple):
    """What a search compares of one entry; `position` is its ordinal, or its server's number."""

    position: int
    is_public: int
    updated_at: int
    name: str
    version: str
    words: str


class CardRow(NamedTuple):
    """What the search page shows of one server."""

    name: str
    version: str
    status: str
    updated_at: int
    facets: str
    card: str


class AbsentVersion(NamedTuple):
    """A version that is not served: its name and version, and its ordinal."""

    ordinal: int
    name: str
    version: str


COLUMNS: Final = (
    "v.ordinal, v.server_number, s.name, v.version, v.version_position, v.event, v.is_present, "
    "v.is_public, v.is_latest, v.status, v.status_message, v.takedown, v.status_changed_at, "
    "v.published_at, v.updated_at, v.commit_id, b.document, a.content, b.checksum"
)
_BODIES: Final = (
    "CROSS JOIN bodies b ON b.ordinal = v.ordinal LEFT JOIN accepted a ON a.ordinal = v.ordinal"
)
TABLES: Final = f"versions v CROSS JOIN servers s ON s.number = v.server_number {_BODIES}"
"""Where an entry's columns are, looked up from the version."""
_LEADING_ENTRIES: Final = f"SELECT {COLUMNS} FROM {LEADING} {_BODIES}"
"""Entries that represent their servers, looked up from the server."""


class EntryTable:
    """The tables of bodies and of what was accepted, with the versions that they belong to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    # Writing

    def put_bodies(self, bodies: Iterable[tuple[int, Body]]) -> None:
        """Keep the bodies of some ordinals."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?, ?, ?)",
            ((ordinal, *body, crc32(body.server)) for ordinal, body in bodies),
        )

    def put_accepted(self, ordinal: int, accepted: bytes | None) -> None:
        """Keep what `accepted.json` says about an ordinal; None forgets it."""
        if accepted is None:
            self._connection.execute("DELETE FROM accepted WHERE ordinal = ?", (ordinal,))
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO accepted VALUES (?, ?)", (ordinal, accepted)
            )

    def put_remotes(self, rows: Iterable[tuple[str, int]]) -> None:
        """Keep who uses which remote address, as `WebAddress.near` and ordinal; nothing is taken back.

        Whoever looks one up compares it with the record itself.
        """
        self._connection.executemany("INSERT INTO remotes VALUES (?, ?)", rows)

    # Looking up

    def _select(self, query: str, *parameters: object) -> Iterator[Entry]:
        return map(Entry._make, self._connection.execute(query, parameters))

    def present(self, first: int, last: int) -> Iterator[Entry]:
        """The entries that are served at ordinals from `first` to `last`, in order."""
        return self._select(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE v.ordinal BETWEEN ? AND ? AND v.is_present "
            "ORDER BY v.ordinal",
            first,
            last,
        )

    def absent(self, first: int, last: int) -> Iterator[AbsentVersion]:
        """The versions at those ordinals that are not served, though their paths can be."""
        rows = self._connection.execute(
            "SELECT v.ordinal, s.name, v.version FROM versions v "
            "CROSS JOIN servers s ON s.number = v.server_number "
            "WHERE v.ordinal BETWEEN ? AND ? AND NOT v.is_present",
            (first, last),
        )
        return map(AbsentVersion._make, rows)

    def of_servers(self, first: int, last: int) -> Iterator[tuple[ServerRow, list[Entry]]]:
        """Each server with a number from `first` to `last`, with its entries, newest first."""
        entries = self._select(
            f"SELECT {COLUMNS} FROM servers s CROSS JOIN versions v ON v.server_number = s.number AND "
            f"v.is_present {_BODIES} WHERE s.number BETWEEN ? AND ? ORDER BY s.number, v.ordinal DESC",
            first,
            last,
        )
        groups = groupby(entries, attrgetter("server_number"))
        number, group = next(groups, (None, iter(())))
        for row in self._connection.execute(
            "SELECT number, name, first_ordinal FROM servers WHERE number BETWEEN ? AND ?",
            (first, last),
        ).fetchall():
            server = ServerRow._make(row)
            if server.number != number:
                yield server, []
                continue
            yield server, list(group)
            number, group = next(groups, (None, iter(())))

    def latest(self) -> Iterator[Entry]:
        """Each server's latest public entry, by the servers' numbers."""
        return self._select(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE v.is_latest AND v.is_public ORDER BY v.server_number"
        )

    def last_updated(self, limit: int) -> Iterator[Entry]:
        """The public entries that were updated last."""
        return self._select(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE v.is_present AND v.event >= 0 AND v.is_public "
            "ORDER BY v.event DESC LIMIT ?",
            limit,
        )

    def last_updated_servers(self, limit: int) -> Iterator[Entry]:
        """The latest entries of the servers whose latest entry was updated last."""
        return self._select(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE v.is_present AND v.event >= 0 AND v.is_latest "
            "AND v.is_public ORDER BY v.event DESC LIMIT ?",
            limit,
        )

    def newest_servers(self, limit: int) -> Iterator[Entry]:
        """The latest entries of the servers that were published last."""
        return self._select(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE v.is_latest AND v.is_public AND "
            "v.server_number >= 0 ORDER BY v.server_number DESC LIMIT ?",
            limit,
        )

    def with_browse_keys(self, keys: Sequence[str]) -> Iterator[Entry]:
        """The latest entries of the servers with these browse keys, in their order."""
        marks = ",".join("?" * len(keys))
        return self._select(
            f"{_LEADING_ENTRIES} WHERE s.browse_key IN ({marks}) ORDER BY s.browse_key", *keys
        )

    def with_names(self, names: Sequence[str]) -> Iterator[Entry]:
        """The latest entries of the servers with these names, in their order."""
        marks = ",".join("?" * len(names))
        return self._select(f"{_LEADING_ENTRIES} WHERE s.name IN ({marks}) ORDER BY s.name", *names)

    def of_namespace(self, namespace: str, limit: int) -> Iterator[Entry]:
        """The latest entries of a namespace's newest servers."""
        return self._select(
            f"{_LEADING_ENTRIES} WHERE s.name > ? AND s.name < ? ORDER BY v.server_number DESC LIMIT ?",
            *_names_in(namespace),
            limit,
        )

    def count_in_namespace(self, namespace: str) -> int:
        """How many servers of a namespace are shown."""
        (count,) = self._connection.execute(
            f"SELECT count(*) FROM {LEADING} WHERE s.name > ? AND s.name < ?", _names_in(namespace)
        ).fetchone()
        return int(count)

    def namespaces_with_key(self, key: str) -> Iterator[str]:
        """The namespaces of a domain that have servers to show: one, or more that differ in case."""
        name = ""
        while True:
            row = self._connection.execute(
                f"SELECT s.name FROM {LEADING} WHERE s.namespace_key = ? AND s.name > ? "
                "ORDER BY s.name LIMIT 1",
                (key, name),
            ).fetchone()
            if row is None:
                return
            namespace = row[0].partition("/")[0]
            yield namespace
            _, name = _names_in(namespace)

    def first_names(self, first: int, last: int) -> Iterator[str]:
        """Of the servers with these numbers, the names that come first in their namespaces."""
        rows = self._connection.execute(
            "SELECT name FROM servers WHERE number BETWEEN ? AND ?", (first, last)
        ).fetchall()
        for (name,) in rows:
            namespace = name.partition("/")[0]
            found = self._connection.execute(
                "SELECT name FROM servers WHERE name > ? ORDER BY name LIMIT 1", (f"{namespace}/",)
            ).fetchone()
            if found == (name,):
                yield name

    def namespaces(self, lengths: range) -> set[str]:
        """The namespaces that have some length, a label in punycode, or something taken down.

        Those of which nothing is shown are among them.
        """
        rows = self._connection.execute(
            "SELECT name FROM servers WHERE instr(name, '/') > ? AND instr(name, '/') <= ? "
            "UNION ALL SELECT name FROM servers WHERE instr(folded, 'xn--')",
            (lengths.start, lengths.stop),
        )
        taken_down = self._connection.execute("SELECT path FROM takedowns")
        return {name.partition("/")[0] for (name,) in rows} | {
            path.split("/")[3] for (path,) in taken_down
        }

    def browse_keys(self, name: str) -> tuple[str, str]:
        """The place of a server among all servers, and of its namespace among all namespaces."""
        browse_key, namespace_key = self._connection.execute(
            "SELECT browse_key, namespace_key FROM servers WHERE name = ?", (name,)
        ).fetchone()
        return browse_key, namespace_key

    def updated_servers(self, first: int, last: int) -> Iterator[tuple[str, int]]:
        """Names, and times of the latest update, of shown servers with numbers in a span."""
        return self._connection.execute(
            f"SELECT s.name, v.updated_at FROM {LEADING} WHERE s.number BETWEEN ? AND ? "
            "ORDER BY s.number",
            (first, last),
        )

    def search_rows(self, first: int, last: int) -> Iterator[SearchRow]:
        """What a search compares of the entries at these ordinals, deleted ones included."""
        rows = self._connection.execute(
            f"SELECT v.ordinal, {_SEARCHED} WHERE v.ordinal BETWEEN ? AND ? AND v.is_present "
            "ORDER BY v.ordinal",
            (first, last),
        )
        return map(SearchRow._make, rows)

    def latest_search_rows(self, first: int, last: int) -> Iterator[SearchRow]:
        """The same of the latest entries, or deleted ones, of the servers with these numbers."""
        rows = self._connection.execute(
            f"SELECT v.server_number, {_SEARCHED} WHERE v.is_latest AND v.is_present "
            "AND v.server_number BETWEEN ? AND ? ORDER BY v.server_number",
            (first, last),
        )
        return map(SearchRow._make, rows)

    def card_rows(self, first: int, last: int) -> Iterator[CardRow]:
        """What the search page shows of the servers with these numbers."""
        rows = self._connection.execute(
            "SELECT s.name, v.version, v.status, v.updated_at, b.facets, b.card FROM versions v "
            "JOIN bodies b ON b.ordinal = v.ordinal JOIN servers s ON s.number = v.server_number "
            "WHERE v.is_latest AND v.is_present AND v.server_number BETWEEN ? AND ? "
            "ORDER BY v.server_number",
            (first, last),
        )
        return map(CardRow._make, rows)

    def first_blob(self, path: str) -> str | None:
        """The id of the first valid bytes of a `server.json` at a path; None if there never were any.

        They are what the path holds for good, removed or not.
        """
        row = self._connection.execute(
            "SELECT first_blob FROM versions WHERE path = ?", (path_bytes(path),)
        ).fetchone()
        return bytes(row[0]).hex() if row is not None and row[0] else None

    def remote_users(self, near: str) -> list[tuple[str, str]]:
        """Name and version of each entry that uses an address near this one, or once did."""
        rows = self._connection.execute(
            "SELECT DISTINCT s.name, v.version FROM remotes r JOIN versions v ON v.ordinal = r.ordinal "
            "JOIN servers s ON s.number = v.server_number WHERE r.near = ?",
            (near,),
        )
        return [(name, version) for name, version in rows]


_SEARCHED: Final = (
    "v.is_public, v.updated_at, s.name, v.version, b.words FROM versions v "
    "JOIN bodies b ON b.ordinal = v.ordinal JOIN servers s ON s.number = v.server_number"
)


def _names_in(namespace: str) -> tuple[str, str]:
    """The texts that bound the names of a namespace: what follows a slash is a zero."""
    return f"{namespace}/", f"{namespace}0"
