"""The seal of a store: what tells that its file is the one that the last build left.

A digest of the whole file would have to be read anew at each build, which costs more than the build.
So the seal holds the file's size, its time of modification, and SQLite's own count of its changes: any
program that writes to it changes one of them. What a failing disk changes in silence is found by
SQLite where it breaks a page, and by the checksum of each body.
"""

import os
from pathlib import Path

import orjson

from mcp_static.model.errors import StoreUnusableError

_HEADER_BYTES = 100
"""The header of an SQLite database, which has the change counter (SQLite's file format, 1.3)."""


def seal(database: Path) -> None:
    """Note that a database is as it should be; call it after the last change, connections or not."""
    path = _seal_of(database)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(_marks(database)))
    fresh.replace(path)


def require_sealed(database: Path) -> None:
    """Raise StoreUnusableError unless the database is the file that was sealed."""
    try:
        noted = orjson.loads(_seal_of(database).read_bytes())
        marks = _marks(database)
    except FileNotFoundError:
        raise StoreUnusableError("is gone, or was not finished") from None
    except orjson.JSONDecodeError:
        raise StoreUnusableError("has a seal that cannot be read") from None
    if noted != marks:
        raise StoreUnusableError("was changed since it was written")


def _seal_of(database: Path) -> Path:
    return database.with_suffix(".seal")


def _marks(database: Path) -> dict[str, object]:
    with database.open("rb") as stream:
        found = os.fstat(stream.fileno())
        header = stream.read(_HEADER_BYTES)
    return {"size": found.st_size, "modified": found.st_mtime_ns, "header": header.hex()}
