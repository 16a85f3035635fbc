"""What the rules ask about the registry that a change targets, answered by lookups, not loading.

Names and versions are folders, so one listing answers. Who uses a remote address is proposed by the
state of an earlier build, if there is one, and by what changed since; Git decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.check.takedowns_over import takedown_over
from mcp_static.git.blobs import BlobReader
from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository
from mcp_static.git.trees import folders_of, read_file
from mcp_static.model.layout import SERVERS_ROOT, Location, parse_location, record_path
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName, parse_name
from mcp_static.model.remotes import near_addresses, remote_addresses
from mcp_static.model.status import StatusRecord
from mcp_static.model.versions import folded_version
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.rule import NOTHING_MORE, Allowances, RemoteClaim
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import parse_lifecycle

_User = tuple[str, str]

_ALWAYS: Final = 0
"""A moment before any quarantine ends: what it hid stays reserved until its file is removed."""


class BaseIndex:
    """The base commit, and the records of the change that were judged before; see `Surroundings`."""

    def __init__(
        self,
        repository: Repository,
        base: str,
        earlier: EarlierBuild,
        allowed: Allowances = NOTHING_MORE,
    ) -> None:
        self._repository: Final = repository
        self.base: Final = base
        self._earlier: Final = earlier
        self.allowed: Final = allowed
        self._brought: Final = SnapshotIndex()
        self._known: Final[dict[str, frozenset[RemoteClaim]]] = {}
        self._claims: Final[dict[_User, list[tuple[str, RemoteClaim]]]] = {}
        self._folders: Final[dict[str, list[str]]] = {}
        self._changed: dict[str, list[_User]] | None = None
        self._scanned: dict[str, list[_User]] | None = None
        self.is_scanned = False
        """Whether all records had to be read, because there was no state."""

    def add(self, name: ServerName, version: str, document: dict[str, object]) -> None:
        """Add a record of the change, for those that follow it."""
        self._brought.add(name, version, document)

    def add_remotes(self, name: ServerName, version: str, document: dict[str, object]) -> None:
        """Take in the addresses of a version that the change makes active again."""
        self._brought.add_remotes(name, version, document)

    def is_new_namespace(self, name: ServerName) -> bool:
        """Whether no server is under the name's namespace yet, in whatever case."""
        shard = f"{SERVERS_ROOT}/{name.namespace.shard}"
        return all(
            namespace.casefold() != name.namespace.folded for namespace in self._folders_in(shard)
        )

    def name_conflict(self, name: ServerName) -> str | None:
        """See `Surroundings`."""
        shard = f"{SERVERS_ROOT}/{name.namespace.shard}"
        namespaces = [
            namespace
            for namespace in self._folders_in(shard)
            if namespace.casefold() == name.namespace.folded
        ]
        if namespaces and name.namespace.text not in namespaces:
            return min(namespaces)
        variants = [
            f"{namespace}/{server}"
            for namespace in namespaces
            for server in self._folders_in(f"{shard}/{namespace}")
            if server.casefold() == name.server.casefold()
        ]
        if not variants or str(name) in variants:
            return None if variants else self._brought.name_conflict(name)
        return min(variants)

    def version_conflict(self, name: ServerName, version: str) -> str | None:
        """See `Surroundings`."""
        wanted = folded_version(version)
        for known in self._versions(name):
            if folded_version(known) == wanted:
                return known
        return self._brought.version_conflict(name, version)

    def version_count(self, name: ServerName) -> int:
        """See `Surroundings`."""
        return len(self._versions(name)) + self._brought.version_count(name)

    def remote_claims(self, near: str) -> frozenset[RemoteClaim]:
        """See `Surroundings`."""
        known = self._known.get(near)
        if known is None:
            users = set(self._candidates(near))
            claims = [claim for user in users for claim in self._claims_of(*user)]
            known = self._known[near] = frozenset(claim for place, claim in claims if place == near)
        return known | self._brought.remote_claims(near)

    def acceptance(self, claim: RemoteClaim) -> dict[str, Any]:
        """What the merge noted of a claim's version, if it is in the base; else nothing."""
        path = record_path(parse_name(claim.name), claim.version, "accepted.json")
        content = self._read(path)
        return read_record(content).document if content is not None else {}

    def has_server(self, name: ServerName) -> bool:
        """Whether the base has a server of that name, whatever its case."""
        shard = f"{SERVERS_ROOT}/{name.namespace.shard}"
        return any(
            server.casefold() == name.server.casefold()
            for namespace in self._folders_in(shard)
            if namespace.casefold() == name.namespace.folded
            for server in self._folders_in(f"{shard}/{namespace}")
        )

    def _folders_in(self, folder: str) -> list[str]:
        """The folders right below one of the base, listed once."""
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = folders_of(self._repository, self.base, folder)
        return known

    def _versions(self, name: ServerName) -> list[str]:
        folder = record_path(name, "1").rpartition("/")[0].rpartition("/")[0]
        found = []
        for segment in self._folders_in(folder):
            location = parse_location(f"{folder}/{segment}/server.json")
            if location is not None:
                found.append(location.version)
        return found

    def _claims_of(self, name: str, version: str) -> list[tuple[str, RemoteClaim]]:
        """The addresses that a version keeps in the base, each with what it is looked up by."""
        claims = self._claims.get((name, version))
        if claims is None:
            server = parse_name(name)
            content = self._read(record_path(server, version))
            document = read_record(content).document if content is not None else {}
            has_any = bool(document) and self._keeps_its_addresses(server, version)
            claims = self._claims[name, version] = [
                (address.near, RemoteClaim(name, version, str(address)))
                for _, address in (remote_addresses(document) if has_any else ())
            ]
        return claims

    def _keeps_its_addresses(self, name: ServerName, version: str) -> bool:
        """What its owner has deleted does not; what an operator took down does all the same."""
        if not self.is_deleted(name, version):
            return True
        return takedown_over(self._repository, self.base, name, version, _ALWAYS) is not None

    def is_deleted(self, name: ServerName, version: str) -> bool:
        """Whether its owner has deleted a version of the base."""
        content = self._read(record_path(name, version, "status.json"))
        lifecycle = parse_lifecycle(content) if content is not None else None
        return isinstance(lifecycle, StatusRecord) and lifecycle.status is Status.DELETED

    def _read(self, path: str) -> bytes | None:
        return read_file(self._repository, self.base, path, MAX_FILE_BYTES)

    def _candidates(self, near: str) -> Iterable[_User]:
        """Who may use an address: too many rather than too few."""
        known = self._from_store(near)
        if known is not None:
            return known
        if self._scanned is None:
            self._scanned = self._scan()
        return self._scanned.get(near, [])

    def _from_store(self, near: str) -> list[_User] | None:
        """Those that an earlier build knew, and those that changed since; None without a build."""
        if not self._earlier.is_of_this_repository:
            return None
        known = self._earlier.ask(lambda store: store.entries.remote_users(near))
        if known is None:
            return None
        if self._changed is None:
            self._changed = _users(self._changed_records())
        return known + self._changed.get(near, [])

    def _changed_records(self) -> Iterator[tuple[Location, bytes]]:
        """The records that came since the earlier build, or have other bytes."""
        found = [
            (place, changed.after.id)
            for changed in self._earlier.changed
            if changed.after is not None and changed.after.mode.startswith("100")
            if (place := parse_location(changed.path)) and place.file == "server.json"
        ]
        if not found:
            return
        with BlobReader(self._repository) as blobs:
            contents = blobs.read((blob for _, blob in found), MAX_FILE_BYTES)
            for (place, _), content in zip(found, contents, strict=True):
                yield place, content

    def _scan(self) -> dict[str, list[_User]]:
        self.is_scanned = True
        files = frozenset({"server.json"})
        return _users(read_records(self._repository, self.base, files, MAX_FILE_BYTES))


def _users(records: Iterable[tuple[Location, bytes]]) -> dict[str, list[_User]]:
    """Who uses which address, by what addresses are looked up by."""
    users = defaultdict(list)
    for place, content in records:
        for near in near_addresses(read_record(content).document):
            users[near].append((str(place.name), place.version))
    return users
