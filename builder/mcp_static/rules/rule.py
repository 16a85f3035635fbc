"""What a rule is: one offline condition on a record, with its id and the way to mend a breach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from mcp_static.model.layout import Location
from mcp_static.model.names import ServerName
from mcp_static.model.strictjson import JsonProblem


class Severity(StrEnum):
    """How much a breach matters: an error keeps the record out, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Applies(StrEnum):
    """When a rule holds.

    Structural rules hold at every build, since an entry cannot be represented safely without
    them. Publish rules hold for what is new, so a merged entry stays served when they get stricter.
    """

    STRUCTURAL = "structural"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Record:
    """A `server.json` before the rules: its bytes, what they say, and where they lie.

    `document` is empty when `json_problems` is not; `location` is None for a file that is not in
    a registry.
    """

    raw: bytes
    document: dict[str, Any]
    json_problems: tuple[JsonProblem, ...]
    location: Location | None = None


class Surroundings(Protocol):
    """What a rule over a snapshot may ask of the snapshot."""

    def name_twin(self, name: ServerName) -> str | None:
        """Another server's name that differs from this one only in case."""

    def version_twin(self, name: ServerName, version: str) -> str | None:
        """A version of this server that equals this one after NFC and case-folding."""

    def version_count(self, name: ServerName) -> int:
        """How many versions this server has."""

    def remote_users(self, url: str) -> frozenset[str]:
        """The servers of which a version that is not deleted uses this remote address."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: the JSON path, and what is wrong there."""

    path: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One condition: `says` is what must hold, `mend` is what to do where it does not.

    Exactly one of `check` (over the record alone) and `check_within` (over the record and its
    snapshot) is given.
    """

    id: str
    severity: Severity = Severity.ERROR
    applies: Applies = Applies.PUBLISH
    says: str
    mend: str
    check: Callable[[Record], Iterable[Finding]] | None = None
    check_within: Callable[[Record, Surroundings], Iterable[Finding]] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding together with the rule that it breaks: all that a report prints."""

    rule: Rule
    path: str
    wrong: str

    @property
    def is_error(self) -> bool:
        """Whether this problem keeps the record out."""
        return self.rule.severity is Severity.ERROR
