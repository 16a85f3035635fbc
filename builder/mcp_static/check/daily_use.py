"""What accounts and namespaces published in a day, from what the merge noted on main."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from mcp_static.git.blobs import BlobReader, sizes_of
from mcp_static.git.history import recent_additions
from mcp_static.git.repository import Repository
from mcp_static.model.errors import JsonError
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.layout import SERVERS_ROOT, parse_location
from mcp_static.model.proofs import ProofId
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.strictjson import parse_json
from mcp_static.model.times import SECONDS_A_DAY, parse_time
from mcp_static.rules.file import MAX_FILE_BYTES

_COUNTED: Final = {
    "accepted.json": ("server.json", "proof.json"),
    "status.accepted.json": ("status.json",),
}
"""The notes of the merge, and the files next to them that count."""

_MOST_COMMITS: Final = 20_000
_OLD_IN_A_ROW: Final = 50
"""So many commits dated before the day, without a note of the merge, end the walk: one date may lie."""


@dataclass(slots=True)
class Use:
    """How many publishes and changes of status, and how many bytes they had."""

    publishes: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class DailyUse:
    """The records of one day, by the id of the account that asked, and by namespace, folded.

    Where nobody knows who asked, whoever opened the pull request counts as such. What somebody asks
    for whose account is not what proved it counts against them alone.
    """

    by_account: dict[ForgeId, Use] = field(default_factory=dict)
    by_namespace: dict[str, Use] = field(default_factory=dict)


class _Note(NamedTuple):
    """A note of the merge, read, and the blobs of the files that came with it."""

    path: str
    document: dict[str, Any]
    blobs: list[str]


def daily_use(repository: Repository, commit: str, now: int, merger: str) -> DailyUse:
    """What was published in the day before `now`, by the time that the merge wrote next to each record.

    Walks main from its head, and ends at the first note that is older. Only what `merger`, the identity
    that merges for the registry, committed is such a note.
    """
    notes = list(_notes_since(repository, commit, now - SECONDS_A_DAY, merger))
    sizes = iter(sizes_of(repository, [blob for note in notes for blob in note.blobs]))
    use = DailyUse()
    for note in notes:
        _count(use, note, sum(islice(sizes, len(note.blobs))))
    return use


def _notes_since(repository: Repository, commit: str, begin: int, merger: str) -> Iterator[_Note]:
    """What the merge noted from some time on, newest first."""
    old = 0
    with BlobReader(repository) as blobs:
        for count, change in enumerate(recent_additions(repository, commit, merger)):
            added = {path.path: path.blob for path in change.changes if path.blob is not None}
            notes = [path for path in added if change.is_by_merger and _is_note(path)]
            if not notes:
                old = old + 1 if change.time < begin else 0
            contents = blobs.read((added[path] for path in notes), MAX_FILE_BYTES)
            for path, document in zip(notes, map(_document, contents), strict=True):
                if _accepted_at(document) < begin:
                    return
                folder, _, file = path.rpartition("/")
                beside = [f"{folder}/{one}" for one in _COUNTED[file]]
                yield _Note(path, document, [added[one] for one in beside if one in added])
            if old >= _OLD_IN_A_ROW or count >= _MOST_COMMITS:
                return


def is_strangers(requester: ForgeId | None, owner: ForgeId | None) -> bool:
    """Whether an account asks for what another one's repository or grant proves."""
    return requester is not None and owner is not None and requester != owner


def _count(use: DailyUse, note: _Note, size: int) -> None:
    location = parse_location(note.path)
    if location is None or note.document.get("proof") == ProofId.SOURCE_REGISTRY:
        return  # a mirror is not limited by what its sources publish in a day
    requester = _id(note.document, "requestedBy") or _id(note.document, "openedBy")
    owner = _id(note.document, "account")
    counted = []
    if requester is not None:
        counted.append(use.by_account.setdefault(requester, Use()))
    if not is_strangers(requester, owner):
        counted.append(use.by_namespace.setdefault(location.name.namespace.folded, Use()))
    for one in counted:
        one.publishes += 1
        one.size += size


def _id(document: dict[str, Any], member: str) -> ForgeId | None:
    return recorded_account(part_of(document, member).get("id"))


def _is_note(path: str) -> bool:
    return path.startswith(f"{SERVERS_ROOT}/") and path.rpartition("/")[2] in _COUNTED


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = parse_json(content)
    except JsonError:
        return {}
    return document if isinstance(document, dict) else {}


def _accepted_at(document: dict[str, Any]) -> float:
    """When the merge took it; for a note that does not say, now is as good as any time."""
    try:
        return parse_time(text_of(document, "acceptedAt") or "")
    except ValueError:
        return float("inf")
