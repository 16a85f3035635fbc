"""A server.json that an author's command works on: read, and valid."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mcp_static.check.report_text import report
from mcp_static.cli.console import say
from mcp_static.model.errors import InputError
from mcp_static.model.names import ServerName, parse_name
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import problems_of, read_record


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A valid server.json: the name and version that it says, and its bytes."""

    name: ServerName
    version: str
    content: bytes
    document: dict[str, Any]


def read_valid_record(path: Path) -> RecordFile:
    """Read a server.json; one with errors is reported and ends the command with exit code 1."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "`mcp-static init` drafts a server.json."
        ) from None
    record = read_record(content)
    problems = problems_of(record)
    if any(problem.is_error for problem in problems):
        click.echo(report(str(path), problems, "text"))
        sys.exit(1)
    if problems:
        say(report(str(path), problems, "text"))
    name = parse_name(str(record.document["name"]))
    return RecordFile(name, str(record.document["version"]), content, record.document)
