"""The JSON documents of a file: one a line, one after another, or one over all lines."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from mcp_static.importing.pages import GIVE_ENTRIES
from mcp_static.model.errors import IncompleteSourceError, InputError, JsonError
from mcp_static.model.json_mistakes import mistake
from mcp_static.model.strictjson import parse_json

MAX_DOCUMENT_BYTES: Final = 64 * 1024 * 1024
"""The longest line, and the longest document over many lines; a whole registry may be one."""
_BETWEEN: Final = " \t\r\n,\x1e\N{ZERO WIDTH NO-BREAK SPACE}"
"""What may stand between documents: white space, commas, the mark of RFC 7464, byte order marks."""
_BLANK: Final = b" \t\r\n,\x1e"
_MOST_FAULTS: Final = 10_000
"""So many lines at a file's beginning that are no JSON make it something else."""
_WORDS: Final = ("true", "false", "null", "-", "NaN")
_FETCH_AGAIN: Final = "Fetch it again; it may have been cut off."


def documents(stream: IO[bytes], name: str) -> Iterator[tuple[str, Any]]:
    """Every document of a stream, with its place.

    What cannot be read is given in its place: a JsonError for a document that readers would take
    differently, an IncompleteSourceError for what is no JSON. Raises InputError if nothing is.
    """
    faults: list[tuple[str, Any]] = []
    is_read = False
    for place, value in _Reading(stream, name).values():
        if isinstance(value, IncompleteSourceError) and not is_read:
            faults.append((place, value))
            if len(faults) < _MOST_FAULTS:
                continue
            break
        is_read = True
        yield from faults
        faults.clear()
        yield place, value
    if not is_read and faults:
        place, fault = faults[0]
        raise InputError(f"{place} {fault}", fault.fix or GIVE_ENTRIES)


class _Reading:
    """One file under way, line by line, as long as each line is whole."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream: Final = stream
        self._name: Final = name
        self._number = 0
        self._again: list[bytes] = []
        self._may_span = True

    def values(self) -> Iterator[tuple[str, Any]]:
        for line in iter(self._line, b""):
            if line.strip(_BLANK):
                yield from self._of_line(line)

    def _line(self) -> bytes:
        self._number += 1
        line = self._again.pop() if self._again else self._stream.readline(MAX_DOCUMENT_BYTES + 1)
        if len(line) > MAX_DOCUMENT_BYTES:
            raise _too_long(f"{self._name}:{self._number}", "a line")
        return line.removeprefix(codecs.BOM_UTF8)

    def _of_line(self, line: bytes) -> Iterator[tuple[str, Any]]:
        value = _parsed(line.lstrip(b"\x1e"))
        if not isinstance(value, JsonError) or value.problems[0].kind != "syntax":
            yield f"{self._name}:{self._number}", value if _is_read(value) else _unread_of(value)
            return
        row = _in_a_row(line, self._name, self._number)
        if row.is_cut and self._may_span:
            yield from self._over_lines(line)
        else:
            yield from row.values

    def _over_lines(self, line: bytes) -> Iterator[tuple[str, Any]]:
        """A document that begins here and goes on below, and what follows it.

        Where one does not end, the lines below it are read one by one if whole objects stand on them;
        then no other document is looked for over lines.
        """
        lines, size = [line], len(line)
        while size <= MAX_DOCUMENT_BYTES and (more := self._stream.readline(MAX_DOCUMENT_BYTES + 1)):
            lines.append(more)
            size += len(more)
        is_whole = size <= MAX_DOCUMENT_BYTES
        if not is_whole and not _has_values(lines[1:]):
            raise _too_long(f"{self._name}:{self._number}", "a document")
        row = _in_a_row(b"".join(lines) if is_whole else line, self._name, self._number)
        yield from row.values
        rest = [] if row.ends is None else lines[row.ends + 1 :]
        if row.ends is not None and _has_values(rest):
            self._may_span = False
            self._number += row.ends
            self._again = rest[::-1]


@dataclass(frozen=True, slots=True)
class _Row:
    """Documents one after another, with their places, and what could not be read as the last of them.

    `ends` is how many line ends come before that one, None if all was read; `is_cut` tells whether it
    may only have been cut off.
    """

    values: list[tuple[str, Any]]
    ends: int | None = None
    is_cut: bool = False


def _parsed(raw: bytes) -> Any:
    try:
        return parse_json(raw)
    except JsonError as error:
        return error


def _has_values(lines: list[bytes]) -> bool:
    """Whether whole objects stand on lines of their own, as in a file with one a line."""
    for line in lines:
        if line.startswith(b"{") and line.rstrip().endswith(b"}"):
            try:
                parse_json(line)
            except JsonError:
                continue
            return True
    return False


def _in_a_row(raw: bytes, name: str, number: int) -> _Row:
    """The documents of a text that begins at a line of the file."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        ends = raw.count(b"\n", 0, error.start)
        fault = IncompleteSourceError("is not text in UTF-8", "Save it as UTF-8.")
        return _Row([(f"{name}:{number + ends}", fault)], ends)
    decoder = json.JSONDecoder()
    values: list[tuple[str, Any]] = []
    ends = counted = 0
    position = _next(text, 0)
    while position < len(text):
        ends += text.count("\n", counted, position)
        counted, place = position, f"{name}:{number + ends}"
        try:
            end = _end_of_value(decoder, text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            is_cut = isinstance(error, json.JSONDecodeError) and _is_cut(text, error)
            values.append((place, _unread(error, number, is_cut=is_cut)))
            return _Row(values, ends, is_cut)
        value = _parsed(text[position:end].encode())
        values.append((place, value if _is_read(value) else _unread_of(value)))
        position = _next(text, end)
    return _Row(values)


def _end_of_value(decoder: json.JSONDecoder, text: str, position: int) -> int:
    """Where the object or the array ends that begins here; raises JSONDecodeError if none does."""
    if text[position] not in "{[":
        raise json.JSONDecodeError("Expecting an object or an array", text, position)
    _, end = decoder.raw_decode(text, position)
    return end


def _next(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BETWEEN:
        position += 1
    return position


def _unread(
    error: json.JSONDecodeError | RecursionError, number: int, *, is_cut: bool
) -> IncompleteSourceError:
    if isinstance(error, RecursionError):
        return IncompleteSourceError("nests too deeply to be read")
    if is_cut:
        return IncompleteSourceError("is cut off in the middle of its JSON", _FETCH_AGAIN)
    words, fix = mistake(error)
    where = f"at line {number + error.lineno - 1}, column {error.colno}"
    return IncompleteSourceError(f"is not JSON: {words} {where}", fix or GIVE_ENTRIES)


def _is_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the JSON is well formed as far as it goes, and ends too early."""
    if error.msg.startswith("Unterminated string"):
        return True
    rest = text[error.pos :].strip(_BETWEEN)
    if error.msg.startswith("Invalid \\"):
        return len(rest) < len(r"\uffff")
    return not rest or any(word.startswith(rest) for word in _WORDS)


def _is_read(value: Any) -> bool:
    """Whether a document is JSON, if only such as readers would take differently."""
    return not isinstance(value, JsonError) or value.problems[0].kind not in {"syntax", "encoding"}


def _unread_of(error: JsonError) -> IncompleteSourceError:
    return IncompleteSourceError(error.message, "Save it as UTF-8.")


def _too_long(place: str, what: str) -> InputError:
    most = MAX_DOCUMENT_BYTES >> 20
    return InputError(
        f"{place} begins {what} of more than {most} MiB.",
        "Give one entry a line: `jq -c '.servers[]? // .[]' FILE | mcp-static import -`.",
    )
