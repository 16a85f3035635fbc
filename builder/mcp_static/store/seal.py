"""The seal of a store: what tells that its file is the one that the last build left.

A digest of the whole file would have to be computed again at each build, which costs more than the
build. So the seal holds the file's size and header, which has SQLite's count of its changes, and its
modification time. A file of another time is a copy, or was written to by something other than SQLite:
SQLite's own integrity check decides. What that cannot see, a changed body, fails its checksum. In the
archives of caches, times are in whole seconds.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson

from mcp_static.model.errors import StoreUnusableError

_SECOND = 10**9
_HEADER_BYTES = 100
"""The header of an SQLite database, which has the change counter (SQLite's file format, 1.3)."""


def seal(database: Path) -> None:
    """Note that a database is as it should be; call it after the last change, connections or not."""
    path = _seal_of(database)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(_marks(database)))
    fresh.replace(path)


def require_sealed(database: Path) -> None:
    """Raise StoreUnusableError unless the database is what was sealed, or an intact copy of it.

    What a killed transaction left is rolled back first, unless the folder cannot be written to.
    """
    try:
        _roll_back(database)
        noted = orjson.loads(_seal_of(database).read_bytes())
        marks = _marks(database)
    except FileNotFoundError:
        raise StoreUnusableError("is gone, or was not finished") from None
    except orjson.JSONDecodeError:
        raise StoreUnusableError("has a seal that cannot be read") from None
    if not isinstance(noted, dict) or noted | {"modified": marks["modified"]} != marks:
        raise StoreUnusableError("was changed since it was written")
    modified = noted.get("modified")
    if isinstance(modified, int) and marks["modified"] in {modified, modified - modified % _SECOND}:
        return
    with closing(_opened(database, "ro")) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise StoreUnusableError("is damaged: it fails SQLite's integrity check")


def _roll_back(database: Path) -> None:
    """Let SQLite undo an unfinished transaction, as it does when a database is first read."""
    if database.with_name(f"{database.name}-journal").exists():
        with closing(_opened(database, "rw")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema")


def _opened(database: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode={mode}", uri=True)


def _seal_of(database: Path) -> Path:
    return database.with_suffix(".seal")


def _marks(database: Path) -> dict[str, object]:
    with database.open("rb") as stream:
        found = os.fstat(stream.fileno())
        header = stream.read(_HEADER_BYTES)
    return {"size": found.st_size, "modified": found.st_mtime_ns, "header": header.hex()}
