"""Reading JSON that means the same to every reader (RFC 8259, and I-JSON of RFC 7493).

Duplicate keys, lone surrogates, numbers that a double cannot hold and deep nesting are read
differently by different parsers, so they are refused here, with the place of each.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import orjson

from mcp_static.model.errors import JsonError, JsonProblem
from mcp_static.model.json_mistakes import encoding_problem, syntax_problem

MAX_DEPTH: Final = 32
"""Objects and arrays inside one another; the deepest path the standard defines needs eight."""

MAX_PROBLEMS: Final = 100
"""Problems of one kind that are told of one file; nobody reads more, and a file can have thousands."""
_LONGEST_KEY: Final = 100
"""Characters of a key that a path shows, so that no path grows with the file."""

_BOM: Final = b"\xef\xbb\xbf"
_INTEGERS: Final = range(-(2**63), 2**64)
"""What 64 bits hold, signed or not."""


class _Object(dict[str, Any]):
    """An object that remembers which of its keys occurred twice."""

    duplicates: tuple[str, ...] = ()


def child_path(parent: str, key: str | int) -> str:
    """The JSON path of a member or element: `packages[0].transport`, `_meta["a.b/c"]`."""
    if isinstance(key, int):
        return f"{parent}[{key}]"
    if len(key) > _LONGEST_KEY:
        key = f"{key[:_LONGEST_KEY]}…"
    if key.replace("$", "_").isidentifier():
        return f"{parent}.{key}" if parent else key
    return f"{parent}[{json.dumps(key, ensure_ascii=False)}]"


def parse_json(raw: bytes) -> Any:
    """Read strict JSON in UTF-8 (a byte order mark is tolerated); raises JsonError."""
    raw = raw.removeprefix(_BOM)
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        return _parse_carefully(raw)
    if _is_canonical(raw, value) and not _may_be_deep(raw):
        return value
    return _parse_carefully(raw)


def _is_canonical(raw: bytes, value: Any) -> bool:
    """Whether writing the value gives the same bytes: then no key and no digit was lost."""
    try:
        compact = orjson.dumps(value)
        if compact == raw:
            return True
        return orjson.dumps(value, option=orjson.OPT_INDENT_2) == raw.rstrip(b"\n")
    except (orjson.JSONEncodeError, RecursionError):
        return False


def _may_be_deep(raw: bytes) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    return _depth(raw) > MAX_DEPTH


def _depth(raw: bytes) -> int:
    """How deep the brackets outside strings nest, without building anything."""
    depth = deepest = position = 0
    length = len(raw)
    while position < length:
        byte = raw[position]
        if byte == 0x22:  # a string: skip to its closing quote
            position = _end_of_string(raw, position)
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
        position += 1
    return deepest


def _end_of_string(raw: bytes, quote: int) -> int:
    position = quote + 1
    while True:
        closing = raw.find(b'"', position)
        if closing < 0:
            return len(raw)
        backslashes = 0
        while raw[closing - 1 - backslashes] == 0x5C:
            backslashes += 1
        if backslashes % 2 == 0:
            return closing
        position = closing + 1


def _parse_carefully(raw: bytes) -> Any:
    """Read with the standard library, which can report what a fast parser passes over."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError((encoding_problem(raw, error.start),)) from None
    if _depth(raw) > MAX_DEPTH:
        message = f"nests deeper than {MAX_DEPTH} levels"
        raise JsonError((JsonProblem("depth", "", message),))
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise JsonError((syntax_problem(error),)) from None
    problems = tuple(islice(_ambiguities(value, ""), MAX_PROBLEMS))
    if problems:
        raise JsonError(problems)
    return _plain(value)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    result = _Object(pairs)
    if len(result) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        result.duplicates = tuple(sorted(key for key, count in counts.items() if count > 1))
    return result


def _integer(digits: str) -> int | float:
    """An integer, or infinity for one that 64 bits cannot hold (reported by `_ambiguities`)."""
    if len(digits) > 21:
        return math.inf
    value = int(digits)
    return value if value in _INTEGERS else math.inf


def _ambiguities(value: Any, path: str) -> Iterator[JsonProblem]:
    if isinstance(value, _Object):
        for key in value.duplicates:
            message = "is a key that occurs more than once"
            yield JsonProblem("duplicate-key", child_path(path, _shown(key).strip('"')), message)
        for key, member in value.items():
            if _has_surrogate(key):
                yield JsonProblem("surrogate", path, "a key has an unpaired surrogate")
                continue
            yield from _ambiguities(member, child_path(path, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _ambiguities(element, child_path(path, index))
    elif isinstance(value, float) and not math.isfinite(value):
        message = "is a number that JSON readers cannot all hold"
        yield JsonProblem("number", path, message, "Write it as a string.")
    elif isinstance(value, str) and _has_surrogate(value):
        yield JsonProblem("surrogate", path, "has an unpaired surrogate, which is not a character")


def _shown(text: str) -> str:
    return json.dumps(text)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(element) for element in value]
    return value


def dump_json(value: Any) -> bytes:
    """Compact JSON in which no text can act as markup, whatever content type it is served with.

    `<`, `>`, `&`, U+2028 and U+2029 are escaped; outside strings they never occur in JSON.
    """
    raw = orjson.dumps(value)
    for plain, escaped in _ESCAPES:
        if plain in raw:
            raw = raw.replace(plain, escaped)
    return raw


_ESCAPES: Final = (
    (b"<", rb"\u003c"),
    (b">", rb"\u003e"),
    (b"&", rb"\u0026"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)
