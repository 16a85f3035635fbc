"""What a check found: a line for each rule and proof, gathered by what they are about."""

from dataclasses import dataclass, field
from enum import StrEnum

from mcp_static.model.names import ServerName
from mcp_static.proofs.outcome import Outcome


class Mark(StrEnum):
    """What a line says: only failures and open questions keep a change out."""

    PASSED = "passed"
    NOTE = "note"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One rule or proof: where it looked, what it found, and what to do if that is not good."""

    id: str
    mark: Mark
    says: str
    mend: str = ""
    path: str = ""
    is_proof: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The lines about one subject: the change itself, a publish, or a status."""

    title: str
    file: str
    lines: tuple[Line, ...]

    @property
    def mark(self) -> Mark:
        """The worst of its lines; a note or a warning counts as passed."""
        marks = {line.mark for line in self.lines}
        return next((mark for mark in (Mark.FAILED, Mark.UNKNOWN) if mark in marks), Mark.PASSED)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that may be merged: its files as the head has them, and the proof that holds.

    `files` are repository paths with the ids of their blobs. `is_publish` is False for a status.
    """

    name: ServerName
    version: str
    is_publish: bool
    files: dict[str, str]
    outcome: Outcome


class Verdict(StrEnum):
    """What a whole check comes to."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "could not be checked"
    NOT_A_PUBLISH = "not a publish"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The whole result; `accepted` is what a merge takes when the verdict is green."""

    base: str
    head: str
    sections: tuple[Section, ...]
    accepted: tuple[Accepted, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Red when anything failed; unknown when nothing did but something is open."""
        if not self.sections:
            return Verdict.NOT_A_PUBLISH
        marks = {section.mark for section in self.sections}
        if Mark.FAILED in marks:
            return Verdict.RED
        return Verdict.UNKNOWN if Mark.UNKNOWN in marks else Verdict.GREEN

    @property
    def exit_code(self) -> int:
        """0 for green and for what is no publish, 1 for red, 3 for what could not be checked."""
        return {Verdict.RED: 1, Verdict.UNKNOWN: 3}.get(self.verdict, 0)
