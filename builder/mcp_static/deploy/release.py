"""What is deployed: the files of an output with their digests, and the order in which they go."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

from mcp_static.api.chains import PAGES_FOLDER
from mcp_static.api.checksums import checksum_lines, json_object
from mcp_static.api.lineage import LINEAGE, read_lineage
from mcp_static.api.paths import (
    CHECKSUM_INDEX,
    CHECKSUMS_FOLDER,
    COMPLETE_LIST,
    DELETED_FOLDER,
    EXPORT_INDEX,
    EXPORTS_FOLDER,
    SEARCH_FOLDER,
    SEARCH_INDEX,
    SERVERS_FOLDER,
    SNAPSHOT,
    is_for_host,
    is_inside,
)
from mcp_static.api.snapshot import HostFacts, host_of, read_snapshot
from mcp_static.model.errors import InputError
from mcp_static.model.reading import part_of

_LEAVES: Final = tuple(
    f"{folder}/" for folder in (SERVERS_FOLDER, DELETED_FOLDER, "schemas", "assets", "servers")
)
_PARTS: Final = (f"{SEARCH_FOLDER}/", f"{EXPORTS_FOLDER}/")

Read = Callable[[str], bytes | None]
ListFiles = Callable[[dict[str, str], Read, Iterable[str]], dict[str, str]]


class Rank(IntEnum):
    """When a file goes: what is pointed at before what points, and the snapshot last of all."""

    LEAF = 0
    NEW_LIST = 1
    LIST = 2
    INDEX = 3
    CHECKSUMS = 4
    SNAPSHOT = 5


def rank_of(path: str, *, is_new: bool) -> Rank:
    """The rank of a file; a new page goes before the pages that may lead to it."""
    if path == SNAPSHOT:
        return Rank.SNAPSHOT
    if path.startswith(f"{CHECKSUMS_FOLDER}/"):
        return Rank.CHECKSUMS
    if path.startswith(f"{PAGES_FOLDER}/") or path.endswith("/versions.json") or path == COMPLETE_LIST:
        return Rank.NEW_LIST if is_new else Rank.LIST
    if path.startswith(_LEAVES):
        return Rank.LEAF
    if path.startswith(_PARTS) and path not in {SEARCH_INDEX, EXPORT_INDEX}:
        return Rank.LEAF
    return Rank.INDEX


@dataclass(frozen=True, slots=True)
class Release:
    """An output's files by path, each with what tells its content from any other."""

    root: Path
    commit: str
    builder: str
    """The version of mcp-static that built it."""
    host: HostFacts
    parts: dict[str, str]
    """The checksum parts: path → SHA-256."""
    lineage: frozenset[str]
    """The commits that its own comes after, as far as the output lists them."""

    def read(self, path: str) -> bytes:
        """An index or a checksum part; raises InputError if it is missing or not what it should be."""
        return self.content(path, self.parts.get(path, ""))

    def content(self, path: str, digest: str) -> bytes:
        """A file that matches its checksum; raises InputError if it does not."""
        try:
            body = (self.root / path).read_bytes()
        except OSError:
            raise _damaged(self.root, path) from None
        if digest and hashlib.sha256(_plain(path, body)).hexdigest() != digest:
            raise _damaged(self.root, path)
        return body


def _plain(path: str, body: bytes) -> bytes:
    """What a digest is of: of an export, its plain text."""
    if not path.endswith(".gz"):
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return b""


def _damaged(root: Path, path: str) -> InputError:
    return InputError(
        f"{root}: {path} does not match its checksum.",
        "`mcp-static verify` names all such files, and `mcp-static build --full` rewrites them.",
    )


def open_release(root: Path) -> Release:
    """The output in a folder; raises InputError if there is none, or if it is damaged."""
    snapshot = read_snapshot(_read_file(root, SNAPSHOT), str(root))
    path = checksum_index_of(snapshot)
    index = _read_file(root, path)
    if index is None or hashlib.sha256(index).hexdigest() != snapshot["checksums"]["sha256"]:
        raise _damaged(root, path)
    return Release(
        root=root,
        commit=str(snapshot["commit"]),
        builder=str(snapshot.get("builder", "")),
        host=host_of(snapshot),
        parts=dict(checksum_lines(index)),
        lineage=read_lineage(_read_file(root, LINEAGE)),
    )


def _read_file(root: Path, path: str) -> bytes | None:
    try:
        return (root / path).read_bytes()
    except OSError:
        return None


def checksum_index_of(snapshot: dict[str, Any] | None) -> str:
    """Where the index of checksums is that a snapshot names; where it usually is, if it names none."""
    path = part_of(snapshot or {}, "checksums").get("path")
    return path if isinstance(path, str) and is_inside(path) else CHECKSUM_INDEX


@dataclass(frozen=True, slots=True)
class Difference:
    """What a destination lacks: files to write with their digests, and paths to remove."""

    write: dict[str, str]
    remove: frozenset[str]
    known: frozenset[str]
    """Those of `write` that are there already, with other content."""

    def ranks(self) -> Iterator[tuple[Rank, list[str]]]:
        """The files to write, rank by rank."""
        by_rank: dict[Rank, list[str]] = {}
        for path in self.write:
            by_rank.setdefault(rank_of(path, is_new=path not in self.known), []).append(path)
        for rank in sorted(by_rank):
            yield rank, sorted(by_rank[rank])


def listed_files(
    parts: dict[str, str], read: Read, only: Iterable[str] | None = None
) -> dict[str, str]:
    """The files that checksum parts list, with the parts themselves."""
    found: dict[str, str] = {}
    for part in parts if only is None else only:
        found[part] = parts[part]
        found.update(checksum_lines(read(part) or b""))
    return found


def files_of(parts: dict[str, str], read: Read, only: Iterable[str] | None = None) -> dict[str, str]:
    """The same, except those of the host, which no bucket gets."""
    found = listed_files(parts, read, only)
    return {path: digest for path, digest in found.items() if not is_for_host(path)}


def difference(
    release: Release, there: dict[str, str], read_there: Read, files: ListFiles = files_of
) -> Difference:
    """What a destination lacks that holds a whole release, found by the checksum parts that differ.

    `files` lists what goes there: `files_of`, or `listed_files` where a host reads its own.
    """
    changed = [part for part, digest in release.parts.items() if there.get(part) != digest]
    gone = [part for part, digest in there.items() if release.parts.get(part) != digest]
    new = files(release.parts, release.read, changed) | unlisted(release.read)
    old = files(there, read_there, gone) | (unlisted(read_there) if there else {})
    write = {path: digest for path, digest in new.items() if old.get(path) != digest}
    return Difference(write, frozenset(old.keys() - new.keys()), frozenset(write.keys() & old.keys()))


def unlisted(read: Read) -> dict[str, str]:
    """What no checksum part lists, with its digest: the index, the snapshot, and the exports.

    The exports are known by an index of their own.
    """
    found = {}
    for path in (checksum_index_of(json_object(read(SNAPSHOT))), SNAPSHOT):
        body = read(path)
        if body is not None:
            found[path] = hashlib.sha256(body).hexdigest()
    index = json_object(read(EXPORT_INDEX)) or {}
    found.update((str(part["path"]), str(part["sha256"])) for part in index.get("parts", ()))
    return found
