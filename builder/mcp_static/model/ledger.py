"""The ledger: history replayed into what each version is now, and when it became so.

Ordinals, registry time, update events and `isLatest` all come from here. The ledger is pure: it is
told what each commit of the first-parent line changed, oldest first, and remembers nothing that a
later commit could contradict, so a replay that starts in the middle ends where a whole one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mcp_static.model.commit_records import AcceptedChange, ServerChange, StatusChange
from mcp_static.model.latest import latest_after
from mcp_static.model.ledger_memory import Memory, NoMemory
from mcp_static.model.standing import ServerState, Standing, VersionState
from mcp_static.model.takedown import Takedown
from mcp_static.model.takedowns import Area, TakedownChange, TakedownsInForce
from mcp_static.model.times import day_of
from mcp_static.model.versions import folded_version


class Applied(NamedTuple):
    """What a commit set: the records whose bytes came to stay, and what was accepted, by ordinals."""

    records: list[tuple[int, ServerChange]]
    accepted: list[tuple[int, bytes | None]]


@dataclass(slots=True)
class Day:
    """The update events of one UTC day: the number of its first, and how many."""

    first_event: int
    events: int


@dataclass(frozen=True, slots=True)
class Counters:
    """The state of a replay: what the next commit goes on from."""

    registry_time: int = 0
    next_ordinal: int = 0
    next_server: int = 0
    next_event: int = 0


@dataclass(slots=True)
class _Moves:
    """What one commit moves, at its registry time.

    `moved` get an update event, by ordinals; `affected` are by their servers, which may have another
    latest version.
    """

    now: int
    moved: dict[int, VersionState] = field(default_factory=dict)
    affected: dict[int, dict[int, VersionState]] = field(default_factory=dict)

    def affect(self, version: VersionState) -> None:
        """Note that a version came, went, or is deleted where it was not, or the reverse."""
        assert version.server is not None
        self.affected.setdefault(version.server.number, {})[version.ordinal] = version

    def show_status(self, version: VersionState) -> None:
        """Note that the status that is served of a version has changed."""
        version.status_changed_at = self.now
        if version.is_present:
            self.moved[version.ordinal] = version
            self.affect(version)


class Ledger:
    """Replays commits.

    `changed` maps ordinals to what was there before the replay, and now; `orphans` are the files
    next to a `server.json` that came before there was one, and so apply to nothing; `ignored` are
    those that came to hold other bytes than their first valid ones, which stay in force; `late` are
    the quarantines that were over before they were committed.
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
        self._namespaces: Final[dict[str, list[ServerState]]] = {}
        self.takedowns: Final = TakedownsInForce(self._memory)
        self._chain_lengths: Final[dict[str, int]] = {}
        self.changed: Final[dict[int, tuple[Standing, VersionState]]] = {}
        self.days: Final[dict[int, Day]] = {}
        self.orphans: Final[list[str]] = []
        self.ignored: Final[list[str]] = []
        self.late: Final[list[str]] = []

    @property
    def counters(self) -> Counters:
        """The state of the replay now."""
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
        takedowns: Sequence[TakedownChange] = (),
    ) -> Applied:
        """Replay one commit whose committer time is `time`."""
        now = self._registry_time = max(self._registry_time, time)
        moves = _Moves(now)
        applied = Applied([], [])
        for change in servers:
            version = self._find(change.path) or self._add(change, time)
            self._touch(version)
            was_present = version.is_present
            if self._take(change, version, commit):
                applied.records.append((version.ordinal, change))
            if version.is_present == was_present:
                continue
            moves.affect(version)
            if version.is_present:
                version.status_changed_at = version.status_changed_at or now
                moves.moved[version.ordinal] = version
        for update in statuses:
            self._set_status(update, moves)
        areas, late = self.takedowns.apply(takedowns, now)
        self.late.extend(late)
        for area in areas:
            for version in self._versions_in(area):
                self._set_takedown(version, moves)
        for claim in accepted:
            self._accept(claim, applied)
        for versions in moves.affected.values():
            for version in self._move_latest(list(versions.values())):
                if version.is_present:
                    moves.moved[version.ordinal] = version
        self._record_events(moves)
        return applied

    def version_at(self, path: str) -> VersionState | None:
        """What is at a path of `server.json`, if there ever was one."""
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
                version.commit = bytes.fromhex(commit)
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

    def _set_status(self, change: StatusChange, moves: _Moves) -> None:
        version = self._find(change.server_path)
        if version is None:
            self.orphans.append(change.path)
        elif version.status != change.status:
            self._touch(version)
            version.status = change.status
            if version.takedown is None:  # else it changes nothing that is shown
                moves.show_status(version)

    def _set_takedown(self, version: VersionState, moves: _Moves) -> None:
        takedown = self._takedown_over(version)
        if version.takedown != takedown:
            self._touch(version)
            version.takedown = takedown
            moves.show_status(version)

    def _takedown_over(self, version: VersionState) -> Takedown | None:
        assert version.server is not None
        return self.takedowns.over(version.server.name, version.version)

    def _versions_in(self, area: Area) -> list[VersionState]:
        """The versions of an area, whatever the case of their names."""
        scope = area.scope
        for name in self._memory.servers_of(scope.namespace, subdomains=area.subdomains):
            if not scope.server or name.casefold().partition("/")[2] == scope.server:
                self._known_server(name)
        return [
            version
            for server in self._servers_in(scope.namespace, subdomains=area.subdomains)
            if not scope.server or server.name.casefold().partition("/")[2] == scope.server
            for version in server.versions
            if not scope.version or folded_version(version.version) == scope.version
        ]

    def _servers_in(self, namespace: str, *, subdomains: bool) -> list[ServerState]:
        below = f"{namespace}."
        found = [self._namespaces.get(namespace, [])]
        if subdomains:
            found += [own for other, own in self._namespaces.items() if other.startswith(below)]
        return [server for own in found for server in own]

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
        self._enter(server)
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
            version.takedown = self._takedown_over(version)
        return version

    def _next_in_chain(self, version: str) -> int:
        length = self._chain_lengths.get(version)
        if length is None:
            length = self._memory.version_chain_length(version)
        self._chain_lengths[version] = length + 1
        return length

    def _known_server(self, name: str) -> ServerState | None:
        server = self._servers.get(name)
        if server is None:
            server = self._memory.find_server(name)
            if server is not None:
                self._adopt(server)
        return server

    def _server(self, name: str, ordinal: int) -> ServerState:
        server = self._known_server(name)
        if server is None:
            server = ServerState(self._next_server, name, ordinal, self._holder_before(name))
            self._next_server += 1
            self._enter(server)
        return server

    def _enter(self, server: ServerState) -> None:
        self._servers[server.name] = server
        namespace = server.name.partition("/")[0].casefold()
        self._namespaces.setdefault(namespace, []).append(server)

    def _holder_before(self, name: str) -> str | None:
        """Who had a new name, or its namespace, before it in another case."""
        folded, spelling = name.casefold(), name.partition("/")[0]
        holder = self._holders.get(folded) or self._memory.find_holder(folded) or name
        self._holders[folded] = holder
        if holder != name:
            return holder
        first = self._first_spelling(spelling.casefold()) or spelling
        return first if first != spelling else None

    def _first_spelling(self, namespace: str) -> str | None:
        remembered = self._memory.find_spelling(namespace)
        if remembered is not None or namespace not in self._namespaces:
            return remembered
        return self._namespaces[namespace][0].name.partition("/")[0]

    def _touch(self, version: VersionState) -> None:
        if version.ordinal not in self.changed:
            self.changed[version.ordinal] = (version.standing(), version)

    def _move_latest(self, changed: list[VersionState]) -> list[VersionState]:
        server = changed[0].server
        assert server is not None
        before = server.latest
        after = latest_after(before, changed, server.versions)
        if after is before:
            return []
        server.latest = after
        moved = [version for version in (before, after) if version is not None]
        for version in moved:
            self._touch(version)
            version.is_latest = version is after
        return moved

    def _record_events(self, moves: _Moves) -> None:
        for _, version in sorted(moves.moved.items()):
            day = self.days.setdefault(day_of(moves.now), Day(self._next_event, 0))
            day.events += 1
            self._touch(version)
            version.event = self._next_event
            version.updated_at = moves.now
            self._next_event += 1
