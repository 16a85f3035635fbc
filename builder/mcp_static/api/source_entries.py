"""An entry of another registry, read from its standard JSON, or from what came before the standard."""

from dataclasses import dataclass
from typing import Any

from mcp_static.api.source_statements import STATEMENTS, read_statement
from mcp_static.model.errors import UnreadableEntryError
from mcp_static.model.reading import Part, part_of
from mcp_static.model.status import StatusRecord


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One version of one server as the source has it; times in whole seconds since 1970.

    `is_dated` tells whether the source says when it was published. `lost_times` are sentences about
    optional times that cannot be read, which read on from the entry's title.
    """

    server: Part
    status: StatusRecord
    published_at: int
    status_changed_at: int
    updated_at: int
    is_dated: bool = True
    lost_times: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The entry's name and version, for messages, as far as it has them."""
        texts = (self.server.get(key) for key in ("name", "version"))
        return " ".join(text for text in texts if isinstance(text, str)) or "an entry"


def read_entry(value: Any, now: int) -> SourceEntry:
    """Read an entry, standard or older, or a bare `server.json`, which counts as published `now`.

    Nothing is made up: what says something about its time or status that cannot be read is refused.
    Raises UnreadableEntryError; its message reads on from the entry's name.
    """
    if not isinstance(value, dict):
        raise UnreadableEntryError("form", "is not a JSON object")
    is_flat = "server" not in value and "name" in value
    server = value if is_flat else value.get("server")
    if not isinstance(server, dict):
        raise UnreadableEntryError("form", "has no `server` object")
    said = read_statement(value, server, now)
    if "version" not in server and part_of(server, "version_detail"):
        raise UnreadableEntryError(
            "form", "has its version in `version_detail`, as no schema has it now"
        )
    published = now if said.published_at is None else said.published_at
    updated = published if said.updated_at is None else said.updated_at
    return SourceEntry(
        server=_without_statements(server) if is_flat else server,
        status=said.status,
        published_at=published,
        status_changed_at=updated if said.status_changed_at is None else said.status_changed_at,
        updated_at=updated,
        is_dated=said.published_at is not None,
        lost_times=said.lost,
    )


def key_of(value: Any) -> tuple[str, str] | None:
    """The name and the version of an entry, whatever else is wrong with it; None without both."""
    server = value.get("server", value) if isinstance(value, dict) else None
    if not isinstance(server, dict):
        return None
    name, version = server.get("name"), server.get("version")
    return (name, version) if isinstance(name, str) and isinstance(version, str) else None


def _without_statements(entry: Part) -> Part:
    """The server object of a flat entry: its members but for those that are the registry's."""
    meta = {key: part for key, part in part_of(entry, "_meta").items() if key not in STATEMENTS}
    server = {key: part for key, part in entry.items() if key not in {"status", "_meta", *STATEMENTS}}
    if meta:
        server["_meta"] = meta
    return server
