"""What the ledger knows about servers and versions, and the state of an entry at one moment."""

from dataclasses import dataclass, field

from mcp_static.model.lifecycle import Status
from mcp_static.model.status import ACTIVE, StatusRecord
from mcp_static.model.takedown import Takedown
from mcp_static.model.versions import folded_version


@dataclass(slots=True, eq=False)
class ServerState:
    """A server: its number (its place in the chain `latest`) and its versions.

    `duplicate_of` names the server that held this name first, if the two differ only in case, or the
    namespace that was first, if the two namespaces do.
    """

    number: int
    name: str
    first_ordinal: int
    duplicate_of: str | None = None
    versions: "list[VersionState]" = field(default_factory=list)
    holders: dict[str, str] = field(default_factory=dict)
    latest: "VersionState | None" = None

    def add(self, version: "VersionState") -> None:
        """Add a version; the first of those equal after folding holds the place."""
        self.versions.append(version)
        holder = self.holders.setdefault(folded_version(version.version), version.version)
        version.is_duplicate = self.duplicate_of is not None or holder != version.version


@dataclass(slots=True, eq=False)
class VersionState:
    """A path of `server.json` ever added, and what is there now; times in seconds since 1970.

    `status` is what its owner says, and `takedown` what the operator does, who has the last word.
    `commit` is the id of the commit that brought it. (Ids are bytes, as a million take much memory.)
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
    takedown: Takedown | None = None
    status_changed_at: int = 0
    updated_at: int = 0
    event: int | None = None
    is_latest: bool = False
    commit: bytes = b""
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
        """Whether it is served to those alone who ask for deleted entries."""
        return self.takedown is not None or self.status.status is Status.DELETED

    @property
    def shown_status(self) -> StatusRecord:
        """The status that is served."""
        if self.takedown is None:
            return self.status
        return StatusRecord.model_construct(status=Status.DELETED, status_message=self.takedown.reason)

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
        """Whether the entry is in the chain `latest`."""
        return self.is_latest and self.is_public
