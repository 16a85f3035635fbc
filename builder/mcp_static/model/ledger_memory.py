"""Where the ledger looks up what it has not seen itself."""

from collections.abc import Iterable
from typing import Protocol

from mcp_static.model.standing import ServerState, VersionState
from mcp_static.model.takedowns import PlacedTakedown, TakedownMemory


class Memory(TakedownMemory, Protocol):
    """Where a replay that starts in the middle looks up what it has not seen itself."""

    def find_version(self, path: str) -> VersionState | None:
        """The version at this path of `server.json`, with its server and all versions of that."""

    def find_server(self, name: str) -> ServerState | None:
        """The server of exactly this name, with all its versions."""

    def find_holder(self, folded: str) -> str | None:
        """The name that came first among those equal to this one without case."""

    def find_spelling(self, namespace: str) -> str | None:
        """How a namespace, given without case, was spelled first."""

    def servers_of(self, namespace: str, *, subdomains: bool) -> Iterable[str]:
        """The names in a namespace, given without case, or also in the domains below it."""

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

    def find_spelling(self, namespace: str) -> str | None:  # noqa: D102
        return None

    def servers_of(self, namespace: str, *, subdomains: bool) -> Iterable[str]:  # noqa: D102
        return ()

    def version_chain_length(self, version: str) -> int:  # noqa: D102
        return 0

    def has_takedowns(self) -> bool:  # noqa: D102 (see TakedownMemory)
        return False

    def quarantines(self) -> Iterable[PlacedTakedown]:  # noqa: D102
        return ()

    def takedowns_on(self, scope: str) -> Iterable[PlacedTakedown]:  # noqa: D102
        return ()
