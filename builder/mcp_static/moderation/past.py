"""What history has of a server, or of one version of it, in whatever spelling."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError
from mcp_static.model.layout import (
    IDENTITY_FILE,
    SERVERS_ROOT,
    Location,
    Place,
    parse_location,
    parse_takedown_path,
)
from mcp_static.model.remotes import FREE, remote_addresses
from mcp_static.model.versions import folded_version
from mcp_static.moderation.places import title_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.rule import Record
from mcp_static.rules.run import read_record, structural_findings


@dataclass(frozen=True, slots=True)
class Past:
    """What ever stood in a place, on the first-parent line of a commit.

    `place` is spelled as it came first. `first_valid` has, by path, the blob that each `server.json`
    holds for good, and nothing of one that never was valid. `versions` are all that had a
    `server.json`, valid or not, in their newest spelling. `hosts` are those of the valid remotes.
    """

    place: Place
    first_valid: dict[str, str]
    versions: tuple[str, ...]
    hosts: tuple[str, ...]


def is_within(path: str, place: Place) -> bool:
    """Whether a path lies in a place, in whatever spelling, and is the author's to write.

    A takedown and the memory of whose a name is are not.
    """
    parts = path.split("/")
    if not path.startswith(f"{SERVERS_ROOT}/") or len(parts) < (6 if place.version else 5):
        return False
    namespace, server, *below = (unquote(part) for part in parts[3:])
    if f"{namespace}/{server}".casefold() != f"{place.namespace.text}/{place.server}".casefold():
        return False
    if place.version and folded_version(below[0]) != folded_version(place.version):
        return False
    return below != [IDENTITY_FILE] and parse_takedown_path(path) is None


def past_of(repository: Repository, commit: str, place: Place) -> Past:
    """Read the history of a place; raises InputError if nothing ever stood there."""
    spelled: Place | None = None
    first: dict[str, str] = {}
    versions: dict[str, str] = {}
    hosts: set[str] = set()
    was_there = False
    with BlobReader(repository) as blobs:
        for path, blob, is_file in _written(repository, commit, place):
            was_there = True
            location = parse_location(path)
            if location is None or location.file != "server.json":
                continue
            spelled = spelled or Place(location.name.namespace, location.name.server, place.version)
            versions[folded_version(location.version)] = location.version
            if is_file and path not in first:
                record = _valid_record(blobs, blob, location)
                if record is not None:
                    first[path] = blob
                    hosts |= _hosts(record)
    if not was_there:
        raise InputError(f"The registry never had {title_of(place)}.", "Nothing was changed.")
    return Past(spelled or place, first, tuple(versions.values()), tuple(sorted(hosts)))


def _written(repository: Repository, commit: str, place: Place) -> Iterator[tuple[str, str, bool]]:
    """Each path and blob that a commit wrote in the place, and whether it is a file."""
    for written in first_parent_history(repository, commit):
        for change in written.changes:
            if change.blob is not None and is_within(change.path, place):
                yield change.path, change.blob, change.kind == "file"


def _valid_record(blobs: BlobReader, blob: str, location: Location) -> Record | None:
    record = read_record(next(blobs.read([blob], MAX_FILE_BYTES)), location)
    return None if structural_findings(record) else record


def _hosts(record: Record) -> set[str]:
    """The hosts of a record's remotes; of a template, the domain that is written out."""
    found = set()
    for _, address in remote_addresses(record.document):
        if not address.is_on_the_users_machine:
            _, free, written = address.host.rpartition(FREE)
            found.add(written.partition(".")[2] if free else address.host)
    return found - {""}
