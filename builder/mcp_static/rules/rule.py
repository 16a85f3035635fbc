"""What a rule is: one offline condition on a record, with its id and the way to fix a breach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from mcp_static.model.errors import JsonProblem
from mcp_static.model.layout import Location
from mcp_static.model.names import ServerName
from mcp_static.reports.findings import Finding, Level


class Applies(StrEnum):
    """When a rule holds.

    Structural rules hold at every build, since an entry cannot be represented safely without
    them. Publish rules hold for what is new, so a merged entry stays served when they get stricter.
    Authoring rules hold for what is new and comes from its author; what another registry serves already
    is mirrored and imported as it is, since nobody can correct it here.
    """

    STRUCTURAL = "structural"
    PUBLISH = "publish"
    AUTHORING = "authoring"


@dataclass(frozen=True, slots=True)
class Record:
    """A `server.json` before the rules: its bytes, what they say, and where it is.

    `document` is without the members that are there and empty, as it is served; it has nothing where
    `json_problems` has something. `empty_members` are those members: the path and the JSON of each.
    `location` is None for a file that is not in a registry.
    """

    raw: bytes
    document: dict[str, Any]
    json_problems: tuple[JsonProblem, ...]
    location: Location | None = None
    empty_members: tuple[tuple[str, str], ...] = ()

    def absence(self, path: str) -> str:
        """What is wrong with a member that the document lacks: it is missing, or stood there empty."""
        shown = dict(self.empty_members).get(path)
        return "is missing" if shown is None else f"is {shown}"


class RemoteClaim(NamedTuple):
    """A version of a server that leads to an address, which is as addresses are compared."""

    name: str
    version: str
    address: str


@dataclass(frozen=True, slots=True)
class Allowances:
    """What a registry's settings allow beyond what every registry does.

    `internal_hosts`: hosts that remotes may have though no public suffix is known for them
    (`[remotes]`). `forges`: forges beside github.com and gitlab.com, as kind and host (`[[forges]]`).
    `package_registries`: registries beside the public ones, as package type and address
    (`[[package_registries]]`); None where no registry's settings are at hand.
    """

    internal_hosts: tuple[str, ...] = ()
    forges: tuple[tuple[str, str], ...] = ()
    package_registries: frozenset[tuple[str, str]] | None = None


NOTHING_MORE: Final = Allowances()
"""What holds where no registry's settings are at hand."""


class RegistryIndex(Protocol):
    """What a rule over a snapshot may ask of the snapshot, and of the registry's settings."""

    @property
    def allowed(self) -> Allowances:
        """What the settings allow."""

    def name_conflict(self, name: ServerName) -> str | None:
        """Another server's name, or else another namespace, that differs from this only in case."""

    def version_conflict(self, name: ServerName, version: str) -> str | None:
        """A version of this server that equals this one after NFC and case-folding."""

    def version_count(self, name: ServerName) -> int:
        """How many versions this server has."""

    def remote_claims(self, near: str) -> frozenset[RemoteClaim]:
        """Who leads to the addresses that share this part (`WebAddress.near`).

        A version that its owner has deleted gives its addresses up.
        """


class EmptyRegistry:
    """A registry with nothing in it and default settings, for a record that is in none."""

    allowed = NOTHING_MORE

    def name_conflict(self, _name: ServerName) -> None:
        """None, as there is no other server."""

    def version_conflict(self, _name: ServerName, _version: str) -> None:
        """None, as there is no other version."""

    def version_count(self, _name: ServerName) -> int:
        """None at all."""
        return 0

    def remote_claims(self, _near: str) -> frozenset[RemoteClaim]:
        """None, as there is no other server."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of a rule: the JSON path, what is wrong there, and its own fix if it has one.

    `line` and `column` are where it is if no path leads there.
    """

    path: str
    message: str
    fix: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One condition: `requirement` is what must hold, `fix` what to do where it does not.

    `told_by` are rules that say it better: where one of them is broken at the same path, this one is
    silent.

    Exactly one of `check` (over the record alone) and `check_within` (over the record and its
    snapshot) is given.
    """

    id: str
    level: Level = Level.ERROR
    applies: Applies = Applies.PUBLISH
    requirement: str
    fix: str
    told_by: tuple[str, ...] = ()
    check: Callable[[Record], Iterable[Breach]] | None = None
    check_within: Callable[[Record, RegistryIndex], Iterable[Breach]] | None = None

    def finding(self, breach: Breach) -> Finding:
        """A breach as a report shows it."""
        fix = breach.fix or self.fix
        return Finding(
            self.id,
            self.level,
            breach.message,
            fix,
            breach.path,
            is_counted=True,
            line=breach.line,
            column=breach.column,
        )

    @property
    def passed(self) -> Finding:
        """What a report shows of this rule where it holds."""
        return Finding(self.id, Level.PASSED, self.requirement, is_counted=True)
