"""What the rules ask about the registry that a change targets, answered by lookups, not loading.

Names and versions are folders, so one listing answers. Who uses a remote address is proposed by the
state of an earlier build, if there is one, and by what changed since; Git decides.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mcp_static.build.output_tree import Output
from mcp_static.git.diffing import changed_since
from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository, has_commit
from mcp_static.git.trees import folders_of, read_file
from mcp_static.model.errors import StoreUnusableError
from mcp_static.model.layout import SERVERS_ROOT, parse_location, record_path
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName, parse_name
from mcp_static.model.reading import remote_urls
from mcp_static.model.status import StatusRecord
from mcp_static.model.versions import folded_version
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import parse_lifecycle
from mcp_static.store.store import Store, telling_damage

_User = tuple[str, str]


class BaseIndex:
    """The base commit, and the records of the change that were judged before; see `Surroundings`."""

    def __init__(self, repository: Repository, base: str, built: Path | None) -> None:
        self._repository: Final = repository
        self._base: Final = base
        self._built: Final = built
        self._brought: Final = SnapshotIndex()
        self._changed: list[_User] | None = None
        self._scanned: dict[str, list[_User]] | None = None
        self.is_scanned = False
        """Whether all records had to be read, because there was no state."""

    def add(self, name: ServerName, version: str, document: dict[str, object]) -> None:
        """Add a record of the change, for those that follow it."""
        self._brought.add(name, version, document)

    def name_conflict(self, name: ServerName) -> str | None:
        """See `Surroundings`."""
        shard = f"{SERVERS_ROOT}/{name.namespace.shard}"
        namespaces = [
            namespace
            for namespace in folders_of(self._repository, self._base, shard)
            if namespace.casefold() == name.namespace.folded
        ]
        if namespaces and name.namespace.text not in namespaces:
            return min(namespaces)
        variants = [
            f"{namespace}/{server}"
            for namespace in namespaces
            for server in folders_of(self._repository, self._base, f"{shard}/{namespace}")
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

    def remote_users(self, url: str) -> frozenset[str]:
        """See `Surroundings`."""
        users = {name for name, version in self._candidates(url) if self._uses(name, version, url)}
        return frozenset(users) | self._brought.remote_users(url)

    def _versions(self, name: ServerName) -> list[str]:
        folder = record_path(name, "1").rpartition("/")[0].rpartition("/")[0]
        found = []
        for segment in folders_of(self._repository, self._base, folder):
            location = parse_location(f"{folder}/{segment}/server.json")
            if location is not None:
                found.append(location.version)
        return found

    def _uses(self, name: str, version: str, url: str) -> bool:
        """Whether a version uses an address in the base, and is not deleted there."""
        path = record_path(parse_name(name), version)
        content = read_file(self._repository, self._base, path, MAX_FILE_BYTES)
        if content is None or url not in remote_urls(read_record(content).document):
            return False
        beside = path.replace("server.json", "status.json")
        status = read_file(self._repository, self._base, beside, MAX_FILE_BYTES)
        lifecycle = parse_lifecycle(status) if status is not None else None
        return not (isinstance(lifecycle, StatusRecord) and lifecycle.status is Status.DELETED)

    def _candidates(self, url: str) -> Iterable[_User]:
        """Who may use an address: too many rather than too few."""
        known = self._from_store(url)
        if known is not None:
            return known
        if self._scanned is None:
            self._scanned = self._scan()
        return self._scanned.get(url, [])

    def _from_store(self, url: str) -> list[_User] | None:
        """Those that an earlier build knew, and those that changed since; None without a build."""
        place = Output(self._built).shown() if self._built is not None else None
        if place is None:
            return None
        try:
            with telling_damage(), Store.open_shared(place.database) as store:
                built = store.facts.inputs.commit
                known = store.entries.remote_users(url)
        except StoreUnusableError:
            return None
        if not has_commit(self._repository, built):
            return None
        return known + self._changed_since(built)

    def _changed_since(self, built: str) -> list[_User]:
        if self._changed is None:
            paths = changed_since(self._repository, built, self._base, SERVERS_ROOT)
            places = {parse_location(changed.path) for changed in paths}
            self._changed = sorted({(str(place.name), place.version) for place in places if place})
        return self._changed

    def _scan(self) -> dict[str, list[_User]]:
        self.is_scanned = True
        users = defaultdict(list)
        files = frozenset({"server.json"})
        for place, content in read_records(self._repository, self._base, files, MAX_FILE_BYTES):
            for url in remote_urls(read_record(content).document):
                users[url].append((str(place.name), place.version))
        return users
