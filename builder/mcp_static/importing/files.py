"""Entries from a file or from standard input: NDJSON or JSON, plain or gzip."""

import codecs
import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from mcp_static.model.errors import InputError, JsonError
from mcp_static.model.reading import part_of
from mcp_static.model.strictjson import parse_json

STANDARD_INPUT: Final = "-"
MAX_LINE_BYTES: Final = 64 * 1024 * 1024
"""The longest line; a whole registry as one JSON array is one line at most."""


def read_file(source: str) -> Iterator[tuple[str, Any]]:
    """Every value of a file, with its place for messages.

    One JSON value per line, or one JSON document; each an entry, a list of entries, or a page with
    `servers`. Raises InputError when the file cannot be read, JsonError never: a line that is not JSON
    is given as the JsonError itself, and a missing next page as an InputError, for the caller to tell.
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
        head = stream.peek(4)[:4]
        if head == b"PK\x03\x04":
            raise InputError(f"{source} is a zip archive.", "Unpack it, and name the file in it.")
        if head[:2] == b"\x1f\x8b":
            with gzip.open(stream) as plain:
                yield cast("IO[bytes]", plain)
        else:
            yield stream


def _values(stream: IO[bytes], name: str) -> Iterator[tuple[str, Any]]:
    goes_on = False
    for place, document in _documents(stream, name):
        goes_on = _names_a_next_page(document)
        yield from _members(document, place)
    if goes_on:
        yield (
            name,
            InputError(
                "ends with a page that names a next one (`nextCursor`); what follows it is missing",
                "Fetch the pages after it as well, or import from the registry's address.",
            ),
        )


def _documents(stream: IO[bytes], name: str) -> Iterator[tuple[str, Any]]:
    """Every JSON value of a file: the one that it is, or one a line."""
    first = stream.readline(MAX_LINE_BYTES).removeprefix(codecs.BOM_UTF8)
    value = _parse(first)
    lines: Iterator[bytes] = iter(lambda: stream.readline(MAX_LINE_BYTES), b"")
    if isinstance(value, JsonError) and first.strip():
        # Not one value per line, so one document over many lines; or a first line that is broken.
        whole = first + stream.read(MAX_LINE_BYTES)
        document = _parse(whole)
        if not isinstance(document, JsonError):
            yield name, document
            return
        lines = iter(whole.splitlines(keepends=True)[1:])
        if all(isinstance(_parse(line), JsonError) for line in lines if line.strip()):
            raise InputError(
                f"{name} is neither one JSON value per line nor one JSON document: {value}.",
                "Give standard entries, as /v0.1/servers or data/export/ have them.",
            )
        lines = iter(whole.splitlines(keepends=True)[1:])
    if first.strip():
        yield f"{name}:1", value
    for number, line in enumerate(lines, start=2):
        if line.strip():
            yield f"{name}:{number}", _parse(line)


def _parse(line: bytes) -> Any:
    try:
        return parse_json(line)
    except JsonError as error:
        return error


def _members(document: Any, place: str) -> Iterator[tuple[str, Any]]:
    """The entries of a list or of a response; anything else is one entry itself."""
    members = document
    if isinstance(document, dict) and "servers" in document:
        members = document["servers"]
    if not isinstance(members, list):
        yield place, members
        return
    for index, member in enumerate(members):
        yield f"{place}[{index}]", member


def _names_a_next_page(document: Any) -> bool:
    metadata = part_of(document, "metadata") if isinstance(document, dict) else {}
    return bool(metadata.get("nextCursor") or metadata.get("next_cursor"))
