"""Judging the files other than `server.json`: what the merge notes, and what operators write."""

from pydantic import ValidationError

from mcp_static.api.entries import MAX_ACCEPTED_BYTES
from mcp_static.model.faults import faults_in_words
from mcp_static.model.layout import Place
from mcp_static.model.moderation_log import LogEntry
from mcp_static.model.status import StatusFile, StatusRecord
from mcp_static.model.strictjson import dump_json
from mcp_static.model.takedown import Takedown
from mcp_static.reports.findings import Finding
from mcp_static.rules.run import file_findings, read_record


def parse_lifecycle(raw: bytes) -> StatusRecord | str:
    """The lifecycle in a `status.json`, or a sentence about what is wrong with it."""
    file = read_status(raw)
    return file if isinstance(file, str) else file.lifecycle


def read_status(raw: bytes) -> StatusFile | str:
    """A whole `status.json`, or a sentence about what is wrong with it."""
    record = read_record(raw)
    if findings := file_findings(record):
        return _in_words(findings)
    try:
        return StatusFile.model_validate(record.document)
    except ValidationError as error:
        return _faults(error)


def parse_takedown(raw: bytes, place: Place) -> Takedown | str:
    """What a `takedown.json` in a folder says, or a sentence about what is wrong with it."""
    record = read_record(raw)
    if findings := file_findings(record):
        return _in_words(findings)
    try:
        takedown = Takedown.model_validate(record.document)
    except ValidationError as error:
        return _faults(error)
    if takedown.subdomains and place.server:
        return "subdomains: only a namespace has any, so it belongs in the namespace's folder"
    return takedown


def parse_act(raw: bytes, path: str) -> LogEntry | str:
    """What a file of the moderation log says, or a sentence about what is wrong with it."""
    record = read_record(raw)
    if findings := file_findings(record):
        return _in_words(findings)
    try:
        act = LogEntry.model_validate(record.document)
    except ValidationError as error:
        return _faults(error)
    return act if act.path == path else f"belongs at {act.path}"


def parse_accepted(raw: bytes) -> bytes | str:
    """An `accepted.json` as it is served, or a sentence about what is wrong with it.

    The addresses of remotes are left out: they are for the merge, and in the record as well.
    """
    record = read_record(raw)
    if findings := file_findings(record):
        return _in_words(findings)
    rendered = dump_json({k: part for k, part in record.document.items() if k != "remotes"})
    if len(rendered) > MAX_ACCEPTED_BYTES:
        return f"is {len(rendered)} bytes as it is served; {MAX_ACCEPTED_BYTES} are allowed"
    return rendered


def _faults(error: ValidationError) -> str:
    return "; ".join(faults_in_words(error))


def _in_words(findings: list[Finding]) -> str:
    return "; ".join(finding.sentence for finding in findings)
