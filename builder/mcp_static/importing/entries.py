"""An entry of another registry, read from its standard JSON."""

import math
from dataclasses import dataclass
from typing import Any

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.status import StatusRecord
from mcp_static.model.times import LAST_SECOND, parse_time


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
        value = {"server": value}
    server = value.get("server")
    if not isinstance(server, dict):
        raise InputError("has no `server` object")
    meta = part_of(part_of(value, "_meta"), OFFICIAL_META)
    published = _seconds(meta, "publishedAt", now)
    updated = _seconds(meta, "updatedAt", published)
    changed = _seconds(meta, "statusChangedAt", updated)
    if max(published, changed) > now:
        raise InputError("is dated in the future")
    text = text_of(meta, "status") or Status.ACTIVE.value
    if text not in set(Status):
        raise InputError(f"has the unknown status {text!r}")
    message = text_of(meta, "statusMessage")
    status = StatusRecord(
        status=Status(text), statusMessage=message[:MAX_STATUS_MESSAGE] if message else None
    )
    return SourceEntry(server, status, published, changed, updated)


def _seconds(meta: dict[str, Any], key: str, default: int) -> int:
    text = text_of(meta, key)
    if text is None:
        return default
    try:
        seconds = math.floor(parse_time(text))
    except ValueError as error:
        raise InputError(str(error)) from None
    if not 0 <= seconds <= LAST_SECOND:
        raise InputError(f"has a {key} before 1970")
    return seconds
