"""Where in a file the values of its JSON are: lines and columns, for messages and annotations."""

import json
import re
from bisect import bisect_right
from typing import Final, NamedTuple

from mcp_static.model.strictjson import MAX_DEPTH, child_path

_TOKEN: Final = re.compile(r'[ \t\n\r]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')
_LINE_END: Final = re.compile(r"\r\n?|\n")
_LAST_STEP: Final = re.compile(r'(?:\.?[^.\[\]"]+|\[(?:\d+|"(?:[^"\\]|\\.)*")\])\Z')


class Spot(NamedTuple):
    """A line and a column of a file, both counted from 1; columns in characters."""

    line: int
    column: int


class JsonPlaces:
    """The spots of what is in a file, by JSON path; those of a member are where its key is."""

    def __init__(self, raw: bytes) -> None:
        """Read a file as far as it is JSON; what comes after has no spots of its own."""
        self._text: Final = raw.decode("utf-8-sig", errors="replace")
        self._lines: Final = [0, *(match.end() for match in _LINE_END.finditer(self._text))]
        self._offsets: Final = {"": 0}
        self._position = 0
        self._value("", 0)

    def spot(self, path: str) -> Spot:
        """Where a path leads; one that is not there leads to the nearest part above it."""
        while path and path not in self._offsets:
            shorter = _LAST_STEP.sub("", path)
            path = shorter if shorter != path else ""
        offset = self._offsets[path]
        line = bisect_right(self._lines, offset)
        return Spot(line, offset - self._lines[line - 1] + 1)

    def _token(self) -> tuple[str, int]:
        """The next token and its offset; an empty one at the end, or where there is no JSON."""
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            return "", len(self._text)
        self._position = match.end()
        return match[1], match.start(1)

    def _value(self, path: str, depth: int) -> bool:
        """Read a value; False where the JSON ends."""
        symbol, offset = self._token()
        self._offsets.setdefault(path, offset)
        if symbol not in {"{", "["} or depth > MAX_DEPTH:
            return bool(symbol) and symbol not in {"]", "}", ","}
        return self._members(path, depth + 1, is_object=symbol == "{")

    def _members(self, path: str, depth: int, *, is_object: bool) -> bool:
        if self._peek() in {"}", "]"}:
            self._token()
            return True
        index = 0
        while True:
            below = self._key(path) if is_object else child_path(path, index)
            if below is None or not self._value(below, depth):
                return False
            index += 1
            symbol, _ = self._token()
            if symbol != ",":
                return symbol in {"}", "]"}

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._position)
        return match[1] if match else ""

    def _key(self, path: str) -> str | None:
        """Read a member's key and the colon after it; the member's path, or None."""
        symbol, offset = self._token()
        if not symbol.startswith('"'):
            return None
        below = child_path(path, _decoded(symbol))
        self._offsets.setdefault(below, offset)
        return below if self._token()[0] == ":" else None


def _decoded(token: str) -> str:
    """A JSON string without its quotes and escapes."""
    try:
        text: str = json.loads(token, strict=False)
    except json.JSONDecodeError:
        return token[1:-1]
    return text
