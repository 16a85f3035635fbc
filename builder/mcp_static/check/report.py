"""What a check found, with what a merge takes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_static.model.names import ServerName
from mcp_static.model.proofs import Facts
from mcp_static.reports.findings import Finding, Level, Report, Section, is_only_awaited


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that may be merged: its files as the head has them, and the proof that holds.

    `files` are repository paths with the bytes that were checked, `blobs` their ids in Git.
    `is_publish` is False for a status. `remotes` are the addresses that it claims, `packages` what was
    found of its packages, each as its registry told it.
    """

    name: ServerName
    version: str
    is_publish: bool
    files: dict[str, bytes]
    proof: Finding
    blobs: dict[str, str]
    remotes: tuple[str, ...] = ()
    packages: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReport(Report):
    """The whole result; `accepted` is what a merge takes if nothing rules the change out."""

    base: str = ""
    head: str = ""
    accepted: tuple[Accepted, ...] = ()

    @property
    def is_publish(self) -> bool:
        """Whether the change touches records at all."""
        return bool(self.sections)

    @property
    def is_green(self) -> bool:
        """Whether the change is a publish that may be merged."""
        return self.is_publish and self.level is Level.PASSED

    @property
    def is_awaiting(self) -> bool:
        """Whether packages that are not shown yet are all that keeps the change out."""
        return is_only_awaited(one for section in self.sections for one in section.findings)

    @property
    def footer(self) -> str:
        """Which commits were compared."""
        return f"Checked {self.head[:12]} against {self.base[:12]}."

    def members(self) -> dict[str, object]:
        """What its JSON has besides what every report has."""
        return {
            "isPublish": self.is_publish,
            "base": self.base,
            "head": self.head,
            "accepted": [
                {
                    "name": str(accepted.name),
                    "version": accepted.version,
                    "files": sorted(accepted.files),
                    "proof": accepted.proof.id,
                    "facts": dict(accepted.proof.facts),
                }
                for accepted in self.accepted
            ],
        }


def check_report(
    base: str,
    head: str,
    sections: Sequence[Section] = (),
    accepted: Sequence[Accepted] = (),
    notes: tuple[str, ...] = (),
) -> CheckReport:
    """The report of some sections, the first of which is about the change as a whole."""
    return CheckReport(tuple(sections), _summary(sections), notes, base, head, tuple(accepted))


def _summary(sections: Sequence[Section]) -> str:
    if not sections:
        return "This is not a publish: it changes no record. A maintainer must review it."
    titles = [section.title for section in sections[1:]]
    subject = titles[0] if len(titles) == 1 else f"{len(titles)} changes of records"
    errors = sum(section.count(Level.ERROR) for section in sections)
    if errors:
        return f"{subject if titles else 'The change'}: {errors} to fix before it can be merged."
    if is_only_awaited(finding for section in sections for finding in section.findings):
        return f"{subject}: waits for a package that its registry does not show yet."
    if any(section.level is Level.UNKNOWN for section in sections):
        return f"{subject}: could not be checked to the end; nothing is wrong so far."
    if any(section.level is Level.HELD for section in sections):
        return f"{subject}: proven, and held until an operator approves it."
    return f"{subject}: proven, ready to be merged."
