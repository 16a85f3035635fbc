"""The builder's own state: an SQLite database beside the output, looked up and never loaded.

It holds what the ledger knows of every version, the rendered server objects, and which documents
were written with which digest. It can always be made anew from Git.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zlib import crc32

from mcp_static.model.ledger import Body, Counters, Day, Ledger, ServerState, VersionState
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.status import StatusRecord
from mcp_static.model.times import day_of
from mcp_static.store.prefix_lists import namespace_key, server_key
from mcp_static.store.schema import (
    ENTRY_COLUMNS,
    ENTRY_TABLES,
    FORMAT,
    INDEXES,
    TABLES,
    EntryRow,
)


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What a state was built from; any difference but the commit's means a full build."""

    commit: str
    builder: str
    settings: str
    host: str


class Store:
    """The database; also the ledger's memory. Close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new, empty state for a full build: unsafe until `finish`, and fast."""
        connection = _connect(path)
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
            "PRAGMA temp_store=MEMORY;" + TABLES + "BEGIN;"
        )
        return cls(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing state; raises sqlite3.DatabaseError or FileNotFoundError."""
        if not path.is_file():
            raise FileNotFoundError(path)
        store = cls(_connect(path))
        store.connection.execute("PRAGMA synchronous=NORMAL")
        if store.fact("format") != FORMAT:
            raise sqlite3.DatabaseError("was written by another version of this program")
        return store

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """An existing state, for a worker that only looks things up."""
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True))

    @classmethod
    def open_shared(cls, path: Path) -> Self:
        """An existing state, to look things up while builds may go on; raises as `open` does."""
        if not path.is_file():
            raise FileNotFoundError(path)
        store = cls(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
        if store.fact("format") != FORMAT:
            raise sqlite3.DatabaseError("was written by another version of this program")
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def add_indexes(self) -> None:
        """Index the tables of a new state, once they are filled, so that workers can read them."""
        self.connection.execute("COMMIT")
        self.connection.executescript(INDEXES + "BEGIN;")

    def finish(self) -> None:
        """Make a new state one that survives being killed, like every later one."""
        self.connection.execute("COMMIT")
        self.connection.execute("PRAGMA journal_mode=DELETE")

    # Facts

    def fact(self, key: str) -> str | None:
        """One of the state's single values."""
        row = self.connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_facts(self, **facts: object) -> None:
        """Set single values."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            [(key, str(value)) for key, value in facts.items()],
        )

    @property
    def counters(self) -> Counters:
        """Where the ledger stood when this state was written."""
        return Counters(
            *(int(self.fact(name) or 0) for name in Counters.__dataclass_fields__)  # in order
        )

    @property
    def inputs(self) -> BuildInputs:
        """What this state was built from."""
        return BuildInputs(*(self.fact(name) or "" for name in BuildInputs.__dataclass_fields__))

    def number(self, key: str) -> int:
        """A fact that is a number; 0 when it is not set."""
        return int(self.fact(key) or 0)

    def require_whole(self) -> None:
        """Raise sqlite3.DatabaseError when a table lacks what the counters say it has."""
        counters = self.counters
        for query, expected in (
            ("SELECT max(ordinal) + 1 FROM versions", counters.next_ordinal),
            ("SELECT max(number) + 1 FROM servers", counters.next_server),
            ("SELECT max(first_event + events) FROM days", counters.next_event),
        ):
            if (self.one(query) or 0) != expected:
                raise sqlite3.DatabaseError("its tables do not agree")

    # The ledger's memory

    def find_version(self, path: str) -> VersionState | None:
        """See `mcp_static.model.ledger.Memory`."""
        row = self.connection.execute(
            "SELECT ordinal, server, published_at FROM versions WHERE path = ?", (_blob(path),)
        ).fetchone()
        if row is None:
            return None
        if row[1] is None:
            return VersionState(row[0], path, row[2])
        return next(v for v in self._server(row[1]).versions if v.path == path)

    def find_server(self, name: str) -> ServerState | None:
        """See `mcp_static.model.ledger.Memory`."""
        row = self.connection.execute("SELECT number FROM servers WHERE name = ?", (name,)).fetchone()
        return None if row is None else self._server(row[0])

    def find_holder(self, folded: str) -> str | None:
        """See `mcp_static.model.ledger.Memory`."""
        row = self.connection.execute(
            "SELECT name FROM servers WHERE folded = ? ORDER BY number LIMIT 1", (folded,)
        ).fetchone()
        return None if row is None else str(row[0])

    def version_chain_length(self, version: str) -> int:
        """See `mcp_static.model.ledger.Memory`."""
        row = self.connection.execute(
            "SELECT max(version_position) FROM versions WHERE version = ?", (version,)
        ).fetchone()
        return 0 if row[0] is None else int(row[0]) + 1

    def _server(self, number: int) -> ServerState:
        name, first, duplicate_of = self.connection.execute(
            "SELECT name, first_ordinal, twin_of FROM servers WHERE number = ?", (number,)
        ).fetchone()
        server = ServerState(number, name, first, duplicate_of)
        rows = self.connection.execute(
            "SELECT ordinal, path, published_at, version, version_position, is_valid, status, "
            "message, status_changed_at, updated_at, event, is_latest, commit_id, "
            "body_size, accepted_size, entry_size "
            "FROM versions WHERE server = ? ORDER BY ordinal",
            (number,),
        )
        for row in rows:
            version = VersionState(
                ordinal=row[0],
                path=row[1].decode(errors="surrogateescape"),
                published_at=row[2],
                server=server,
                version=row[3],
                version_position=row[4],
                is_valid=bool(row[5]),
                status=StatusRecord.model_construct(status=Status(row[6]), status_message=row[7]),
                status_changed_at=row[8],
                updated_at=row[9],
                event=row[10],
                is_latest=bool(row[11]),
                commit=row[12],
                body_size=row[13],
                accepted_size=row[14],
                entry_size=row[15],
            )
            server.add(version)
            if version.is_latest:
                server.latest = version
        return server

    # Writing

    def put_bodies(self, bodies: Iterable[tuple[int, Body]]) -> None:
        """Keep the bodies of these ordinals."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?, ?, ?)",
            ((ordinal, *body, crc32(body.server)) for ordinal, body in bodies),
        )

    def put_remotes(self, rows: Iterable[tuple[str, int]]) -> None:
        """Keep who uses which remote address, as address and ordinal; nothing is ever taken back.

        Whoever looks one up holds it against the record itself.
        """
        self.connection.executemany("INSERT INTO remotes VALUES (?, ?)", rows)

    def remote_users(self, url: str) -> list[tuple[str, str]]:
        """Name and version of each entry that uses a remote address, or once did."""
        rows = self.connection.execute(
            "SELECT DISTINCT s.name, v.version FROM remotes r JOIN versions v ON v.ordinal = r.ordinal "
            "JOIN servers s ON s.number = v.server WHERE r.url = ?",
            (url,),
        )
        return [(name, version) for name, version in rows]

    def put_accepted(self, ordinal: int, accepted: bytes | None) -> None:
        """Keep what `accepted.json` says of this ordinal; None forgets it."""
        if accepted is None:
            self.connection.execute("DELETE FROM accepted WHERE ordinal = ?", (ordinal,))
        else:
            self.connection.execute(
                "INSERT OR REPLACE INTO accepted VALUES (?, ?)", (ordinal, accepted)
            )

    def put_ledger(self, ledger: Ledger) -> None:
        """Keep what a replay has changed."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO servers VALUES (?, ?, ?, ?, ?, ?, ?)",
            map(_server_row, ledger.servers),
        )
        self.connection.executemany(
            f"INSERT OR REPLACE INTO versions VALUES ({','.join('?' * 20)})",
            (_version_row(version) for _, version in ledger.changed.values()),
        )
        self.connection.executemany(
            "INSERT INTO days VALUES (?, ?, ?) "
            "ON CONFLICT (day) DO UPDATE SET events = events + excluded.events",
            ((day, at.first_event, at.events) for day, at in ledger.days.items()),
        )
        counters = ledger.counters
        self.set_facts(**{name: getattr(counters, name) for name in Counters.__dataclass_fields__})

    def leave_out(self, path: str, reason: str | None) -> None:
        """Remember why the record at `path` is not served; None when it is again."""
        if reason is None:
            self.connection.execute("DELETE FROM left_out WHERE path = ?", (_text(path),))
        else:
            self.connection.execute(
                "INSERT OR REPLACE INTO left_out VALUES (?, ?)", (_text(path), reason)
            )

    def left_out(self) -> list[tuple[str, str]]:
        """The records that are not served, with the reasons, in path order."""
        return self.connection.execute("SELECT path, reason FROM left_out ORDER BY path").fetchall()

    def digest(self, path: str) -> bytes | None:
        """The SHA-256 of a document's plain text as it was written last, if it was."""
        row = self.connection.execute("SELECT digest FROM documents WHERE path = ?", (path,)).fetchone()
        return None if row is None else bytes(row[0])

    def note_document(self, path: str, part: str, digest: bytes | None, files: Iterable[str]) -> None:
        """Remember a document that was written, or (None) removed, and the files that the other
        tree lacks since.
        """
        if digest is None:
            self.connection.execute("DELETE FROM documents WHERE path = ?", (path,))
        else:
            self.note_documents([(path, part, digest)])
        self.connection.executemany(
            "INSERT OR IGNORE INTO pending VALUES (?)", ((file,) for file in files)
        )

    def note_documents(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Remember documents that were written: path, part, digest."""
        self.connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)

    def parts(self) -> list[str]:
        """The checksum parts that have documents."""
        rows = self.connection.execute("SELECT DISTINCT part FROM documents ORDER BY part")
        return [part for (part,) in rows]

    # Reading, for documents

    def entries(self, where: str, *parameters: object) -> Iterator[EntryRow]:
        """The entries for which an SQL condition over `v` holds; `where` may order them."""
        return self.connection.execute(
            f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE {where}", parameters
        )

    def one(self, query: str, *parameters: object) -> int | None:
        """The single number that a query gives, or None."""
        row = self.connection.execute(query, parameters).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def day(self, day: int) -> Day | None:
        """The events of a day, if it had any."""
        row = self.connection.execute(
            "SELECT first_event, events FROM days WHERE day = ?", (day,)
        ).fetchone()
        return None if row is None else Day(*row)

    def day_of_event(self, event: int) -> int:
        """The day on which an event happened."""
        day = self.one("SELECT max(day) FROM days WHERE first_event <= ?", event)
        assert day is not None
        return day

    def day_span(self) -> range:
        """The days that have pages: from the first with an event to the snapshot's own."""
        first = self.one("SELECT min(day) FROM days")
        return range(0) if first is None else range(first, day_of(self.counters.registry_time) + 1)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, cached_statements=256)


def _server_row(server: ServerState) -> tuple[object, ...]:
    name = parse_name(server.name)
    return (
        server.number,
        server.name,
        name.folded,
        server.first_ordinal,
        server.duplicate_of,
        server_key(name),
        namespace_key(name.namespace),
    )


def _version_row(version: VersionState) -> tuple[object, ...]:
    is_public = version.is_present and not version.is_deleted
    return (
        version.ordinal,
        _blob(version.path),
        version.server.number if version.server else None,
        version.version,
        version.version_position,
        version.is_valid,
        version.is_duplicate,
        version.is_present,
        is_public,
        version.status.status.value,
        version.status.status_message,
        version.published_at,
        version.updated_at,
        version.status_changed_at,
        version.event,
        version.is_latest,
        version.commit,
        version.body_size,
        version.accepted_size,
        version.entry_size,
    )


def _blob(path: str) -> bytes:
    return path.encode(errors="surrogateescape")


def _text(path: str) -> str:
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")
