"""What a sync is going to do: versions to take in, statuses to set, and what people should know."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.status import StatusRecord
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings.sources import Source
from mcp_static.syncing.reading import Served
from mcp_static.syncing.registry_state import Key, Known

NOT_APPROVED: Final = StatusRecord(
    status=Status.DELETED, statusMessage="No longer approved for this registry."
)
GONE: Final = StatusRecord(
    status=Status.DELETED, statusMessage="No longer served by the registry that it came from."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A version to take in: its `server.json` as bytes, and who approved it, if anybody had to."""

    name: ServerName
    version: str
    served: Served
    source: Source
    content: bytes
    approved_by: str = ""

    @property
    def title(self) -> str:
        """Name and version, for messages."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class NewStatus:
    """A status to give a version; `source` is the address in whose name."""

    known: Known
    status: StatusRecord
    source: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """A version that is here already, and from now on counts as taken in from a source."""

    known: Known
    served: Served
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a plan may do; `approvals` are digests by version, with who approved each."""

    allow_withdraw_all: bool = False
    adopt: bool = False
    approvals: Mapping[tuple[Key, str], str] = field(default_factory=dict)
    is_hidden: Callable[[ServerName, str], bool] = lambda _name, _version: False


@dataclass(slots=True)
class Plan:
    """What to change, and what people should know of each address.

    `is_whole` tells whether every source was read to its end.
    """

    is_whole: bool = True
    incoming: list[Incoming] = field(default_factory=list)
    proposed: list[Incoming] = field(default_factory=list)
    statuses: list[NewStatus] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    @property
    def withdrawn(self) -> list[NewStatus]:
        """The statuses that hide what was served."""
        return [
            new
            for new in self.statuses
            if new.status.status is Status.DELETED and not new.known.is_deleted
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.incoming or self.statuses or self.adoptions)

    def say(
        self, address: str, level: Level, kind: str, message: str, fix: str = "", path: str = ""
    ) -> None:
        """Note what people should know of an address."""
        self.findings[address].append(Finding(kind, level, message, fix, path))
