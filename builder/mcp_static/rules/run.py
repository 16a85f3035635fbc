"""Holding bytes against the rules: every problem at once, or the document that has none."""

from collections.abc import Iterator
from typing import Final

from mcp_static.model.layout import Location
from mcp_static.model.strictjson import JsonError, JsonProblem, parse_json
from mcp_static.rules import RECORD_RULES
from mcp_static.rules.file import FILE_RULES, MAX_FILE_BYTES
from mcp_static.rules.rule import Applies, Problem, Record, Rule, Surroundings
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


def problems_of(record: Record, around: Surroundings | None = None) -> list[Problem]:
    """Every problem of a record that is new, warnings included, in the order of the rules.

    Without `around`, the rules over a snapshot are left out.
    """
    problems = file_problems(record)
    if problems:
        return problems
    problems += _breaches(RECORD_RULES, record)
    if around is not None:
        for rule in SNAPSHOT_RULES:
            if rule.check_within is not None:
                problems += [
                    Problem(rule, finding.path, finding.wrong)
                    for finding in rule.check_within(record, around)
                ]
    return problems


def file_problems(record: Record) -> list[Problem]:
    """The problems of the file itself; a record that has any says nothing."""
    return list(_breaches(FILE_RULES, record))


def structural_problems(record: Record) -> list[Problem]:
    """The problems that keep even a merged record out of a build."""
    return file_problems(record) or list(_breaches(_STRUCTURAL, record))


def _breaches(rules: tuple[Rule, ...], record: Record) -> Iterator[Problem]:
    for rule in rules:
        if rule.check is not None:
            for finding in rule.check(record):
                yield Problem(rule, finding.path, finding.wrong)
