"""A handover of a sync held against the lists, what operators decided, and the records of main."""

import hashlib
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mcp_static.check.takedowns_over import takedown_over
from mcp_static.git.commits import is_on_first_parent_line
from mcp_static.git.repository import Repository, read_settings, resolve_commit
from mcp_static.git.writing import NewCommit
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.model.layout import Location, parse_location
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.proofs import ProofId
from mcp_static.model.remotes import MAX_ADDRESSES
from mcp_static.model.status import StatusFile
from mcp_static.model.times import LAST_SECOND, parse_time
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import read_status
from mcp_static.settings import Settings
from mcp_static.settings.sources import Source, pin_of
from mcp_static.syncing.admitting import LONGEST_NOTE
from mcp_static.syncing.handover import FIX, HandedReview, SyncHandover, decoded
from mcp_static.syncing.messages import changes_message, review_branch, review_title, version_message
from mcp_static.syncing.registry_state import Known, RegistryState, read_state
from mcp_static.syncing.reviews import Proposal

_FILES: Final = frozenset({"server.json", "accepted.json", "status.json"})
_Line = Annotated[str, StringConstraints(max_length=2_000)]
_Address = Annotated[str, StringConstraints(max_length=LONGEST_NOTE)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Facts(_Part):
    source: _Line
    digest: Annotated[str, StringConstraints(pattern="^sha256:[0-9a-f]{64}$")]
    published_at: _Line = Field(alias="publishedAt")


class _Note(_Part):
    """The only `accepted.json` that a sync may write."""

    proof: Literal[ProofId.SOURCE_REGISTRY]
    facts: _Facts
    remotes: tuple[_Address, ...] = Field((), max_length=MAX_ADDRESSES)
    accepted_at: _Line = Field(alias="acceptedAt")


def judged(
    repository: Repository, handed: SyncHandover, *, adopt: bool = False
) -> tuple[tuple[NewCommit, ...], tuple[Proposal, ...]]:
    """The commits and proposals of a handover, if a sync of the registry as it is could make them.

    With `adopt`, records of the registry's own may be handed over to sync, as `sync --adopt` does. What
    has come to main since the sources were read changes nothing, unless it is about the same.
    Raises InputError for a handover of another history, and for what no sync would do.
    """
    head = resolve_commit(repository, "HEAD")
    if not is_on_first_parent_line(repository, handed.before, head):
        raise InputError(
            f"The handover is for {handed.before[:12]}, which {head[:12]} does not come from.", FIX
        )
    judge = _Judge(repository, head, adopt=adopt)
    changes = judge.changes(decoded(handed.changes))
    proposals = tuple(judge.proposal(one) for one in handed.reviews)
    versions = [judge.version(decoded(one)) for one in handed.versions]
    if not (changes or versions):
        return (), proposals
    message = changes_message(changes, len(versions))
    return (NewCommit(judge.now, message, changes), *versions), proposals


class _Judge:
    """Holds what was handed over against a commit."""

    def __init__(self, repository: Repository, head: str, *, adopt: bool) -> None:
        self.now: Final = int(time.time())
        self._repository: Final = repository
        self._head: Final = head
        self._adopt: Final = adopt
        self._settings: Final[Settings] = read_settings(repository, head)
        self._registry: Final[RegistryState] = read_state(repository, head)
        self._taken: Final = set(self._registry.known)

    @cached_property
    def _own(self) -> set[str]:
        """The servers of the registry's own, but for those that are adopted."""
        return {one.name.folded for one in self._registry.known.values() if not one.source}

    def version(self, files: dict[str, bytes]) -> NewCommit:
        """The commit of a new version: its record, its note and perhaps its status."""
        places = {self._place(path): path for path in files}
        place = self._one(places)
        by_file = {one.file: files[path] for one, path in places.items()}
        self._new(place, "auto")
        record, accepted = by_file.get("server.json"), by_file.get("accepted.json", b"")
        note = self._note(place, accepted, "auto")
        if record is None or note is None:
            raise _refused(places[place], "comes without its record, or without a note of a sync")
        self._require_pinned(place, record, note)
        if "status.json" in by_file:
            is_ours = _is_of_sync(place, by_file["status.json"], None)
            self._require(is_ours, places[place], _NO_STATUS)
        published = _time_of(note)
        self._require(published <= self.now, places[place], "is dated in the future")
        return NewCommit(published, version_message(place.name, place.version), files)

    def changes(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """What may be changed of what the registry has: statuses, and notes of what is adopted."""
        places = {path: self._place(path) for path in files}
        adopted = {_key(place) for place in places.values() if place.file == "accepted.json"}
        for path, place in places.items():
            known = self._registry.known.get(_key(place))
            if known is None or place.file == "server.json":
                raise _refused(path, "is of no version that is here")
            if place.file == "accepted.json":
                is_free = self._adopt and not known.is_noted
                note = self._note(place, files[path], "auto", "review") if is_free else None
                if note is None:
                    raise _refused(path, "is no note of a sync")
                known.source = note.facts.source
            else:
                self._status(path, place, known, files[path], is_adopted=_key(place) in adopted)
        return files

    def proposal(self, handed: HandedReview) -> Proposal:
        """A proposal of new versions of one server."""
        files = decoded(handed.files)
        places = {self._place(path): path for path in files}
        for place, path in places.items():
            self._require(place.file == "server.json", path, "is not a new version")
            self._new(place, "review")
        name = self._one(places, of="server").name
        versions = [place.version for place in places]
        return Proposal(review_branch(name), review_title(name, versions), handed.body, files)

    def _new(self, place: Location, mode: str) -> None:
        """Require that a version may come in, as far as its name tells; it is taken from then on."""
        title = f"{place.name} {place.version}"
        is_new = _key(place) not in self._taken and place.name.folded not in self._own
        self._require(is_new, title, "is of a version or a server that is here already")
        tables = self._tables(place.name, place.version, mode)
        self._require(bool(tables), title, f"is on no list that says {mode}")
        blocked = self._settings.blocked.pattern_over(place.name.namespace.text)
        self._require(not blocked, title, "is of a namespace that is blocked")
        self._require(not self._settings.merge.frozen, title, "comes while publishing is closed")
        self._require(not self._is_hidden(place), title, "was taken down")
        self._taken.add(_key(place))

    def _is_hidden(self, place: Location) -> bool:
        if not self._registry.has_takedowns:
            return False
        found = takedown_over(self._repository, self._head, place.name, place.version, self.now)
        return found is not None

    def _status(
        self, path: str, place: Location, known: Known, content: bytes, *, is_adopted: bool
    ) -> None:
        """Require a status that sync may set; it restores nothing that no list approves."""
        is_ours = known.source is not None or is_adopted
        may_set = is_ours and (is_adopted or not known.has_owners_status)
        is_next = _is_of_sync(place, content, known.status_content)
        self._require(may_set and is_next, path, _NO_STATUS)
        status = read_status(content)
        is_shown = isinstance(status, StatusFile) and status.status is not Status.DELETED
        if is_shown and known.is_deleted:
            tables = self._tables(place.name, place.version, "auto", "review")
            is_approved = any(self._pin(place, one.address) in {None, known.digest} for one in tables)
            self._require(is_approved, path, "restores what no list approves")

    def _tables(self, name: ServerName, version: str, *modes: str) -> list[Source]:
        """The tables that approve a version, at once or after a review."""
        return [
            one
            for one in self._settings.sources
            if one.approve in modes and one.covers(str(name), version)
        ]

    def _note(self, place: Location, content: bytes, *modes: str) -> _Note | None:
        """A note of a sync, if it names a source whose list approves the version."""
        try:
            note = _Note.model_validate_json(content)
        except ValidationError:
            return None
        addresses = {one.address for one in self._tables(place.name, place.version, *modes)}
        return note if note.facts.source in addresses else None

    def _pin(self, place: Location, address: str) -> str | None:
        return pin_of(self._settings.sources, address, str(place.name), place.version)

    def _require_pinned(self, place: Location, record: bytes, note: _Note) -> None:
        """Require the very contents that a version is pinned to, if it is."""
        pin = self._pin(place, note.facts.source)
        if pin is None:
            return
        is_pinned = {pin} == {note.facts.digest, digest_of(read_record(record).document)}
        self._require(is_pinned, f"{place.name} {place.version}", "is not what it is pinned to")

    def _place(self, path: str) -> Location:
        place = parse_location(path)
        if place is None or place.file not in _FILES:
            raise _refused(path, "is no file of a sync")
        return place

    def _one(self, places: Mapping[Location, str], of: str = "version") -> Location:
        """A place that stands for all, which have to be of one version, or of one server."""
        first = next(iter(places))
        keys = {_key(place) if of == "version" else (str(place.name), "") for place in places}
        self._require(len(keys) == 1, places[first], f"comes with those of another {of}")
        return first

    def _require(self, holds: bool, what: str, message: str) -> None:
        if not holds:
            raise _refused(what, message)


_NO_STATUS: Final = "is no status of a sync"


def _refused(what: str, message: str) -> InputError:
    return InputError(f"What was handed over does not hold: {what} {message}.", FIX)


def _is_of_sync(place: Location, content: bytes, replaced: bytes | None) -> bool:
    """Whether a `status.json` is sync's, and meant for this version, after the one that is there."""
    status = read_status(content)
    before = hashlib.sha256(replaced).hexdigest() if replaced is not None else None
    return (
        isinstance(status, StatusFile)
        and (status.by, status.proof, status.replaces) == ("sync", None, before)
        and (status.name, status.version) == _key(place)
    )


def _time_of(note: _Note) -> int:
    """When the source published a version; after all times for what is none."""
    try:
        published = int(parse_time(note.facts.published_at))
    except ValueError:
        return LAST_SECOND
    return published if published >= 0 else LAST_SECOND


def _key(place: Location) -> tuple[str, str]:
    return str(place.name), place.version
