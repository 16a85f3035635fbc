"""The store of a build: opened, sealed, and taken apart into its tables.

It holds what the ledger knows about every version, the rendered server objects, and which documents
were written with which digest. It can always be rebuilt from Git.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from mcp_static.model.errors import StoreUnusableError
from mcp_static.store.address_users import AddressUsers
from mcp_static.store.chains import ChainTable
from mcp_static.store.daily_counts import DailyCounts
from mcp_static.store.documents import DocumentTable
from mcp_static.store.entries import EntryTable
from mcp_static.store.event_days import EventDays
from mcp_static.store.facts import Facts
from mcp_static.store.ledger_memory import LedgerMemory, path_bytes
from mcp_static.store.moderation_log import ModerationLog
from mcp_static.store.prefix_index import PrefixIndexes
from mcp_static.store.schema import FORMAT, INDEXES, TABLES
from mcp_static.store.seal import require_sealed, seal

_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ROOM: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
    }
)


class Store:
    """The database and its tables. Close it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection: Final = connection
        self._path: Final = path
        self.facts: Final = Facts(connection)
        self.ledger: Final = LedgerMemory(connection)
        self.entries: Final = EntryTable(connection)
        self.address_users: Final = AddressUsers(connection)
        self.moderation: Final = ModerationLog(connection)
        self.days: Final = EventDays(connection, self.facts)
        self.chains: Final = ChainTable(connection, self.facts)
        self.documents: Final = DocumentTable(connection)
        self.counts: Final = DailyCounts(connection, self.facts)
        self.prefixes: Final = PrefixIndexes(connection, self.documents)

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new, empty store for a full build: unsafe until `finish`, and fast."""
        connection = _connect(path)
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
            "PRAGMA temp_store=MEMORY;" + TABLES + "BEGIN;"
        )
        return cls(connection, path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The store of an earlier build; raises StoreUnusableError unless it is as that left it."""
        require_sealed(path)
        store = cls(_connect(path), path)
        store._connection.execute("PRAGMA synchronous=NORMAL")
        store._require_format()
        return store

    @classmethod
    def open_shared(cls, path: Path) -> Self:
        """The same to look things up only, while builds may go on."""
        require_sealed(path)
        store = cls(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True), path)
        store._require_format()
        return store

    @classmethod
    def open_immutable(cls, path: Path) -> Self:
        """A store that nobody changes meanwhile, for workers of the build that made it."""
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _require_format(self) -> None:
        named = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'facts'"
        has_facts = self._connection.execute(named).fetchone() is not None
        if not has_facts or self.facts.get("format") != FORMAT:
            self._connection.close()
            raise StoreUnusableError("was written by another version of this program")

    def add_indexes(self) -> None:
        """Index the tables of a new store, once they are filled, so that workers can read them."""
        self._connection.execute("COMMIT")
        self._connection.executescript(INDEXES + "BEGIN;")

    def finish(self) -> None:
        """Make a new store one that survives being killed, like every later one."""
        self.facts.set(format=FORMAT)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA journal_mode=DELETE")
        seal(self._path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Change the store as a whole, or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        seal(self._path)

    # Records that are not served

    def leave_out(self, path: str, reason: str | None) -> None:
        """Remember why the record at `path` is not served; None when it is again."""
        if reason is None:
            self._connection.execute("DELETE FROM left_out WHERE path = ?", (_shown(path),))
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO left_out VALUES (?, ?)", (_shown(path), reason)
            )

    def left_out(self) -> list[tuple[str, str]]:
        """The records that are not served, with the reasons, in path order."""
        return self._connection.execute("SELECT path, reason FROM left_out ORDER BY path").fetchall()


@contextmanager
def telling_damage() -> Iterator[None]:
    """Turn SQLite's word for a damaged file into StoreUnusableError, and for a full disk into OSError.

    Everything else that SQLite raises is a bug of ours, and is raised unchanged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGE:
            raise StoreUnusableError("is damaged") from None
        if code in _NO_ROOM:
            raise OSError(errno.ENOSPC, "no room is left for the build's database") from None
        raise


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, cached_statements=256)


def _shown(path: str) -> str:
    return path_bytes(path).decode(errors="backslashreplace")
