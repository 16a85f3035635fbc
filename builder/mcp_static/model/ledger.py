"""The ledger: history replayed into what each version is now, and when it became so.

Ordinals, registry time, update events and `isLatest` all come from here. The ledger is pure: it is
told what each commit of the first-parent line changed, oldest first, and remembers nothing that a
later commit could contradict, so a replay that starts in the middle ends where a whole one does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from mcp_static.model.lifecycle import Status
from mcp_static.model.status import ACTIVE, StatusRecord
from mcp_static.model.times import day_of
from mcp_static.model.versions import folded_version, semantic_version


class Body(NamedTuple):
    """What is kept of a valid record: the rendered server object, and what lists need at hand.

    `words` are its searchable texts, `kinds` what it offers, `card` its title and description, with
    a tab between them.
    """

    server: bytes
    words: str
    kinds: str
    card: str


class ServerChange(NamedTuple):
    """A `server.json` path that a commit added, edited or removed.

    `name` is empty for a path that the layout does not have: it takes an ordinal all the same.
    `blob` is the id of what stands there, None when it is gone; `body` is None when that breaks a
    structural rule. `remotes` are the addresses of its remotes. (A tuple, since workers send a
    hundred thousand.)
    """

    path: str
    name: str
    version: str
    blob: bytes | None
    body: Body | None = None
    remotes: tuple[str, ...] = ()


class StatusChange(NamedTuple):
    """A `status.json` that a commit added or edited, or (active) removed."""

    path: str
    server_path: str
    status: StatusRecord


class AcceptedChange(NamedTuple):
    """An `accepted.json` that a commit added, edited or (None) removed, with the id of its blob."""

    path: str
    server_path: str
    blob: bytes | None
    accepted: bytes | None


class Applied(NamedTuple):
    """What a commit set: the records whose bytes came to stay, and what was accepted, by ordinals."""

    records: list[tuple[int, ServerChange]]
    accepted: list[tuple[int, bytes | None]]


@dataclass(slots=True, eq=False)
class ServerState:
    """A server: its number (its place in the chain `latest`) and its versions.

    `twin_of` names the server that held this name first, if the two differ only in case.
    """

    number: int
    name: str
    first_ordinal: int
    duplicate_of: str | None = None
    versions: "list[VersionState]" = field(default_factory=list)
    holders: dict[str, str] = field(default_factory=dict)
    latest: "VersionState | None" = None

    def add(self, version: "VersionState") -> None:
        """Take in a version; the first of those equal after folding holds the place."""
        self.versions.append(version)
        holder = self.holders.setdefault(folded_version(version.version), version.version)
        version.is_duplicate = self.duplicate_of is not None or holder != version.version


@dataclass(slots=True, eq=False)
class VersionState:
    """A path of `server.json` ever added, and what stands there now; times in seconds since 1970.

    `first_blob` and `accepted_blob` are the ids of the first valid bytes of `server.json` and of
    `accepted.json`, which no others can replace; empty while there were none.
    """

    ordinal: int
    path: str
    published_at: int
    server: ServerState | None = None
    version: str = ""
    version_position: int = 0
    is_duplicate: bool = False
    is_valid: bool = False
    status: StatusRecord = ACTIVE
    status_changed_at: int = 0
    updated_at: int = 0
    event: int | None = None
    is_latest: bool = False
    commit: str = ""
    first_blob: bytes = b""
    accepted_blob: bytes = b""
    body_size: int = 0
    accepted_size: int = 0
    entry_size: int = 0

    @property
    def is_present(self) -> bool:
        """Whether the path has an entry: valid, and not hidden behind an earlier twin."""
        return self.is_valid and not self.is_duplicate

    @property
    def is_deleted(self) -> bool:
        """Whether its status is `deleted`."""
        return self.status.status is Status.DELETED

    def standing(self) -> "Standing":
        """What decides in which documents the entry appears."""
        return Standing(self.is_present, self.is_deleted, self.is_latest, self.event, self.entry_size)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decided in which documents an entry appeared, at one moment."""

    is_present: bool = False
    is_deleted: bool = False
    is_latest: bool = False
    event: int | None = None
    entry_size: int = 0

    @property
    def is_public(self) -> bool:
        """Whether the entry is shown without being asked for deleted ones."""
        return self.is_present and not self.is_deleted

    @property
    def leads(self) -> bool:
        """Whether the entry stands in the chain `latest`."""
        return self.is_latest and self.is_public


@dataclass(slots=True)
class Day:
    """The update events of one UTC day: the number of its first, and how many."""

    first_event: int
    events: int


class Memory(Protocol):
    """Where a replay that starts in the middle looks up what it has not seen itself."""

    def find_version(self, path: str) -> VersionState | None:
        """The version at this path of `server.json`, with its server and all versions of that."""

    def find_server(self, name: str) -> ServerState | None:
        """The server of exactly this name, with all its versions."""

    def find_holder(self, folded: str) -> str | None:
        """The name that came first among those equal to this one without case."""

    def version_chain_length(self, version: str) -> int:
        """How many paths of this version string there were."""


class NoMemory:
    """The memory of a replay from the first commit: empty."""

    def find_version(self, path: str) -> VersionState | None:  # noqa: D102 (see Memory)
        return None

    def find_server(self, name: str) -> ServerState | None:  # noqa: D102
        return None

    def find_holder(self, folded: str) -> str | None:  # noqa: D102
        return None

    def version_chain_length(self, version: str) -> int:  # noqa: D102
        return 0


@dataclass(frozen=True, slots=True)
class Counters:
    """Where a replay stands: what the next commit goes on from."""

    registry_time: int = 0
    next_ordinal: int = 0
    next_server: int = 0
    next_event: int = 0


class Ledger:
    """Replays commits.

    `changed` maps ordinals to what stood there before the replay, and now; `orphans` are the files
    beside a `server.json` that came before there was one, and so speak about nothing; `ignored` are
    those that came to hold other bytes than their first valid ones, which stay in force.
    """

    def __init__(self, memory: Memory | None = None, counters: Counters | None = None) -> None:
        start = counters or Counters()
        self._memory: Final[Memory] = memory or NoMemory()
        self._registry_time = start.registry_time
        self._next_ordinal = start.next_ordinal
        self._next_server = start.next_server
        self._next_event = start.next_event
        self._versions: Final[dict[str, VersionState]] = {}
        self._servers: Final[dict[str, ServerState]] = {}
        self._holders: Final[dict[str, str]] = {}
        self._chain_lengths: Final[dict[str, int]] = {}
        self.changed: Final[dict[int, tuple[Standing, VersionState]]] = {}
        self.days: Final[dict[int, Day]] = {}
        self.orphans: Final[list[str]] = []
        self.ignored: Final[list[str]] = []

    @property
    def counters(self) -> Counters:
        """Where the replay stands now."""
        return Counters(self._registry_time, self._next_ordinal, self._next_server, self._next_event)

    @property
    def servers(self) -> list[ServerState]:
        """The servers that this replay has met, new and old."""
        return list(self._servers.values())

    def apply(
        self,
        commit: str,
        time: int,
        servers: Sequence[ServerChange],
        statuses: Sequence[StatusChange] = (),
        accepted: Sequence[AcceptedChange] = (),
    ) -> Applied:
        """Replay one commit whose committer time is `time`."""
        now = self._registry_time = max(self._registry_time, time)
        moved: dict[int, VersionState] = {}  # what gets an update event
        affected: dict[int, list[VersionState]] = {}  # whose servers may have another latest
        applied = Applied([], [])
        for change in servers:
            version = self._find(change.path) or self._add(change, time)
            self._touch(version)
            was_present = version.is_present
            if self._take(change, version, commit):
                applied.records.append((version.ordinal, change))
            if version.is_present == was_present:
                continue
            self._affect(affected, version)
            if version.is_present:
                version.status_changed_at = version.status_changed_at or now
                moved[version.ordinal] = version
        for update in statuses:
            self._set_status(update, now, moved, affected)
        for claim in accepted:
            self._accept(claim, applied)
        for versions in affected.values():
            for version in self._move_latest(versions):
                if version.is_present:
                    moved[version.ordinal] = version
        self._record_events(moved, now)
        return applied

    def version_at(self, path: str) -> VersionState | None:
        """What stands at a path of `server.json`, if there ever was one."""
        return self._find(path)

    def _take(self, change: ServerChange, version: VersionState, commit: str) -> bool:
        """Let a change decide whether its version is there; gives whether it set the bytes."""
        if change.blob is None:
            version.is_valid = False
        elif change.body is not None and version.first_blob in {b"", change.blob}:
            is_first = not version.first_blob
            version.is_valid = True
            if is_first:
                version.first_blob = change.blob
                version.commit = commit
                version.body_size = len(change.body.server)
            return is_first
        elif version.first_blob:
            self.ignored.append(change.path)
        return False

    def _accept(self, claim: AcceptedChange, applied: Applied) -> None:
        version = self._find(claim.server_path)
        if version is None:
            self.orphans.append(claim.path)
        elif claim.blob is not None and version.accepted_blob not in {b"", claim.blob}:
            self.ignored.append(claim.path)
        else:
            self._touch(version)
            version.accepted_blob = claim.blob or version.accepted_blob
            version.accepted_size = len(claim.accepted or b"")
            applied.accepted.append((version.ordinal, claim.accepted))

    def _set_status(
        self,
        change: StatusChange,
        now: int,
        moved: dict[int, VersionState],
        affected: dict[int, list[VersionState]],
    ) -> None:
        version = self._find(change.server_path)
        if version is None:
            self.orphans.append(change.path)
        elif version.status != change.status:
            self._touch(version)
            version.status = change.status
            version.status_changed_at = now
            if version.is_present:
                moved[version.ordinal] = version
                self._affect(affected, version)

    def _affect(self, affected: dict[int, list[VersionState]], version: VersionState) -> None:
        assert version.server is not None
        versions = affected.setdefault(version.server.number, [])
        if version not in versions:
            versions.append(version)

    def _find(self, path: str) -> VersionState | None:
        version = self._versions.get(path)
        if version is None:
            version = self._memory.find_version(path)
            if version is not None:
                self._versions[path] = version
                if version.server is not None:
                    self._adopt(version.server)
        return version

    def _adopt(self, server: ServerState) -> None:
        self._servers[server.name] = server
        for version in server.versions:
            self._versions[version.path] = version

    def _add(self, change: ServerChange, time: int) -> VersionState:
        version = VersionState(self._next_ordinal, change.path, time)
        self._next_ordinal += 1
        self._versions[change.path] = version
        if change.name:
            version.version = change.version
            version.version_position = self._next_in_chain(version.version)
            version.server = self._server(change.name, version.ordinal)
            version.server.add(version)
        return version

    def _next_in_chain(self, version: str) -> int:
        length = self._chain_lengths.get(version)
        if length is None:
            length = self._memory.version_chain_length(version)
        self._chain_lengths[version] = length + 1
        return length

    def _server(self, name: str, ordinal: int) -> ServerState:
        server = self._servers.get(name)
        if server is None:
            server = self._memory.find_server(name)
            if server is not None:
                self._adopt(server)
        if server is None:
            folded = name.casefold()
            holder = self._holders.get(folded) or self._memory.find_holder(folded)
            duplicate_of = holder if holder != name else None
            server = ServerState(self._next_server, name, ordinal, duplicate_of)
            self._next_server += 1
            self._servers[name] = server
            self._holders.setdefault(folded, holder or name)
        return server

    def _touch(self, version: VersionState) -> None:
        if version.ordinal not in self.changed:
            self.changed[version.ordinal] = (version.standing(), version)

    def _move_latest(self, changed: list[VersionState]) -> list[VersionState]:
        server = changed[0].server
        assert server is not None
        before = server.latest
        after = _latest_after(before, changed, server.versions)
        if after is before:
            return []
        server.latest = after
        moved = [version for version in (before, after) if version is not None]
        for version in moved:
            self._touch(version)
            version.is_latest = version is after
        return moved

    def _record_events(self, moved: dict[int, VersionState], now: int) -> None:
        for _, version in sorted(moved.items()):
            day = self.days.setdefault(day_of(now), Day(self._next_event, 0))
            day.events += 1
            self._touch(version)
            version.event = self._next_event
            version.updated_at = now
            self._next_event += 1


def _latest_after(
    before: VersionState | None, changed: list[VersionState], versions: list[VersionState]
) -> VersionState | None:
    """The latest version, without looking at all of them when one was merely added."""
    if len(changed) == 1 and changed[0] is not before and (before is None or _is_public(before)):
        challenger = changed[0]
        if _is_public(challenger) and (before is not None or len(versions) == 1):
            return challenger if before is None or _succeeds(challenger, before) else before
    return latest_of(versions)


def _is_public(version: VersionState) -> bool:
    return version.is_present and not version.is_deleted


def latest_of(versions: Iterable[VersionState]) -> VersionState | None:
    """The version that is latest: the highest semantic one, else the one published last.

    Deleted versions count only when there are no others; None when nothing is present.
    """
    present = [version for version in versions if version.is_present]
    pool = [version for version in present if not version.is_deleted] or present
    latest: VersionState | None = None
    for version in pool:
        if latest is None or _succeeds(version, latest):
            latest = version
    return latest


def _succeeds(version: VersionState, other: VersionState) -> bool:
    mine, others = semantic_version(version.version), semantic_version(other.version)
    if mine is None or others is None:
        return mine is not None or (others is None and version.ordinal > other.ordinal)
    order = mine.compare(others)
    return order > 0 or (order == 0 and version.ordinal > other.ordinal)
