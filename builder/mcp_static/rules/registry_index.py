"""A snapshot as the rules ask for it: who has which name, which versions, which remote addresses."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mcp_static.model.layout import Location
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.remotes import remote_addresses
from mcp_static.model.status import StatusRecord
from mcp_static.model.versions import folded_version
from mcp_static.rules.rule import NOTHING_MORE, Allowances, RemoteClaim
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import parse_lifecycle
from mcp_static.settings import Settings
from mcp_static.settings.forges import hosts_of


class SnapshotIndex:
    """Answers the questions of `Surroundings` from memory; grows as records are added."""

    def __init__(self, allowed: Allowances = NOTHING_MORE) -> None:
        self.allowed = allowed
        self._names: dict[str, str] = {}
        self._namespaces: dict[str, str] = {}
        self._versions: dict[str, dict[str, str]] = defaultdict(dict)
        self._remotes: dict[str, set[RemoteClaim]] = defaultdict(set)
        self._nears: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._deleted: set[tuple[str, str]] = set()

    def add(self, name: ServerName, version: str, document: dict[str, Any]) -> None:
        """Add a record; one added again is the same record."""
        text = str(name)
        self._names.setdefault(name.folded, text)
        self._namespaces.setdefault(name.namespace.folded, name.namespace.text)
        self._versions[text].setdefault(folded_version(version), version)
        self.add_remotes(name, version, document)

    def add_remotes(self, name: ServerName, version: str, document: dict[str, Any]) -> None:
        """Take in the addresses of a record alone."""
        for _, address in remote_addresses(document):
            self._remotes[address.near].add(RemoteClaim(str(name), version, str(address)))
            self._nears[str(name), version].add(address.near)

    def set_deleted(self, name: ServerName, version: str, *, is_deleted: bool) -> None:
        """Add the status of a version."""
        key = (str(name), version)
        if is_deleted:
            self._deleted.add(key)
        else:
            self._deleted.discard(key)

    def name_conflict(self, name: ServerName) -> str | None:
        """See `Surroundings`."""
        holder = self._names.get(name.folded, str(name))
        if holder != str(name):
            return holder
        namespace = self._namespaces.get(name.namespace.folded, name.namespace.text)
        return namespace if namespace != name.namespace.text else None

    def version_conflict(self, name: ServerName, version: str) -> str | None:
        """See `Surroundings`."""
        return self._versions.get(str(name), {}).get(folded_version(version))

    def version_count(self, name: ServerName) -> int:
        """See `Surroundings`."""
        return len(self._versions.get(str(name), ()))

    def remote_claims(self, near: str) -> frozenset[RemoteClaim]:
        """See `Surroundings`."""
        claims = self._remotes.get(near, ())
        return frozenset(claim for claim in claims if claim[:2] not in self._deleted)

    def taken_addresses(self, name: ServerName, version: str) -> list[RemoteClaim]:
        """What versions of other servers, none of them deleted, have of a version's addresses."""
        key = (str(name), version)
        taken = set()
        for near in self._nears.get(key, ()):
            own = {claim.address for claim in self._remotes[near] if claim[:2] == key}
            taken |= {claim for claim in self.remote_claims(near) if claim.address in own}
        return sorted(claim for claim in taken if claim.name != str(name))


def allowances(settings: Settings) -> Allowances:
    """What a registry's settings allow."""
    return Allowances(
        settings.remotes.internal,
        hosts_of(settings.forges),
        frozenset((registry.type, registry.url) for registry in settings.package_registries),
    )


def index_of(
    files: Iterable[tuple[Location, bytes]], allowed: Allowances = NOTHING_MORE
) -> SnapshotIndex:
    """The index of a snapshot, from its `server.json` and `status.json` files."""
    index = SnapshotIndex(allowed)
    for location, content in files:
        if location.file == "server.json":
            index.add(location.name, location.version, read_record(content).document)
        elif location.file == "status.json":
            status = parse_lifecycle(content)
            if isinstance(status, StatusRecord):
                is_deleted = status.status is Status.DELETED
                index.set_deleted(location.name, location.version, is_deleted=is_deleted)
    return index
