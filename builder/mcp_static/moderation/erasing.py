"""Erasing what was published from all of history, so that nobody who clones the registry has it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from mcp_static.git.blobs import BlobReader
from mcp_static.git.interruption import uninterrupted
from mcp_static.git.repository import Repository, require_whole_history, resolve_commit
from mcp_static.git.rewriting import (
    Replace,
    other_references,
    paths_holding,
    require_one_work_tree,
    rewrite_history,
    store_blob,
)
from mcp_static.git.writing import current_branch, require_clean
from mcp_static.model.errors import InputError
from mcp_static.model.layout import TAKEDOWN_FILE, Place, parse_location
from mcp_static.model.moderation_log import Act
from mcp_static.model.status import StatusRecord
from mcp_static.model.tombstones import INVALID, StatusTombstones, record_tombstone
from mcp_static.moderation.decisions import Decision, Grounds, commit_decision, decision
from mcp_static.moderation.past import Past, is_within, past_of
from mcp_static.moderation.places import as_spelled, title_of
from mcp_static.moderation.takedowns import take_down
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.sidecars import parse_lifecycle

_RECORD: Final = "/server.json"
_STATUS: Final = "/status.json"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done: the decision, its commit, and the references that now lead elsewhere.

    `untouched` are references of the clone that still lead to the old history, `copies` other paths
    at which the same bytes stand, and `hosts` those of the remotes, whose addresses nothing reserves
    any more.
    """

    made: Decision
    commit: str
    rewritten: tuple[str, ...]
    untouched: tuple[str, ...]
    copies: tuple[str, ...]
    hosts: tuple[str, ...]


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
    if not place.server:
        raise InputError("A whole namespace cannot be erased.", "Erase its servers one by one.")
    past = past_of(repository, head, place)
    place = as_spelled(repository, head, past.place)
    made = decision(Act.ERASE, title_of(place), why, _takedowns(repository, head, place, past, why))
    erased: set[str] = set()
    with ExitStack() as stack:
        replace = stack.enter_context(_tombstones(repository, place, past, erased))
        rewritten = rewrite_history(repository, replace, lambda: stack.enter_context(uninterrupted()))
        commit = commit_decision(repository, made)
    return Erasure(
        made,
        commit,
        tuple(sorted({branch, *rewritten})),
        tuple(other_references(repository)),
        tuple(paths_holding(repository, erased)),
        past.hosts,
    )


def _takedowns(
    repository: Repository, head: str, place: Place, past: Past, why: Grounds
) -> dict[str, bytes]:
    """A takedown of the place, and of each version that it ever had.

    Whoever restores the server, or adds a removed version again, shows none of them.
    """
    (takedown,) = take_down(repository, head, place, why).files.values()
    versions = [Place(place.namespace, place.server, version) for version in past.versions]
    return {f"{each.folder}/{TAKEDOWN_FILE}": takedown for each in [place, *versions]}


@contextmanager
def _tombstones(
    repository: Repository, place: Place, past: Past, erased: set[str]
) -> Iterator[Replace]:
    """What takes the place of each blob; adds to `erased` those that nothing may hold any more.

    (Statuses are not among them: many versions rightly have the same few words.)
    """
    known: dict[tuple[str, str], str | None] = {}
    with BlobReader(repository) as blobs:
        stones = _Stones(past.first_valid)

        def replace(path: str, blob: str) -> str | None:
            if not is_within(path, place):
                return blob
            if (path, blob) not in known:
                stone = stones.of(path, blob, next(blobs.read([blob], MAX_FILE_BYTES)))
                known[path, blob] = None if stone is None else store_blob(repository, stone)
                if known[path, blob] != blob and not path.endswith(_STATUS):
                    erased.add(blob)
            return known[path, blob]

        yield replace


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
