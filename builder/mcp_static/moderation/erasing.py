"""Erasing what was published from all of history, so that nobody who clones the registry has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.git.repository import Repository, require_whole_history, resolve_commit
from mcp_static.git.rewriting import (
    Replace,
    other_references,
    paths_holding,
    require_one_work_tree,
    rewrite_history,
    store_blob,
)
from mcp_static.git.trees import entries_of
from mcp_static.git.writing import current_branch, require_clean
from mcp_static.model.errors import InputError
from mcp_static.model.layout import SERVERS_ROOT, Place, parse_location, parse_takedown_path
from mcp_static.model.moderation_log import Act
from mcp_static.model.status import StatusRecord
from mcp_static.model.tombstones import INVALID, StatusTombstones, record_tombstone
from mcp_static.model.versions import folded_version
from mcp_static.moderation.decisions import Decision, Grounds, commit_decision, decision
from mcp_static.moderation.places import as_spelled, title_of
from mcp_static.moderation.takedowns import take_down
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record, structural_findings
from mcp_static.rules.sidecars import parse_lifecycle

_RECORD: Final = "/server.json"
_STATUS: Final = "/status.json"
_KEPT: Final = "identity.json"
"""In a server's folder: who has proven the name, which a takedown does not end."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done: the decision, its commit, and the references that now lead elsewhere.

    `untouched` are references of the clone that still lead to the old history, and `copies` other
    paths at which the same bytes stand.
    """

    made: Decision
    commit: str
    rewritten: tuple[str, ...]
    untouched: tuple[str, ...]
    copies: tuple[str, ...]


def erase(repository: Repository, place: Place, why: Grounds) -> Erasure:
    """Erase a server, or one version of it, from all branches and tags, and take it down for good.

    Raises InputError, and changes nothing, for what was never there, uncommitted changes, a shallow
    clone, and one with linked work trees.
    """
    require_whole_history(repository)
    require_clean(repository)
    require_one_work_tree(repository)
    branch = current_branch(repository)
    head = resolve_commit(repository, "HEAD")
    place = as_spelled(repository, head, place)
    if not place.server:
        raise InputError("A whole namespace cannot be erased.", "Erase its servers one by one.")
    made = decision(Act.ERASE, title_of(place), why, _takedowns(repository, head, place, why))
    erased: set[str] = set()
    with _tombstones(repository, head, place, erased) as replace:
        rewritten = rewrite_history(repository, replace)
    commit = commit_decision(repository, made)
    return Erasure(
        made,
        commit,
        tuple(sorted({branch, *rewritten})),
        tuple(other_references(repository)),
        tuple(paths_holding(repository, erased)),
    )


def _takedowns(repository: Repository, head: str, place: Place, why: Grounds) -> dict[str, bytes]:
    """A takedown of the place, and of each version there: restoring a server must not show those."""
    files = dict(take_down(repository, head, place, why).files)
    for path, _ in entries_of(repository, head, place.folder + "/", recursive=True):
        location = parse_location(path)
        if location is not None and location.file == "server.json":
            version = Place(place.namespace, place.server, location.version)
            files.update(take_down(repository, head, version, why).files)
    return files


@contextmanager
def _tombstones(repository: Repository, head: str, place: Place, erased: set[str]) -> Iterator[Replace]:
    """What takes the place of each blob; adds to `erased` those that nothing may hold any more.

    (Statuses are not among them: many versions rightly have the same few words.)
    """
    known: dict[tuple[str, str], str | None] = {}
    with BlobReader(repository) as blobs:
        stones = _Stones(_first_valid(repository, head, place, blobs))

        def replace(path: str, blob: str) -> str | None:
            if not _is_erased(path, place):
                return blob
            if (path, blob) not in known:
                stone = stones.of(path, blob, next(blobs.read([blob], MAX_FILE_BYTES)))
                known[path, blob] = None if stone is None else store_blob(repository, stone)
                if known[path, blob] != blob and not path.endswith(_STATUS):
                    erased.add(blob)
            return known[path, blob]

        yield replace


def _first_valid(repository: Repository, head: str, place: Place, blobs: BlobReader) -> dict[str, str]:
    """The blob that each path of a `server.json` holds for good.

    Raises InputError if nothing ever stood in the place.
    """
    first: dict[str, str] = {}
    was_there = False
    for commit in first_parent_history(repository, head):
        for change in commit.changes:
            if change.blob is None or not _is_erased(change.path, place):
                continue
            was_there = True
            location = parse_location(change.path)
            if change.kind == "file" and location is not None and location.file == "server.json":
                content = next(blobs.read([change.blob], MAX_FILE_BYTES))
                if change.path not in first and not structural_findings(read_record(content, location)):
                    first[change.path] = change.blob
    if not was_there:
        raise InputError(f"The registry never had {title_of(place)}.", "Nothing was changed.")
    return first


def _is_erased(path: str, place: Place) -> bool:
    """Whether a path lies in the place, in whatever spelling, and is not the operator's own."""
    parts = path.split("/")
    if not path.startswith(f"{SERVERS_ROOT}/") or len(parts) < (6 if place.version else 5):
        return False
    namespace, server, *below = (unquote(part) for part in parts[3:])
    if f"{namespace}/{server}".casefold() != f"{place.namespace.text}/{place.server}".casefold():
        return False
    if place.version and folded_version(below[0]) != folded_version(place.version):
        return False
    return below != [_KEPT] and parse_takedown_path(path) is None


class _Stones:
    """What takes the place of files; None for what is left out, as nothing else depends on it."""

    def __init__(self, first: dict[str, str]) -> None:
        self._first: Final = first
        self._statuses: Final = StatusTombstones()

    def of(self, path: str, blob: str, content: bytes) -> bytes | None:
        location = parse_location(path)
        if path.endswith(_RECORD):
            if location is None or self._first.get(path) != blob:
                return INVALID
            return record_tombstone(location)
        if location is None or location.file != "status.json":
            return None
        status = parse_lifecycle(content)
        return self._statuses.of(status) if isinstance(status, StatusRecord) else INVALID
