"""Members that are there and empty, as programs in Go and C# write what they have nothing for.

`"repository": {}`, `"title": ""` and `"remotes": null` mean that there is none. The schema allows none
of them, so what is served leaves them out.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.model.known_members import described_objects
from mcp_static.model.server import SERVER_DOCUMENT
from mcp_static.model.strictjson import child_path

_MAY_BE_EMPTY: Final = frozenset({"value", "default", "placeholder", "description", "valueHint"})
"""Optional texts of inputs: an empty value is a value, and an empty hint is a hint."""

_SIGNS: Final = re.compile(rb'null|""|\{\s*\}')
"""What the bytes of a document with an empty member have somewhere; most documents have none."""


def without_empty_members(
    document: dict[str, Any], raw: bytes | None = None
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """A `server.json` without its empty members, and the path and the JSON of each that is gone.

    A member is empty if it is optional and null, an empty text, or an object that has nothing but
    empty members. `raw`, the document's bytes, saves looking where there cannot be any. The given
    document stays as it is; it is given back where nothing is empty.
    """
    if raw is not None and not _SIGNS.search(raw):
        return document, ()
    found = tuple(_empty_members(document))
    if not found:
        return document, ()
    gone = {id(holder): set[str]() for holder, _, _ in found}
    for holder, key, _ in found:
        gone[id(holder)].add(key)
    told = tuple((path, _shown(holder[key])) for holder, key, path in found)
    without: dict[str, Any] = _copy(document, gone)
    return without, told


def _empty_members(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The object that holds an empty member, the member's key, and its path."""
    dropped: list[str] = []
    for path, value, _, members in described_objects(document, SERVER_DOCUMENT):
        if any(path.startswith(above) for above in dropped):
            continue
        for key, member in members.items():
            if key not in value or member.is_required or not _is_empty(key, value[key]):
                continue
            place = child_path(path, key)
            dropped.append(place)
            yield value, key, place


def _is_empty(key: str, value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value):
        return value is None or key not in _MAY_BE_EMPTY
    if key == "repository" and isinstance(value, dict):
        return all(part is None or part == "" for part in value.values())
    return False


def _copy(value: Any, gone: dict[int, set[str]]) -> Any:
    if isinstance(value, dict):
        left_out = gone.get(id(value), ())
        return {key: _copy(part, gone) for key, part in value.items() if key not in left_out}
    if isinstance(value, list):
        return [_copy(part, gone) for part in value]
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return "{}" if value == {} else '""' if value == "" else "empty"
