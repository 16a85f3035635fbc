"""What a registry has now, as far as sync has to know it: every version, and where it came from."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.model.layout import SERVERS_ROOT, TAKEDOWN_FILE, Location, RecordFile, parse_location
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.status import ACTIVE, StatusFile, StatusRecord
from mcp_static.proofs.memory import noted_source
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.rule import NOTHING_MORE, Allowances
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import read_status

Key = tuple[str, str]
"""A server's name and a version."""

_READ: Final[tuple[RecordFile, ...]] = ("server.json", "status.json", "accepted.json")
_BATCH: Final = 2_048


@dataclass
class Known:
    """A version that the registry has.

    `source` is where it came from, None for a record of the registry's own. `is_noted` tells whether
    the merge noted how it came, which it did not of what was imported or committed by hand.
    """

    name: ServerName
    version: str
    document: dict[str, Any]
    source: str | None = None
    is_noted: bool = False
    status: StatusFile | None = None
    status_content: bytes | None = None
    is_status_noted: bool = False

    @cached_property
    def digest(self) -> str:
        """The digest of its server object; empty for one without a canonical form."""
        try:
            return digest_of(self.document)
        except InputError:
            return ""

    @property
    def key(self) -> Key:
        """Its name and version, as texts."""
        return str(self.name), self.version

    @property
    def lifecycle(self) -> StatusRecord:
        """The status that it has now, takedowns aside."""
        return ACTIVE if self.status is None else self.status.lifecycle

    @property
    def is_deleted(self) -> bool:
        """Whether it is deleted, takedowns aside."""
        return self.lifecycle.status is Status.DELETED

    @property
    def has_owners_status(self) -> bool:
        """Whether its status is the word of its owner, and not of sync."""
        return self.status is not None and self.status.by is None


@dataclass(slots=True)
class RegistryState:
    """Every version of a commit, the index that rules ask, and whether anything is taken down."""

    index: SnapshotIndex
    known: dict[Key, Known] = field(default_factory=dict)
    has_takedowns: bool = False


def read_state(
    repository: Repository, commit: str, allowed: Allowances = NOTHING_MORE
) -> RegistryState:
    """Read the records of a commit; `allowed` is what `SnapshotIndex` takes of the settings."""
    state = RegistryState(SnapshotIndex(allowed))
    batch: list[tuple[Location, str]] = []
    noted: set[Key] = set()
    for path, blob in entries_of(repository, commit, f"{SERVERS_ROOT}/", recursive=True):
        location = parse_location(path)
        if location is None or not blob.mode.startswith("100"):
            state.has_takedowns |= path.endswith(f"/{TAKEDOWN_FILE}")
        elif location.file in _READ:
            batch.append((location, blob.id))
        elif location.file == "status.accepted.json":
            noted.add((str(location.name), location.version))
    batch.sort(key=lambda one: _READ.index(one[0].file))  # each record before what is next to it
    with BlobReader(repository) as blobs:
        for start in range(0, len(batch), _BATCH):
            part = batch[start : start + _BATCH]
            contents = blobs.read((blob for _, blob in part), MAX_FILE_BYTES)
            for (location, _), content in zip(part, contents, strict=True):
                _take(state, location, content)
    for key in noted & state.known.keys():
        state.known[key].is_status_noted = True
    return state


def _take(state: RegistryState, location: Location, content: bytes) -> None:
    key = (str(location.name), location.version)
    known = state.known.get(key)
    if location.file == "server.json":
        document = read_record(content).document
        state.index.add(location.name, location.version, document)
        state.known[key] = Known(location.name, location.version, document)
    elif known is None:
        return  # it is next to no record, so that it applies to nothing
    elif location.file == "status.json":
        status = read_status(content)
        known.status_content = content
        if isinstance(status, StatusFile):
            known.status = status
            state.index.set_deleted(location.name, location.version, is_deleted=known.is_deleted)
    else:
        known.is_noted = True
        known.source = noted_source(content)
