"""An entry of another registry, read from its standard JSON, or from what came before the standard.

Until September 2025 the official registry answered `/v0/servers` with flat entries: the members of the
server object at the top, `status` among them, and `_meta` in it with names such as `published_at`.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.status import StatusRecord
from mcp_static.model.times import LAST_SECOND, format_time, parse_time

_GO_ZERO: Final = "0001-01-01T00:00:00Z"
"""What a registry in Go says of a time that it does not have."""

_SHOWN: Final = 100
"""Characters of a text that messages show; no time has more."""

_MILLISECONDS: Final = 100_000_000_000
"""A number of this size is a time in milliseconds: as seconds it would be in the year 5138."""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One version of one server as the source has it; times in whole seconds since 1970."""

    server: dict[str, Any]
    status: StatusRecord
    published_at: int
    status_changed_at: int
    updated_at: int

    @property
    def title(self) -> str:
        """The entry's name and version, for messages."""
        return f"{self.server.get('name')} {self.server.get('version')}"


def read_entry(value: Any, now: int) -> SourceEntry:
    """Read a standard entry, or a bare `server.json`, which counts as published `now`.

    Raises InputError; its message reads on from the entry's name.
    """
    if not isinstance(value, dict):
        raise InputError("is not a JSON object")
    if "server" not in value and "name" in value:
        value = _from_flat(value)
    server = value.get("server")
    if not isinstance(server, dict):
        raise InputError("has no `server` object")
    meta = part_of(part_of(value, "_meta"), OFFICIAL_META)
    published = _seconds(meta, "publishedAt", "published_at", now)
    updated = _seconds(meta, "updatedAt", "updated_at", published)
    changed = _seconds(meta, "statusChangedAt", "status_changed_at", updated)
    if max(published, changed) > now:
        raise InputError("is dated in the future")
    text = text_of(meta, "status") or Status.ACTIVE.value
    if text not in set(Status):
        raise InputError(f"has the unknown status {text[:_SHOWN]!r}")
    message = text_of(meta, "statusMessage")
    try:
        status = StatusRecord(
            status=Status(text), statusMessage=message[:MAX_STATUS_MESSAGE] if message else None
        )
    except ValidationError:
        raise InputError("has a statusMessage that is no Unicode text") from None
    return SourceEntry(server, status, published, changed, updated)


def _from_flat(value: dict[str, Any]) -> dict[str, Any]:
    """A flat entry, or a bare `server.json`, in the standard's form."""
    official = part_of(part_of(value, "_meta"), OFFICIAL_META)
    if not official:
        return {"server": value}
    status = {"status": value["status"]} if "status" in value else {}
    foreign = {key: part for key, part in part_of(value, "_meta").items() if key != OFFICIAL_META}
    server = {key: part for key, part in value.items() if key not in {"status", "_meta"}}
    if foreign:
        server["_meta"] = foreign
    return {"server": server, "_meta": {OFFICIAL_META: {**status, **official}}}


def _seconds(meta: dict[str, Any], key: str, older_key: str, default: int) -> int:
    value = meta.get(key, meta.get(older_key))
    if value is None or value == _GO_ZERO:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"has a {key} that is no time")
    if not isinstance(value, str):
        if value > LAST_SECOND * 1000:
            raise InputError(f"has a {key} that no calendar shows")
        seconds = value / 1000 if value >= _MILLISECONDS else value
        if not seconds <= LAST_SECOND:
            raise InputError(f"has a {key} that no calendar shows")
        value = format_time(math.floor(seconds)) if seconds >= 0 else "before 1970"
    try:
        seconds = math.floor(parse_time(value[:_SHOWN]))
    except ValueError as error:
        raise InputError(f"has a {key} that is no time: {error}") from None
    if not 0 <= seconds <= LAST_SECOND:
        raise InputError(f"has a {key} before 1970")
    return seconds
