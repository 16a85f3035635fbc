"""A built snapshot as the embedded host reads it: files by path, and the search parts in memory."""

import errno
import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson

from builder.model.cursors import Cursor
from builder.model.errors import InputError
from builder.model.times import day_of, format_day

_SNAPSHOT: Final = "data/snapshot.json"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the search data has it; `place` is its day and its position in that day."""

    ordinal: int
    is_latest: bool
    is_deleted: bool
    place: tuple[str, int]
    updated: int
    name: str
    version: str
    words: str

    @property
    def document(self) -> str:
        """The file that holds the entry."""
        root = "data/deleted" if self.is_deleted else "v0.1"
        return f"{root}/servers/{self.name}/versions/{self.version}.json"


class Snapshot:
    """One tree of files; stays the same while it is used."""

    def __init__(self, root: Path, parts: dict[str, list[Line]] | None = None) -> None:
        self._root: Final = root
        self._known_parts: Final = parts or {}
        self._loaded_parts: Final[dict[str, list[Line]]] = {}
        self.facts: Final[dict[str, Any]] = _facts(root)

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None. The path is ours or checked: it never leaves the tree."""
        segments = path.split("/")
        if any(part in {"", ".", ".."} or "\0" in part or "\\" in part for part in segments):
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
    def lines(self) -> list[Line]:
        """Every entry, by ordinal."""
        index = orjson.loads(self.read("data/search/index.json") or b'{"parts":[]}')
        found: list[Line] = []
        for part in index["parts"]:
            lines = self._known_parts.get(part["sha256"])
            if lines is None:
                lines = list(_lines(self.read(part["path"]) or b""))
            self._loaded_parts[part["sha256"]] = lines
            found += lines
        return found

    @cached_property
    def lines_by_update(self) -> list[Line]:
        """Every entry, in the order of the last update events."""
        return sorted(self.lines, key=lambda line: line.place)

    @property
    def loaded_parts(self) -> dict[str, list[Line]]:
        """The search parts in memory, by digest, for the next snapshot to take over."""
        return self._loaded_parts

    def place_since(self, seconds: float) -> Cursor | None:
        """The first place in the chains `updated/<day>` that is not before a time, if there is one."""
        lines = self.lines_by_update
        index = bisect_left(lines, seconds, key=lambda line: line.updated)
        if index == len(lines):
            return None
        day, position = lines[index].place
        return Cursor(f"updated/{day}", position)

    @property
    def last_day(self) -> str:
        """The snapshot's own day, as `2025-12-01`; the first day there is when nothing happened."""
        return str(self.facts["chains"]["updated"]["lastDay"] or format_day(day_of(0)))


def _facts(root: Path) -> dict[str, Any]:
    try:
        facts = orjson.loads((root / _SNAPSHOT).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        facts = None
    if not isinstance(facts, dict) or not {"chains", "counts", "registry"} <= facts.keys():
        raise InputError(
            f"{root} holds no built registry.",
            "Build one with `mcp-static build`, or name it with --out.",
        )
    return facts


def _lines(part: bytes) -> Iterator[Line]:
    for row in part.decode().split("\n")[:-1]:
        ordinal, flags, place, updated, name, version, words = row.split("\t", 6)
        day, _, position = place.partition(".")
        yield Line(
            int(ordinal),
            flags[0] == "L",
            flags[1] == "D",
            (day, int(position)),
            int(updated),
            name,
            version,
            words,
        )


class Shown:
    """The snapshot that an output folder shows at the moment; follows its changes."""

    def __init__(self, out: Path) -> None:
        self._out: Final = out
        self._key: object = None
        self._snapshot: Snapshot | None = None
        self.snapshot()

    def snapshot(self) -> Snapshot:
        """The snapshot as it is shown now."""
        try:
            target = os.readlink(self._out)
        except OSError:
            target = ""
        try:
            key = (target, os.stat(self._out / _SNAPSHOT).st_mtime_ns)
        except OSError:
            key = (target, 0)
        if self._snapshot is None or key != self._key:
            root = self._out.parent / target if target else self._out
            known = self._snapshot.loaded_parts if self._snapshot else None
            self._snapshot, self._key = Snapshot(root.resolve(), known), key
        return self._snapshot
