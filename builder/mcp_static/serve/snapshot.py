"""A built snapshot as the embedded host reads it: files by path, and the search parts in memory."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from mcp_static.api.paths import SEARCH_INDEX, SNAPSHOT, day_index_path, is_inside, version_path
from mcp_static.api.search_text import DELETED_FLAG, SEARCH_FIELDS
from mcp_static.api.snapshot import read_snapshot, updated_since_slack

_TABS: Final = len(SEARCH_FIELDS) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the search data has it; `position` is its ordinal, or its server's number."""

    position: int
    is_deleted: bool
    updated: int
    name: str
    version: str
    words: str

    @property
    def document(self) -> str:
        """The file that holds the entry."""
        return version_path(self.name, self.version, deleted=self.is_deleted)


class Snapshot:
    """One tree of files; stays the same while it is used."""

    def __init__(self, root: Path, parts: dict[str, list[Line]] | None = None) -> None:
        self._root: Final = root
        self._known_parts: Final = parts or {}
        self._loaded_parts: Final[dict[str, list[Line]]] = {}
        self.facts: Final[dict[str, Any]] = _facts(root)

    @cached_property
    def base(self) -> str:
        """The path that the registry is served under, as `/mcp-registry`; empty for none."""
        return urlsplit(str(self.facts["registry"]["url"])).path.rstrip("/")

    @property
    def slack(self) -> int:
        """The seconds by which answers to `updated_since` begin earlier."""
        return updated_since_slack(self.facts)

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None; never of a file outside the tree."""
        if not is_inside(path):
            return None
        try:
            with open(f"{self._root}/{path}", "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # nothing here has such a name
                return None
            raise

    @cached_property
    def entries(self) -> list[Line]:
        """Every entry, by ordinal."""
        return self._lines("entries")

    @cached_property
    def latest(self) -> list[Line]:
        """Each server's latest entry, or the deleted one that would be, by the servers' numbers."""
        return self._lines("latest")

    def _lines(self, kind: str) -> list[Line]:
        index = orjson.loads(self.read(SEARCH_INDEX) or b"{}")
        found: list[Line] = []
        for part in index.get(kind, ()):
            lines = self._known_parts.get(part["sha256"])
            if lines is None:
                lines = list(_lines(self.read(part["path"]) or b""))
            self._loaded_parts[part["sha256"]] = lines
            found += lines
        return found

    @property
    def loaded_parts(self) -> dict[str, list[Line]]:
        """The search parts in memory, by digest, for the next snapshot to take over."""
        return self._loaded_parts

    @property
    def days(self) -> tuple[str, str] | None:
        """The first and the last day that have pages, as `2025-12-01`, if any have."""
        days = self.facts["chains"]["updated"]
        return (days["firstDay"], days["lastDay"]) if days["firstDay"] else None

    def pages_until(self, day: int) -> list[int]:
        """For each page of a day, when the last entry up to its end was updated; in seconds."""
        index = orjson.loads(self.read(day_index_path(day)) or b"{}")
        return list(index.get("until", ()))


def _facts(root: Path) -> dict[str, Any]:
    try:
        body = (root / SNAPSHOT).read_bytes()
    except OSError:
        body = None
    return read_snapshot(body, str(root))


def _lines(part: bytes) -> Iterator[Line]:
    for row in part.decode().split("\n")[:-1]:
        position, flag, updated, name, version, words = row.split("\t", _TABS)
        yield Line(int(position), flag == DELETED_FLAG, int(updated), name, version, words)


class CurrentSnapshot:
    """The snapshot that an output folder has at the moment; follows the folder's changes."""

    def __init__(self, out: Path) -> None:
        self._out: Final = out
        self._key: object = None
        self._snapshot: Snapshot | None = None
        self.snapshot()

    def snapshot(self) -> Snapshot:
        """The snapshot as it is now; raises InputError if there is none."""
        try:
            target = os.readlink(self._out)
        except OSError:
            target = ""
        key: object = target
        with suppress(OSError):
            found = os.stat(self._out / SNAPSHOT)  # its time alone may be that of every file
            key = (target, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        if self._snapshot is None or key != self._key:
            root = self._out.parent / target if target else self._out
            known = self._snapshot.loaded_parts if self._snapshot else None
            self._snapshot, self._key = Snapshot(root.resolve(), known), key
        return self._snapshot
