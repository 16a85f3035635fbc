"""Which takedowns are in force at a moment of a replay, and over what.

Names count without their case here, and versions as they are compared, so that no spelling escapes.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from mcp_static.model.layout import Place
from mcp_static.model.takedown import Takedown
from mcp_static.model.versions import folded_version


class Scope(NamedTuple):
    """What a takedown applies to, folded: a namespace, a server in it, or one of its versions."""

    namespace: str
    server: str = ""
    version: str = ""

    @property
    def key(self) -> str:
        """The scope as one text."""
        return "/".join(filter(None, self))


def scope_of(place: Place) -> Scope:
    """What a takedown in a folder applies to."""
    return Scope(place.namespace.folded, place.server.casefold(), folded_version(place.version))


def scopes_over(name: str, version: str) -> tuple[Scope, ...]:
    """All scopes that hold a version, the narrowest first; then those of the domains above it."""
    namespace, _, server = name.casefold().partition("/")
    labels = namespace.split(".")
    above = (Scope(".".join(labels[:count])) for count in range(len(labels) - 1, 0, -1))
    return (
        Scope(namespace, server, folded_version(version)),
        Scope(namespace, server),
        Scope(namespace),
        *above,
    )


class TakedownChange(NamedTuple):
    """A `takedown.json` that a commit added, edited or (None) removed.

    One that is not readable holds for domains below if the file did before.
    """

    path: str
    scope: Scope
    takedown: Takedown | None
    is_readable: bool = True


class PlacedTakedown(NamedTuple):
    """A takedown that is in force: its file's path, the key of its scope, and what it says."""

    path: str
    scope: str
    takedown: Takedown


class TakedownMemory(Protocol):
    """Where a replay that starts in the middle looks up takedowns that are in force."""

    def has_takedowns(self) -> bool:
        """Whether there are any."""

    def quarantines(self) -> Iterable[PlacedTakedown]:
        """Those that end by themselves."""

    def takedowns_on(self, scope: str) -> Iterable[PlacedTakedown]:
        """Those of exactly this scope: more than one where spellings of its name differ."""


class Area(NamedTuple):
    """Where takedowns may have begun or ended."""

    scope: Scope
    subdomains: bool


class TakedownsInForce:
    """Keeps count of them; `changed` has by path what a replay set, or (None) ended."""

    def __init__(self, memory: TakedownMemory) -> None:
        self._memory: Final = memory
        self._on: Final[dict[str, dict[str, PlacedTakedown]]] = {}
        self._quarantines: Final = {placed.path: placed for placed in memory.quarantines()}
        self._has_memory: Final = memory.has_takedowns()
        self._is_empty = not self._has_memory
        self._next_end = self._earliest()
        self.changed: Final[dict[str, PlacedTakedown | None]] = {}

    def apply(self, changes: Iterable[TakedownChange], now: int) -> tuple[list[Area], list[str]]:
        """Take in what a commit changed, and end what has ended at its registry time.

        Gives the areas to look at again, and the paths whose quarantine was over before it came.
        """
        areas, late = [], []
        for change in changes:
            before = self._all_on(change.scope.key).get(change.path)
            after = change.takedown
            if after is not None and after.ends_at is not None and after.ends_at <= now:
                late.append(change.path)
                after = None
            was_over_subdomains = before is not None and before.takedown.subdomains
            if after is not None and was_over_subdomains and not change.is_readable:
                after = after.model_copy(update={"subdomains": True})
            is_over_subdomains = after is not None and after.subdomains
            self._set(change.path, change.scope, after)
            areas.append(Area(change.scope, was_over_subdomains or is_over_subdomains))
        if self._next_end is not None and self._next_end <= now:
            areas += self._end(now)
        return areas, late

    def over(self, name: str, version: str) -> Takedown | None:
        """What hides a version: of several the one that does not end, then the narrowest."""
        if self._is_empty:
            return None
        found = [
            placed.takedown
            for number, scope in enumerate(scopes_over(name, version))
            for _, placed in sorted(self._all_on(scope.key).items())
            if number < 3 or placed.takedown.subdomains
        ]
        return min(found, key=lambda takedown: takedown.ends_at is not None, default=None)

    def _end(self, now: int) -> list[Area]:
        ended = [
            placed
            for _, placed in sorted(self._quarantines.items())
            if (ends_at := placed.takedown.ends_at) is not None and ends_at <= now
        ]
        areas = []
        for placed in ended:
            scope = Scope(*placed.scope.split("/"))
            self._set(placed.path, scope, None)
            areas.append(Area(scope, placed.takedown.subdomains))
        return areas

    def _set(self, path: str, scope: Scope, takedown: Takedown | None) -> None:
        on_scope = self._on[scope.key] = self._all_on(scope.key)
        on_scope.pop(path, None)
        self._quarantines.pop(path, None)
        self.changed[path] = None
        if takedown is not None:
            placed = PlacedTakedown(path, scope.key, takedown)
            on_scope[path] = self.changed[path] = placed
            self._is_empty = False
            if takedown.ends_at is not None:
                self._quarantines[path] = placed
        self._next_end = self._earliest()

    def _all_on(self, scope: str) -> dict[str, PlacedTakedown]:
        found = self._on.get(scope)
        if found is None and self._has_memory:
            found = {placed.path: placed for placed in self._memory.takedowns_on(scope)}
            self._on[scope] = found
        return found or {}

    def _earliest(self) -> int | None:
        ends = (placed.takedown.ends_at for placed in self._quarantines.values())
        return min((end for end in ends if end is not None), default=None)
