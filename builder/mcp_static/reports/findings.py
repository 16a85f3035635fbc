"""Findings, grouped by what they are about: what rules, proofs and checks give, and reports print."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from mcp_static.model.proofs import Facts


class Level(StrEnum):
    """What a finding means, from the best to the worst.

    Errors and open questions keep a change out, and so does what is held until an operator has
    looked at it; the others do not.
    """

    PASSED = "passed"
    NOTE = "note"
    WARNING = "warning"
    HELD = "held"
    UNKNOWN = "unknown"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule, proof or check found.

    `id` is the rule's, proof's or check's. `path` is where: a JSON path or a file; the message reads
    on from it. `line` and `column` are where that is in the file, counted from 1; 0 if nobody knows.
    `fix` is the next step for whoever can take it. `facts` are what a proof rests on. `is_counted`
    marks what text shows only as a number when it passed, `is_awaited` what may come to hold by itself
    in some minutes.
    """

    id: str
    level: Level
    message: str
    fix: str = ""
    path: str = ""
    facts: Facts = field(default_factory=dict)
    is_counted: bool = False
    line: int = 0
    column: int = 0
    is_awaited: bool = False

    @property
    def has_passed(self) -> bool:
        """Whether what was tried holds."""
        return self.level is Level.PASSED

    @property
    def is_error(self) -> bool:
        """Whether this keeps out what it is about."""
        return self.level is Level.ERROR

    @property
    def sentence(self) -> str:
        """Path and message in one."""
        return f"{self.path} {self.message}".strip()


@dataclass(frozen=True, slots=True)
class Section:
    """The findings about one subject; `file` is where annotations of a workflow are shown."""

    title: str
    file: str
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of its findings; notes and warnings count as passed."""
        return _worst(finding.level for finding in self.findings)

    def count(self, level: Level) -> int:
        """How many findings have a level."""
        return sum(finding.level is level for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a command found: sections, what the reader should know besides, and one sentence."""

    sections: tuple[Section, ...]
    summary: str
    notes: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The worst of its sections."""
        return _worst(section.level for section in self.sections)

    @property
    def exit_code(self) -> int:
        """0 if nothing keeps it out, 1 for an error or a hold, 3 for what could not be found out."""
        return {Level.ERROR: 1, Level.HELD: 1, Level.UNKNOWN: 3}.get(self.level, 0)


def is_only_awaited(findings: Iterable[Finding]) -> bool:
    """Whether what may come to hold by itself is all that keeps something out, and there is some."""
    kept_out = [one for one in findings if one.level in {Level.ERROR, Level.UNKNOWN}]
    return bool(kept_out) and all(one.is_awaited for one in kept_out)


def _worst(levels: Iterable[Level]) -> Level:
    found = set(levels)
    return next(
        (level for level in (Level.ERROR, Level.UNKNOWN, Level.HELD) if level in found), Level.PASSED
    )
