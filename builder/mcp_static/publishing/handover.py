"""What a check hands to the parts that may write: a bounded JSON of plain values.

The check parses what strangers wrote, and has neither a secret nor a right to write; the report and
the merge have those, and parse nothing of strangers' but this. So whoever takes over a parser can at
worst get merged what the pull request in question contains.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from mcp_static.check.report import CheckReport
from mcp_static.forges.forge import Account
from mcp_static.model.change import MAX_PATHS
from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.forge_ids import FORGE_ID
from mcp_static.model.object_ids import ObjectId
from mcp_static.proofs.continuity import HELD_UNTIL
from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import MAX_TEXT, report_document

_MAX_BYTES: Final = 4 << 20
_Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
_Line = Annotated[str, StringConstraints(max_length=1_000)]
_ProofId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
_Fact = (
    _Text | Annotated[int, Field(ge=0, le=2**63)] | Annotated[tuple[_Text, ...], Field(max_length=100)]
)


class HandedPart(BaseModel):
    """A part of what one job hands to another: nothing but the members that are known."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True,
        hide_input_in_errors=True,
    )  # fmt: skip


_Handed = TypeVar("_Handed", bound=HandedPart)


class HandedFinding(HandedPart):
    """A finding, as reports print it in JSON."""

    id: _ProofId
    level: Level
    path: _Text
    message: _Text
    fix: _Text
    line: int = Field(0, ge=0, le=2**31)
    column: int = Field(0, ge=0, le=2**31)


class HandedSection(HandedPart):
    """A section of the report."""

    title: _Text
    file: _Text
    level: Level
    findings: tuple[HandedFinding, ...] = Field(max_length=20_000)


class HandedReport(HandedPart):
    """The report, as `check --format json` prints it."""

    level: Level
    summary: _Text
    notes: tuple[_Text, ...] = Field(max_length=100)
    sections: tuple[HandedSection, ...] = Field(max_length=500)

    def report(self) -> Report:
        """The report again, to be rendered."""
        sections = tuple(
            Section(
                part.title,
                part.file,
                tuple(
                    Finding(
                        one.id,
                        one.level,
                        one.message,
                        one.fix,
                        one.path,
                        line=one.line,
                        column=one.column,
                    )
                    for one in part.findings
                ),
            )
            for part in self.sections
        )
        return Report(sections, self.summary, self.notes)


class HandedAccount(HandedPart):
    """Whoever brought the head."""

    login: _Line
    id: Annotated[str, StringConstraints(pattern=rf"^{FORGE_ID}$")]


class HandedRecord(HandedPart):
    """A record that is proven: its files as paths and blob ids, and what proves it."""

    name: _Line
    version: _Line
    is_publish: bool
    files: dict[_Line, ObjectId] = Field(min_length=1, max_length=2)
    remotes: tuple[_Text, ...] = Field((), max_length=1_000)
    packages: tuple[dict[_Line, _Fact], ...] = Field((), max_length=1_000)
    proof: _ProofId
    facts: dict[_Line, _Fact] = Field(max_length=50)


class Handover(HandedPart):
    """The result of one check of one head against one base."""

    format: Literal[1] = 1
    pull_request: int
    base: ObjectId
    head: ObjectId
    is_publish: bool
    report: HandedReport
    requester: HandedAccount | None = None
    records: tuple[HandedRecord, ...] = Field((), max_length=MAX_PATHS)

    @property
    def level(self) -> Level:
        """The level of the report."""
        return self.report.level

    @property
    def summary(self) -> str:
        """The sentence that sums the report up."""
        return self.report.summary

    @property
    def is_waiting(self) -> bool:
        """Whether a record has to wait for some days before an approval counts."""
        return any(HELD_UNTIL in record.facts for record in self.records)

    def written(self) -> bytes:
        """The handover as JSON; the sections of a report that is too long are left out, with a note."""
        content = self.model_dump_json(by_alias=True, exclude_none=True).encode()
        if len(content) <= _MAX_BYTES:
            return content
        note = "The report is too long to be shown here; the log of the check has all of it."
        report = self.report.model_copy(update={"sections": (), "notes": (note,)})
        short = self.model_copy(update={"report": report})
        return short.model_dump_json(by_alias=True, exclude_none=True).encode()

    @classmethod
    def of(cls, report: CheckReport, number: int, requester: Account | None) -> Self:
        """What the check of a pull request hands over."""
        records = tuple(
            HandedRecord(
                name=str(accepted.name),
                version=accepted.version,
                is_publish=accepted.is_publish,
                files=accepted.blobs,
                remotes=accepted.remotes,
                packages=tuple(dict(facts) for facts in accepted.packages),
                proof=accepted.proof.id,
                facts=dict(accepted.proof.facts),
            )
            for accepted in report.accepted
        )
        return cls(
            pull_request=number,
            base=report.base,
            head=report.head,
            is_publish=report.is_publish,
            report=HandedReport.model_validate(report_document(report)),
            requester=None
            if requester is None
            else HandedAccount(login=requester.login, id=str(requester.id)),
            records=records,
        )


def read_handover(path: Path) -> Handover:
    """Read a handover; raises InputError for a file that is not one, or is larger than one can be."""
    return read_handed(path, Handover, "`mcp-static check --event … --handover FILE` writes it.")


def read_handed(path: Path, model: type[_Handed], fix: str) -> _Handed:
    """Read what another job has handed over, as a model.

    Raises InputError, with that fix, for a file that is not one, or is larger than one can be.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", fix) from None
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path} is larger than {_MAX_BYTES} bytes.", fix)
    try:
        document: Any = json.loads(content)
        return model.model_validate(document)
    except (ValueError, RecursionError) as error:
        reason = "is not JSON"
        if isinstance(error, ValidationError):
            reason = faults_in_words(error)[0]
        raise InputError(f"{path} is not what another job hands over: {reason}.", fix) from None
