"""Which documents the output has, with the digest of each, and what the spare tree lacks."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple


class WrittenDocument(NamedTuple):
    """A document as it was written last: its path, its checksum part, its SHA-256 as plain text."""

    path: str
    part: str
    digest: bytes


class DocumentTable:
    """The tables of documents and of pending files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    def digest(self, path: str) -> bytes | None:
        """The SHA-256 of a document's plain text as it was written last, if it was."""
        row = self._connection.execute(
            "SELECT digest FROM documents WHERE path = ?", (path,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def add(self, rows: Iterable[WrittenDocument]) -> None:
        """Remember documents that were written."""
        self._connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)

    def remove(self, path: str) -> None:
        """Forget a document that was removed."""
        self._connection.execute("DELETE FROM documents WHERE path = ?", (path,))

    def parts(self) -> list[str]:
        """The checksum parts that have documents."""
        rows = self._connection.execute("SELECT DISTINCT part FROM documents ORDER BY part")
        return [part for (part,) in rows]

    def in_part(self, part: str) -> Iterator[WrittenDocument]:
        """The documents of a checksum part, in path order."""
        rows = self._connection.execute(
            "SELECT path, part, digest FROM documents WHERE part = ? ORDER BY path", (part,)
        )
        return map(WrittenDocument._make, rows)

    def paths_between(self, after: str, before: str) -> list[str]:
        """The paths of documents between two texts, both excluded."""
        rows = self._connection.execute(
            "SELECT path FROM documents WHERE path > ? AND path < ?", (after, before)
        )
        return [path for (path,) in rows]

    def add_pending(self, files: Iterable[str]) -> None:
        """Remember files that the spare tree lacks since they were written or removed."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO pending VALUES (?)", ((file,) for file in files)
        )

    def take_pending(self) -> list[str]:
        """The files that the spare tree lacks, for it to be brought up to date."""
        rows = self._connection.execute("SELECT path FROM pending").fetchall()
        self._connection.execute("DELETE FROM pending")
        return [path for (path,) in rows]
