"""What a sync hands to the part that may write: a bounded JSON of plain values, judged there.

Whoever reads sources parses what strangers wrote, and needs no right to write. The other part parses
none of it: it looks at paths, at what the registry itself wrote before, and at the two small files
that sync writes. So whoever takes over a parser can at worst bring records of servers that a list
names, and set the statuses of versions that came from a source.
"""

import base64
import binascii
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mcp_static.git.repository import Repository, read_settings, resolve_commit
from mcp_static.git.writing import NewCommit
from mcp_static.model.errors import InputError
from mcp_static.model.layout import Location, parse_location
from mcp_static.model.proofs import ProofId
from mcp_static.model.status import StatusFile
from mcp_static.model.times import LAST_SECOND
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.sidecars import read_status
from mcp_static.settings import Settings
from mcp_static.syncing.registry_state import Known, RegistryState, read_state
from mcp_static.syncing.reviews import Proposal

_MAX_BYTES: Final = 512 << 20
_FILES: Final = frozenset({"server.json", "accepted.json", "status.json"})
_Line = Annotated[str, StringConstraints(max_length=2_000)]
_Text = Annotated[str, StringConstraints(max_length=1 << 20)]
_Content = Annotated[str, StringConstraints(max_length=MAX_FILE_BYTES * 2)]
_FIX: Final = "`mcp-static sync --handover FILE` writes it, from the commit that main is at."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HandedCommit(_Part):
    """A commit: its time, its message, and its files in base64."""

    time: int = Field(ge=0, le=LAST_SECOND)
    message: _Text
    files: dict[_Line, _Content] = Field(max_length=1_000_000)


class HandedReview(_Part):
    """A pull request to open."""

    branch: Annotated[str, StringConstraints(pattern=r"^mcp-sync/[A-Za-z0-9-]{1,250}$")]
    title: _Line
    body: _Text
    files: dict[_Line, _Content] = Field(min_length=1, max_length=100)


class _Facts(_Part):
    source: _Line
    digest: Annotated[str, StringConstraints(pattern="^sha256:[0-9a-f]{64}$")]
    published_at: _Line = Field(alias="publishedAt")


class _Note(_Part):
    """The only `accepted.json` that a sync may write."""

    proof: Literal[ProofId.SOURCE_REGISTRY]
    facts: _Facts
    remotes: tuple[_Line, ...] = Field((), max_length=1_000)
    accepted_at: _Line = Field(alias="acceptedAt")


class SyncHandover(_Part):
    """What a sync would commit to a registry at `before`, and what it would propose."""

    format: Literal[1] = 1
    before: Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
    commits: tuple[HandedCommit, ...] = ()
    reviews: tuple[HandedReview, ...] = ()

    @classmethod
    def of(cls, before: str, commits: Sequence[NewCommit], reviews: Sequence[Proposal]) -> Self:
        """What is handed over of a sync."""
        return cls(
            before=before,
            commits=tuple(
                HandedCommit(time=one.time, message=one.message, files=_encoded(one.files))
                for one in commits
            ),
            reviews=tuple(
                HandedReview(
                    branch=one.branch, title=one.title, body=one.body, files=_encoded(one.files)
                )
                for one in reviews
            ),
        )


def read_sync_handover(path: Path) -> SyncHandover:
    """Read a handover; raises InputError for a file that is not one, or is larger than one can be."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", _FIX) from None
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path} is larger than {_MAX_BYTES} bytes.", _FIX)
    try:
        return SyncHandover.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{path} is not what a sync hands over: {where} {first['msg']}.", _FIX
        ) from None


def judged(
    repository: Repository, handed: SyncHandover
) -> tuple[tuple[NewCommit, ...], tuple[Proposal, ...]]:
    """The commits and proposals of a handover, held against the registry as it is.

    Raises InputError for a handover of another commit, and for what no sync would do.
    """
    head = resolve_commit(repository, "HEAD")
    if handed.before != head:
        raise InputError(f"The handover is for {handed.before[:12]}, and HEAD is {head[:12]}.", _FIX)
    judge = _Judge(read_settings(repository, head), read_state(repository, head))
    commits = tuple(judge.commit(one) for one in handed.commits)
    proposals = tuple(judge.proposal(one) for one in handed.reviews)
    return commits, proposals


class _Judge:
    """Holds what was handed over against the settings and the records of main."""

    def __init__(self, settings: Settings, registry: RegistryState) -> None:
        self._settings: Final = settings
        self._registry: Final = registry
        self._own: Final = {one.name.folded for one in registry.known.values() if not one.source}
        self._brought: Final[set[tuple[str, str]]] = set()
        self._latest: Final = int(time.time()) + 600

    def commit(self, handed: HandedCommit) -> NewCommit:
        """A commit that a sync may make."""
        files = _decoded(handed.files)
        self._require(handed.time <= self._latest, "a commit", "is dated in the future")
        places = {path: self._place(path) for path in files}
        self._brought.update(_key(place) for place in places.values() if place.file == "server.json")
        for path, place in places.items():
            self._file(path, place, files[path])
        return NewCommit(handed.time, handed.message, files)

    def proposal(self, handed: HandedReview) -> Proposal:
        """A proposal that a sync may open."""
        files = _decoded(handed.files)
        for path in files:
            place = self._place(path)
            is_new = place.file == "server.json" and _key(place) not in self._registry.known
            self._require(is_new, path, "is not a new version")
            self._require(self._is_listed(place, review=True), path, "is not on a list for reviews")
        return Proposal(handed.branch, handed.title, handed.body, files)

    def _file(self, path: str, place: Location, content: bytes) -> None:
        known = self._registry.known.get(_key(place))
        if place.file == "server.json":
            is_new = known is None and place.name.folded not in self._own
            self._require(is_new, path, "is of a version or a server that is here already")
            self._require(self._is_listed(place, review=False), path, "is on no list")
        elif place.file == "accepted.json":
            is_free = known is None or not known.is_noted
            self._require(is_free and self._is_note(content), path, "is no note of a sync")
        else:
            status = read_status(content)
            is_ours = isinstance(status, StatusFile) and status.by == "sync"
            self._require(is_ours and self._may_set(place, known), path, "is no status of a sync")

    def _may_set(self, place: Location, known: Known | None) -> bool:
        """Whether the status of a version is sync's to set."""
        if known is None:
            return _key(place) in self._brought
        return known.source is not None and not known.has_owners_status

    def _is_note(self, content: bytes) -> bool:
        try:
            note = _Note.model_validate_json(content)
        except ValidationError:
            return False
        return note.facts.source in {source.address for source in self._settings.sources}

    def _is_listed(self, place: Location, *, review: bool) -> bool:
        """Whether a table approves a version, at once or after a review."""
        mode = "review" if review else "auto"
        name = str(place.name)
        return any(
            source.approve == mode and source.covers(name, place.version)
            for source in self._settings.sources
        )

    def _place(self, path: str) -> Location:
        place = parse_location(path)
        if place is None or place.file not in _FILES:
            raise InputError(f"What was handed over does not hold: {path} is no file of a sync.", _FIX)
        return place

    def _require(self, holds: bool, what: str, message: str) -> None:
        if not holds:
            raise InputError(f"What was handed over does not hold: {what} {message}.", _FIX)


def _key(place: Location) -> tuple[str, str]:
    return str(place.name), place.version


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in files.items()}


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    try:
        found = {path: base64.b64decode(text, validate=True) for path, text in files.items()}
    except binascii.Error:
        raise InputError("What was handed over does not hold: a file is not base64.", _FIX) from None
    for path, content in found.items():
        if len(content) > MAX_FILE_BYTES:
            raise InputError(f"What was handed over does not hold: {path} is too large.", _FIX)
    return found
