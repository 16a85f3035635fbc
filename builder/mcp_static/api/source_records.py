"""What is taken of another registry's server object: all of it, but for what would harm its readers.

A client that reads by the schema drops a whole page for one `format` or `type` that no schema has, and
what a publisher provides beyond its bound would keep out a server that is fine without it.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from mcp_static.api.entries import MAX_SERVER_BYTES, server_bytes
from mcp_static.model.canonical import digest_of
from mcp_static.model.empty_members import without_empty_members
from mcp_static.model.reading import Part, arguments_of, packages_of, part_of, parts_of, text_of
from mcp_static.model.server import (
    FORMATS,
    MAX_PUBLISHER_META_BYTES,
    MIME_TYPES,
    PUBLISHER_META,
    THEMES,
)
from mcp_static.model.spelling import FORMAT_WORDS, TRANSPORT_WORDS, plain
from mcp_static.model.strictjson import child_path
from mcp_static.model.terminal import quoted


@dataclass(frozen=True, slots=True)
class Alteration:
    """What was left out of a server object, or written as the schema has it.

    `kind` is `empty`, `publisher-metadata`, `format` or `type`; the message reads on from the path.
    """

    kind: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class _Correction:
    """A member of `part` that gets another value, or goes if that is None."""

    part: Part
    key: str
    value: str | None
    path: str
    kind: str


def taken_of(server: Part, *, lenient: bool) -> tuple[Part, tuple[Alteration, ...]]:
    """The server object as it is taken in, and what was altered; what is given is not touched.

    Leniently, what a publisher provided is kept as long as the whole can be served.
    """
    corrected, corrections = _corrected(server)  # first, as a `type` may be an empty text
    document, empty = without_empty_members(corrected)
    bounded, left_out = _bounded(document, lenient=lenient)
    dropped = [Alteration("empty", path, f"is left out: it is {shown}") for path, shown in empty]
    return bounded, (*corrections, *dropped, *left_out)


def pinned_of(server: Part, *, lenient: bool) -> tuple[Part, str, tuple[Alteration, ...]]:
    """The same as `taken_of`, with the digest of what is taken in.

    Raises InputError for what has no canonical form.
    """
    digest = digest_of(server)
    document, alterations = taken_of(server, lenient=lenient)
    return document, digest_of(document) if alterations else digest, alterations


def unknown_types(server: Part) -> Iterator[tuple[str, str]]:
    """Each `type` that no schema has, and that could not be corrected: its path and a message."""
    for path, part, known in _typed(server):
        kind = part.get("type")
        if kind is None:
            yield child_path(path, "type"), "is missing"
        elif isinstance(kind, str) and kind not in known:
            yield child_path(path, "type"), f"is {quoted(kind)}, which no schema has there"


def _corrected(server: Part) -> tuple[Part, tuple[Alteration, ...]]:
    if not any(True for _ in _corrections(server)):
        return server, ()
    document = copy.deepcopy(server)
    alterations = []
    for found in list(_corrections(document)):
        was = found.part.get(found.key)
        reason = "it was missing" if was is None else f"{quoted(was)} is in no schema"
        if found.value is None:
            del found.part[found.key]
            message = f"is left out: {reason}"
        else:
            found.part[found.key] = found.value
            message = f"is {found.value} now: {reason}"
        alterations.append(Alteration(found.kind, found.path, message))
    return document, tuple(alterations)


def _corrections(server: Part) -> Iterator[_Correction]:
    for path, part in _inputs(server):
        word = text_of(part, "format")
        if word is not None and word not in FORMATS:
            known = FORMAT_WORDS.get(plain(word))
            yield _Correction(part, "format", known, child_path(path, "format"), "format")
    for path, part, known_types in _typed(server):
        kind = part.get("type")
        if (kind is None or isinstance(kind, str)) and kind not in known_types:
            found = (
                _argument_type(part)
                if "named" in known_types
                else TRANSPORT_WORDS.get(plain(kind or ""))
            )
            if found in known_types:
                yield _Correction(part, "type", found, child_path(path, "type"), "type")
    for path, icon in parts_of(server, "icons"):
        for key, words in (("mimeType", MIME_TYPES), ("theme", THEMES)):
            word = text_of(icon, key)
            if word is not None and word not in words:
                known = word.strip().lower() if word.strip().lower() in words else None
                yield _Correction(icon, key, known, child_path(path, key), "format")


def _argument_type(argument: Part) -> str | None:
    """The kind that an argument is by its members: a name makes a flag."""
    if text_of(argument, "name"):
        return "named"
    has_value = text_of(argument, "value") or text_of(argument, "valueHint")
    return "positional" if has_value else None


def _typed(server: Part) -> Iterator[tuple[str, Part, frozenset[str]]]:
    """Every part that its `type` tells apart, with its path and the types that there are."""
    for path, remote in parts_of(server, "remotes"):
        yield path, remote, _REMOTE_TYPES
    for path, package in packages_of(server):
        if isinstance(transport := package.get("transport"), dict):
            yield child_path(path, "transport"), transport, _TRANSPORT_TYPES
    for path, argument in arguments_of(server):
        yield path, argument, _ARGUMENT_TYPES


_REMOTE_TYPES: Final = frozenset({"streamable-http", "sse"})
_TRANSPORT_TYPES: Final = _REMOTE_TYPES | {"stdio"}
_ARGUMENT_TYPES: Final = frozenset({"positional", "named"})


def _inputs(server: Part) -> Iterator[tuple[str, Part]]:
    """Every part that describes a value, the variables within others included."""
    for path, part in _direct_inputs(server):
        yield path, part
        yield from _variables(part, path)
    for path, remote in parts_of(server, "remotes"):
        yield from _variables(remote, path)


def _direct_inputs(server: Part) -> Iterator[tuple[str, Part]]:
    yield from arguments_of(server)
    for path, package in packages_of(server):
        yield from parts_of(package, "environmentVariables", path)
        yield from parts_of(part_of(package, "transport"), "headers", child_path(path, "transport"))
    for path, remote in parts_of(server, "remotes"):
        yield from parts_of(remote, "headers", path)


def _variables(part: Part, path: str) -> Iterator[tuple[str, Part]]:
    base = child_path(path, "variables")
    for name, variable in part_of(part, "variables").items():
        if isinstance(variable, dict):
            yield child_path(base, name), variable


def _bounded(server: Part, *, lenient: bool) -> tuple[Part, tuple[Alteration, ...]]:
    """Without the members of `_meta` that keep the rest out: those beyond their bound."""
    meta = part_of(server, "_meta")
    left_out = []
    provided = meta.get(PUBLISHER_META)
    if provided is not None and not lenient and _size(provided) > MAX_PUBLISHER_META_BYTES:
        left_out.append(PUBLISHER_META)
    foreign = [key for key in meta if key != PUBLISHER_META]
    for keys in (foreign, [PUBLISHER_META] if provided is not None else []):
        fresh = [key for key in keys if key not in left_out]
        if fresh and not _fits(_without(server, left_out)):
            left_out += fresh
    if not left_out:
        return server, ()
    return _without(server, left_out), tuple(
        Alteration(
            "publisher-metadata",
            child_path("_meta", key),
            f"is left out: its {_size(meta[key]):,} bytes are beyond the bound",
        )
        for key in left_out
    )


def _without(server: Part, keys: list[str]) -> Part:
    if not keys:
        return server
    meta = {key: value for key, value in part_of(server, "_meta").items() if key not in keys}
    others = {key: value for key, value in server.items() if key != "_meta"}
    return {**others, "_meta": meta} if meta else others


def _fits(server: Part) -> bool:
    """Whether a server object can be kept and served; one that is no JSON is the rules' to refuse."""
    try:
        return max(len(orjson.dumps(server)), len(server_bytes(server))) <= MAX_SERVER_BYTES
    except orjson.JSONEncodeError:
        return True


def _size(value: object) -> int:
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        return 0
