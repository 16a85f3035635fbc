"""The takedown that hides a version, looked up in a commit by four listings at most."""

from typing import NamedTuple

from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import Repository
from mcp_static.git.trees import TreeEntry, contents_of
from mcp_static.model.layout import (
    SERVERS_ROOT,
    TAKEDOWN_FILE,
    Place,
    parse_location,
    parse_takedown_path,
)
from mcp_static.model.names import Namespace, ServerName
from mcp_static.model.takedown import Takedown, unreadable_takedown
from mcp_static.model.versions import folded_version
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.sidecars import parse_takedown


class Hidden(NamedTuple):
    """A place that is taken down, and what the takedown says."""

    place: Place
    takedown: Takedown


def takedown_over(
    repository: Repository, commit: str, name: ServerName, version: str, now: int
) -> Hidden | None:
    """What hides a version at a moment; of several one that does not end by itself.

    Names count without their case. A takedown that cannot be read still holds, and here for
    the domains below it as well.
    """
    files = _takedown_files(repository, commit, name, version)
    found = []
    for file in files:
        place = parse_takedown_path(file.path)
        if place is None:
            continue
        takedown = _read(repository, file, place)
        is_above = place.namespace.folded != name.namespace.folded
        is_over = takedown.ends_at is not None and takedown.ends_at <= now
        if not is_over and (takedown.subdomains or not is_above):
            found.append(Hidden(place, takedown))
    return min(found, key=lambda hidden: hidden.takedown.ends_at is not None, default=None)


def _takedown_files(
    repository: Repository, commit: str, name: ServerName, version: str
) -> list[TreeEntry]:
    """The takedowns of the version, the server, the namespace, and the domains above it."""
    labels = name.namespace.labels
    above = [Namespace(".".join(labels[:count])) for count in range(1, len(labels) + 1)]
    wanted = {namespace.folded for namespace in above}
    shards = sorted({f"{SERVERS_ROOT}/{namespace.shard}" for namespace in above})
    namespaces = [
        entry
        for entry in contents_of(repository, commit, shards)
        if entry.is_folder and entry.name.casefold() in wanted
    ]
    in_namespaces = contents_of(repository, commit, [entry.path for entry in namespaces])
    own = {entry.path for entry in namespaces if entry.name.casefold() == name.namespace.folded}
    servers = [
        entry.path
        for entry in in_namespaces
        if entry.is_folder
        and entry.path.rpartition("/")[0] in own
        and entry.name.casefold() == name.server.casefold()
    ]
    in_servers = contents_of(repository, commit, servers)
    versions = [entry.path for entry in in_servers if entry.is_folder and _is_version(entry, version)]
    listed = [*in_namespaces, *in_servers, *contents_of(repository, commit, versions)]
    return [entry for entry in listed if entry.name == TAKEDOWN_FILE and not entry.is_folder]


def _is_version(entry: TreeEntry, version: str) -> bool:
    location = parse_location(f"{entry.path}/server.json")
    return location is not None and folded_version(location.version) == folded_version(version)


def _read(repository: Repository, file: TreeEntry, place: Place) -> Takedown:
    if file.mode.startswith("100"):
        with BlobReader(repository) as blobs:
            found = parse_takedown(next(blobs.read([file.id], MAX_FILE_BYTES)), place)
        if isinstance(found, Takedown):
            return found
    return unreadable_takedown(0, subdomains=True)
