"""Entries from a file or from standard input: NDJSON or JSON, plain or gzip."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from mcp_static.model.errors import InputError, JsonError
from mcp_static.model.strictjson import parse_json

STANDARD_INPUT: Final = "-"
MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""The longest line; a whole registry as one JSON array is one line at most."""


def read_file(source: str) -> Iterator[tuple[str, Any]]:
    """Every value of a file, with its place for messages.

    One JSON value per line, or one JSON document: a list of entries, or a page with `servers`.
    Raises InputError when the file cannot be read, JsonError never: a line that is not JSON is
    given as the JsonError itself, for the caller to report.
    """
    name = "standard input" if source == STANDARD_INPUT else source
    try:
        with _open(source) as stream:
            yield from _values(stream, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{name} is not a complete gzip file: {error}.", "Fetch it again.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.", "Check the path.") from None


@contextmanager
def _open(source: str) -> Iterator[IO[bytes]]:
    is_file = source != STANDARD_INPUT
    with open(Path(source) if is_file else sys.stdin.fileno(), "rb", closefd=is_file) as stream:
        if stream.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(stream) as plain:
                yield cast("IO[bytes]", plain)
        else:
            yield stream


def _values(stream: IO[bytes], name: str) -> Iterator[tuple[str, Any]]:
    first = stream.readline(MAX_LINE_BYTES)
    value = _parse(first)
    lines: Iterator[bytes] = iter(lambda: stream.readline(MAX_LINE_BYTES), b"")
    if isinstance(value, JsonError) and first.strip():
        # Not one value per line, so one document over many lines; or a first line that is broken.
        whole = first + stream.read(MAX_LINE_BYTES)
        document = _parse(whole)
        if not isinstance(document, JsonError):
            yield from _members(document, name)
            return
        lines = iter(whole.splitlines(keepends=True)[1:])
        if all(isinstance(_parse(line), JsonError) for line in lines if line.strip()):
            raise InputError(
                f"{name} is neither one JSON value per line nor one JSON document: {value}.",
                "Give standard entries, as /v0.1/servers or data/export/ have them.",
            )
        lines = iter(whole.splitlines(keepends=True)[1:])
    if isinstance(value, list) or (isinstance(value, dict) and "servers" in value):
        yield from _members(value, name)
    elif first.strip():
        yield f"{name}:1", value
    for number, line in enumerate(lines, start=2):
        if line.strip():
            yield f"{name}:{number}", _parse(line)


def _parse(line: bytes) -> Any:
    try:
        return parse_json(line)
    except JsonError as error:
        return error


def _members(document: Any, name: str) -> Iterator[tuple[str, Any]]:
    members = (
        document.get("servers") if isinstance(document, dict) and "servers" in document else document
    )
    if not isinstance(members, list):
        members = [members]
    for index, member in enumerate(members):
        yield f"{name}[{index}]", member
