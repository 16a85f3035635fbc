"""What a registry says about an entry, its times and its status, wherever its API puts that.

The standard has it in `_meta`, under `io.modelcontextprotocol.registry/official`. Until 2025-09-29 the
official registry answered with flat entries that had `status` at the top and this `_meta` inside, with
names such as `published_at` (modelcontextprotocol/registry, `docs/reference/api/CHANGELOG.md`); before
that, `x-io.modelcontextprotocol.registry` stood next to the server, which had a `version_detail`
(microsoft/vscode, `src/vs/platform/mcp/common/mcpGalleryService.ts`, commit e24a16c). Registries that
copy others put the standard's names under a key of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.api.source_times import is_no_time, read_time
from mcp_static.model.errors import UnreadableEntryError
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.reading import Part, fold_name
from mcp_static.model.server import PUBLISHER_META
from mcp_static.model.status import StatusRecord
from mcp_static.model.terminal import quoted

STATEMENTS: Final = (
    OFFICIAL_META,
    "io.modelcontextprotocol.registry",
    "x-io.modelcontextprotocol.registry",
    "registry_metadata",
)
"""The keys of a registry's statement: the standard's, and those from before."""

_PUBLISHED: Final = ("publishedat", "releasedate", "publishdate", "publisheddate", "createdat")
_UPDATED: Final = ("updatedat",)
_CHANGED: Final = ("statuschangedat",)
_DELETED: Final = ("deletedat",)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a registry says about an entry; times in whole seconds since 1970.

    `published_at` is None where it says nothing of that. `lost` are sentences about optional times that
    cannot be read, so that another stands in for each.
    """

    status: StatusRecord
    published_at: int | None
    updated_at: int | None
    status_changed_at: int | None
    lost: tuple[str, ...]


def read_statement(entry: Part, server: Part, now: int) -> Statement:
    """Read what the registry says; `server` is the entry's server object, or the entry itself.

    Raises UnreadableEntryError for a status or a time of publication that cannot be read.
    """
    said = [_folded(place) for place in _statement_places(entry, server)]
    own = [_folded(server)]
    if server is entry:
        said += own
    places = [*said, *own, _folded(_object(server, "version_detail"))]
    published = _published(places, now)
    if published is None and (name := _first(places, _UPDATED + _CHANGED)[0] or _unknown_time(said)):
        raise UnreadableEntryError("time", f"has `{name}`, and no `publishedAt`")
    updated, changed = _optional(places, _UPDATED, now), _optional(places, _CHANGED, now)
    return Statement(
        _status(said, places),
        published,
        updated.seconds,
        changed.seconds,
        tuple(filter(None, (updated.fault, changed.fault))),
    )


def _statement_places(entry: Part, server: Part) -> Iterator[Part]:
    """Where a registry may have put its statement, the most authoritative place first.

    What a publisher provided is no such place.
    """
    meta = _object(entry, "_meta")
    for key in STATEMENTS:
        yield _object(meta, key)
    for key in STATEMENTS:
        yield _object(entry, key)
    for key, value in meta.items():
        if key not in (*STATEMENTS, PUBLISHER_META) and isinstance(value, dict):
            trusted = {name: value[name] for name in value if fold_name(name) in _TRUSTED}
            if any(fold_name(name) in {"publishedat", "status"} for name in trusted):
                yield trusted
    if server is not entry:
        yield {key: value for key, value in entry.items() if key not in {"server", "_meta"}}
        inner = _object(server, "_meta")
        for key in STATEMENTS:
            yield _object(inner, key)


def _object(part: Part, key: str) -> Part:
    value = part.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableEntryError("form", f"has a `{key}` that is no object")
    return value


_TRUSTED: Final = frozenset({"publishedat", "updatedat", "statuschangedat", "status", "statusmessage"})
"""What is read under a key of some registry's own: the standard's names alone."""


def _folded(place: Part) -> dict[str, tuple[str, Any]]:
    """The members by their names without case and underscores, each with its name as written."""
    return {fold_name(key): (key, value) for key, value in reversed(place.items())}


_Places = list[dict[str, tuple[str, Any]]]


def _first(places: _Places, names: tuple[str, ...]) -> tuple[str, Any]:
    """The first member that has a time, by place and then by name; empty where there is none."""
    for place in places:
        for name in names:
            key, value = place.get(name, ("", None))
            if not is_no_time(value):
                return key, value
    return "", None


def _published(places: _Places, now: int) -> int | None:
    """The time of publication; None where no place has a member for it."""
    name, value = _first(places, _PUBLISHED)
    if name:
        try:
            return _not_later(read_time(value), now)
        except ValueError as error:
            raise UnreadableEntryError("time", f"has a time `{name}` that {error}") from None
    empty = next((place[name][0] for place in places for name in _PUBLISHED if name in place), "")
    if empty:
        raise UnreadableEntryError("time", f"has no time in `{empty}`, so it cannot be dated")
    return None


class _Optional(NamedTuple):
    """A time that an entry can do without, and a sentence if it has one that cannot be read."""

    seconds: int | None
    fault: str = ""


def _optional(places: _Places, names: tuple[str, ...], now: int) -> _Optional:
    name, value = _first(places, names)
    if not name:
        return _Optional(None)
    try:
        return _Optional(_not_later(read_time(value), now))
    except ValueError as error:
        return _Optional(None, f"has a time `{name}` that {error}")


def _unknown_time(places: _Places) -> str:
    """A member that is a time, under a name that is not known."""
    for place in places:
        for folded, (name, value) in place.items():
            is_called_so = folded.endswith(("at", "on", "date", "time", "timestamp", "published"))
            if is_called_so and folded not in _AUTHORS and not is_no_time(value) and _is_time(value):
                return name
    return ""


_AUTHORS: Final = frozenset({"version", "description"})
"""Members of a server object that end like names of times, and may hold anything."""


def _is_time(value: Any) -> bool:
    try:
        return read_time(value) > 0
    except ValueError:
        return False


def _not_later(seconds: int, now: int) -> int:
    if seconds > now:
        raise ValueError("is in the future")
    return seconds


def _status(said: _Places, places: _Places) -> StatusRecord:
    word = _word(places)
    status = word or Status.ACTIVE
    if _is_true(said, "deleted", "isdeleted") or _first(said, _DELETED)[0]:
        status = Status.DELETED
    elif status is Status.ACTIVE and _is_true(said, "deprecated", "isdeprecated"):
        status = Status.DEPRECATED
    elif word is None and (sign := _sign(said)):
        raise UnreadableEntryError("status", f"has no status, and says `{sign}`")
    messages = (place.get("statusmessage", ("", None))[1] for place in places)
    message = next((text for text in messages if isinstance(text, str) and text), None)
    try:
        cut = message[:MAX_STATUS_MESSAGE] if message else None
        return StatusRecord(status=status, statusMessage=cut)
    except ValidationError:
        raise UnreadableEntryError("form", "has a statusMessage that is no Unicode text") from None


def _word(places: _Places) -> Status | None:
    """The status that is named first; None where none is."""
    for place in places:
        _, value = place.get("status", ("", None))
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise UnreadableEntryError("status", "has a status that is no text")
        try:
            return Status(value.strip().lower())
        except ValueError:
            raise UnreadableEntryError("status", f"has the unknown status {quoted(value)}") from None
    return None


def _sign(said: _Places) -> str:
    """A member that says that an entry is not to be used, in words that are none of a status."""
    for place in said:
        for folded, (name, value) in place.items():
            word = folded.removeprefix("is")
            if (word in _SIGNS and value is True) or (word in _OPPOSITES and value is False):
                return name
    return ""


_SIGNS: Final = frozenset(
    {"archived", "disabled", "hidden", "removed", "retired", "revoked", "withdrawn", "yanked"}
)
_OPPOSITES: Final = frozenset({"active", "enabled", "published"})


def _is_true(places: _Places, *names: str) -> bool:
    return any(place.get(name, ("", None))[1] is True for place in places for name in names)
