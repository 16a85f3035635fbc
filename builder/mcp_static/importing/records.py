"""A server object of a source as a record: its bytes, and what keeps it out."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from mcp_static.api.source_records import unknown_types
from mcp_static.model.layout import parse_location, record_path
from mcp_static.model.names import ServerName
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.rule import Applies, Record
from mcp_static.rules.run import (
    AUTHORING,
    findings_of,
    index_findings,
    read_record,
    structural_findings,
)
from mcp_static.rules.uniqueness import SNAPSHOT_RULES

_STRUCTURAL: Final = tuple(rule for rule in SNAPSHOT_RULES if rule.applies is Applies.STRUCTURAL)


class Judged(NamedTuple):
    """What keeps a record out, and what would only if its author brought it here.

    `spared` are the ids of the authoring rules that it breaks; leniently, nobody asks for them.
    """

    breaches: list[Finding]
    spared: frozenset[str] = frozenset()


def judged(
    key: tuple[ServerName, str], content: bytes, index: SnapshotIndex, *, lenient: bool
) -> Judged:
    """A new record against all rules, or leniently against the structural ones alone.

    A `type` that no schema has keeps it out as well, since strict clients would drop its whole page.
    """
    record = read_record(content, parse_location(record_path(*key)))
    if lenient:
        found = [*structural_findings(record), *index_findings(record, index, _STRUCTURAL)]
        return Judged([*found, *_types(record)])
    findings = findings_of(record, index, is_authored=False)
    return Judged(
        [finding for finding in findings if finding.is_error],
        frozenset(finding.id for finding in findings) & AUTHORING,
    )


def _types(record: Record) -> Iterator[Finding]:
    for path, message in unknown_types(record.document):
        yield Finding("type", Level.ERROR, message, path=path)


def record_bytes(server: dict[str, Any]) -> bytes:
    """A `server.json` as an author would write it; without indentation if it gets too large."""
    try:
        content = orjson.dumps(server, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return b"{}"
    return content if len(content) <= MAX_FILE_BYTES else orjson.dumps(server) + b"\n"


def is_record(server: dict[str, Any]) -> bool:
    """Whether a server object can be written as a `server.json` at all."""
    content = record_bytes(server)
    return content != b"{}" and len(content) <= MAX_FILE_BYTES
