"""Checking bytes against the rules: every breach at once, or the document that has none."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from mcp_static.model.empty_members import without_empty_members
from mcp_static.model.errors import JsonError, JsonProblem
from mcp_static.model.json_places import JsonPlaces
from mcp_static.model.layout import Location
from mcp_static.model.strictjson import MAX_PROBLEMS, parse_json
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules import RECORD_RULES, RULES
from mcp_static.rules.file import FILE_RULES, MAX_FILE_BYTES
from mcp_static.rules.rule import Applies, Record, RegistryIndex, Rule
from mcp_static.rules.uniqueness import SNAPSHOT_RULES

_STRUCTURAL: Final = tuple(rule for rule in RECORD_RULES if rule.applies is Applies.STRUCTURAL)
_TOLD_BY: Final = {rule.id: rule.told_by for rule in RULES if rule.told_by}
_ONE_OBJECT: Final = "Write one object: a file describes one version of one server."
AUTHORING: Final = frozenset(rule.id for rule in RULES if rule.applies is Applies.AUTHORING)
"""The ids of the rules that hold for authors alone."""


def read_record(raw: bytes, location: Location | None = None) -> Record:
    """Bytes as the rules see them; never raises, what is wrong is kept in the record."""
    if len(raw) > MAX_FILE_BYTES:
        return Record(raw, {}, (), location)
    try:
        document = parse_json(raw)
    except JsonError as error:
        return Record(raw, {}, error.problems, location)
    if not isinstance(document, dict):
        kind = "an array" if isinstance(document, list) else "a single value"
        problem = JsonProblem("object", "", f"is {kind}, not an object", _ONE_OBJECT)
        return Record(raw, {}, (problem,), location)
    document, empty = without_empty_members(document, raw)
    return Record(raw, document, (), location, empty)


def findings_of(
    record: Record, index: RegistryIndex | None = None, *, is_authored: bool = True
) -> list[Finding]:
    """The breaches of a record that is new, warnings included, in the order of the rules.

    All of them, but of one rule at most `MAX_PROBLEMS`.

    Without `index`, the rules over the registry as a whole are left out. Where the record is another
    registry's (`is_authored`), a breach of an authoring rule is a warning.
    """
    found = file_findings(record)
    if not found:
        found += _breaches(RECORD_RULES, record)
        found += index_findings(record, index) if index is not None else ()
    found = found if is_authored else [_as_mirrored(finding) for finding in found]
    return [finding for finding in found if not _is_told_better(finding, found)]


def _is_told_better(finding: Finding, found: list[Finding]) -> bool:
    """Whether another rule says the same of the same place in better words (`Rule.told_by`).

    A warning takes no error's place, as that of an authoring rule would in what is mirrored.
    """
    better = _TOLD_BY.get(finding.id, ())
    return any(
        other.path == finding.path and other.id in better and other.is_error >= finding.is_error
        for other in found
    )


def official_findings(record: Record, found: list[Finding]) -> Iterator[Finding]:
    """What the official registry would refuse beyond what has been found, as warnings.

    Nothing about a file that cannot be read, nor about what is in error already.
    """
    from mcp_static.rules.official import OFFICIAL_RULES  # which only few ask for

    if not record.document:
        return
    wrong = {finding.path for finding in found if finding.is_error}
    for finding in _breaches(OFFICIAL_RULES, record):
        if finding.path not in wrong:
            yield finding


def _as_mirrored(finding: Finding) -> Finding:
    if finding.is_error and finding.id in AUTHORING:
        return replace(finding, level=Level.WARNING)
    return finding


def located(findings: list[Finding], raw: bytes) -> list[Finding]:
    """Findings about a file, with the line and column of each path.

    A missing member is where the object is that should have it.
    """
    if not findings:
        return findings
    places = JsonPlaces(raw)
    spots = (places.spot(finding.path) for finding in findings)
    return [
        finding if finding.line else replace(finding, line=spot.line, column=spot.column)
        for finding, spot in zip(findings, spots, strict=True)
    ]


def file_findings(record: Record) -> list[Finding]:
    """The breaches of the file itself; a record with any cannot be read any further."""
    return list(_breaches(FILE_RULES, record))


def structural_findings(record: Record) -> list[Finding]:
    """The breaches that keep even a merged record out of a build."""
    return file_findings(record) or list(_breaches(_STRUCTURAL, record))


def index_findings(
    record: Record, index: RegistryIndex, rules: tuple[Rule, ...] = SNAPSHOT_RULES
) -> Iterator[Finding]:
    """The breaches of rules over a record and its registry."""
    for rule in rules:
        if rule.check_within is not None:
            yield from map(rule.finding, rule.check_within(record, index))


def _breaches(rules: tuple[Rule, ...], record: Record) -> Iterator[Finding]:
    for rule in rules:
        if rule.check is not None:
            yield from map(rule.finding, islice(rule.check(record), MAX_PROBLEMS))
