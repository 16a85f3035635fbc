"""A server.json that an author's command works on: read, and valid."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_static.cli.reporting import show_report
from mcp_static.cli.server_files import server_file
from mcp_static.model.errors import InputError
from mcp_static.model.names import ServerName, parse_name
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import findings_of, located, read_record
from mcp_static.rules.validation import validation_report


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A valid server.json: where it is, the name and version that it says, and its bytes."""

    path: Path
    name: ServerName
    version: str
    content: bytes
    document: dict[str, Any]


def read_valid_record(named: Path | None) -> RecordFile:
    """Read a server.json; one with errors is reported and ends the command with exit code 1.

    `named` is a file, or a folder that has one; without it, this folder has one. The bytes are those
    that Git would commit, since those are what a registry compares.
    """
    path = server_file(named)
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "`mcp-static init` drafts a server.json."
        ) from None
    if b"\r\n" in content:
        # Imported here: Git takes longer to load than a file to check.
        from mcp_static.git.working_copy import committed_content

        content = committed_content(path, content)
    record = read_record(content)
    findings = findings_of(record)
    report = validation_report((str(path), located(findings, content)))
    if report.exit_code:
        show_report(report, "text")
        sys.exit(report.exit_code)
    if findings:
        show_report(report, "text", is_error=True)
    name = parse_name(str(record.document["name"]))
    return RecordFile(path, name, str(record.document["version"]), content, record.document)
