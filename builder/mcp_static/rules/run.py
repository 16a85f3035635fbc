"""Checking bytes against the rules: every breach at once, or the document that has none."""

from collections.abc import Iterator
from typing import Final

from mcp_static.model.errors import JsonError, JsonProblem
from mcp_static.model.layout import Location
from mcp_static.model.strictjson import parse_json
from mcp_static.reports.findings import Finding
from mcp_static.rules import RECORD_RULES
from mcp_static.rules.file import FILE_RULES, MAX_FILE_BYTES
from mcp_static.rules.rule import Applies, Record, RegistryIndex, Rule
from mcp_static.rules.uniqueness import SNAPSHOT_RULES

_STRUCTURAL: Final = tuple(rule for rule in RECORD_RULES if rule.applies is Applies.STRUCTURAL)


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
        return Record(raw, {}, (JsonProblem("object", "", f"is {kind}, not an object"),), location)
    return Record(raw, document, (), location)


def findings_of(record: Record, index: RegistryIndex | None = None) -> list[Finding]:
    """Every breach of a record that is new, warnings included, in the order of the rules.

    Without `index`, the rules over the registry as a whole are left out.
    """
    found = file_findings(record)
    if not found:
        found += _breaches(RECORD_RULES, record)
        found += index_findings(record, index) if index is not None else ()
    return found


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
            yield from map(rule.finding, rule.check(record))
