"""Entries: one version of one server as the API shows it, `{"server": …, "_meta": …}`.

Field names and meanings: `ServerResponse` of the standard's `openapi.yaml`.
"""

from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.lifecycle import Status
from mcp_static.model.server import PUBLISHER_META
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import format_time

OFFICIAL_META: Final = "io.modelcontextprotocol.registry/official"

LIST_HEAD: Final = '{"servers":[\n'
LIST_TAIL: Final = '\n],"metadata":'
"""What comes before and after the entries of a list, so that it can be cut without being parsed."""
_HEAD: Final = LIST_HEAD.encode()
_TAIL: Final = LIST_TAIL.encode()

MAX_ENTRY_BYTES: Final = 96 * 1024
"""A rendered entry; a hundred of them stay under the 10 MiB that clients accept."""
MAX_SERVER_BYTES: Final = 84 * 1024
"""The rendered `server` object: an entry minus the most that its metadata can take."""
MAX_ACCEPTED_BYTES: Final = 4 * 1024
"""The rendered content of `accepted.json`."""


@dataclass(frozen=True, slots=True)
class EntryMeta:
    """What the registry says about an entry; times in seconds since 1970."""

    status: Status
    status_message: str | None
    status_changed_at: int
    published_at: int
    updated_at: int
    is_latest: bool


def server_bytes(document: dict[str, Any]) -> bytes:
    """The `server` object as it is served: the author's, without foreign keys in its `_meta`.

    The standard keeps only publisher-provided metadata there; the rest is the registry's to say.
    """
    meta = document.get("_meta")
    if isinstance(meta, dict) and meta.keys() - {PUBLISHER_META}:
        kept = {key: value for key, value in meta.items() if key == PUBLISHER_META}
        document = {key: value for key, value in document.items() if key != "_meta"}
        if kept:
            document["_meta"] = kept
    return dump_json(document)


def provenance_bytes(
    commit: str, accepted: bytes | None, takedown: dict[str, str] | None = None
) -> bytes:
    """What the registry can say about an entry: commit, `accepted.json` if any, and takedown."""
    claim = b',"accepted":' + accepted if accepted is not None else b""
    hidden = b',"takedown":' + dump_json(takedown) if takedown is not None else b""
    return b'{"commit":"' + commit.encode() + b'"' + claim + hidden + b"}"


def entry_bytes(
    server: bytes, meta: EntryMeta, namespace: str = "", provenance: bytes | None = None
) -> bytes:
    """A rendered entry, from an already rendered server object.

    `namespace` is the registry's reversed domain; without one there is no key to put provenance
    under.
    """
    message = ""
    if meta.status_message is not None:
        message = f'"statusMessage":{dump_json(meta.status_message).decode()},'
    # Written out rather than dumped: an entry is rendered once for every document that shows it.
    official = (
        f',"_meta":{{"{OFFICIAL_META}":{{"status":"{meta.status.value}",{message}'
        f'"statusChangedAt":"{format_time(meta.status_changed_at)}",'
        f'"publishedAt":"{format_time(meta.published_at)}",'
        f'"updatedAt":"{format_time(meta.updated_at)}",'
        f'"isLatest":{"true" if meta.is_latest else "false"}}}'
    )
    if namespace and provenance is not None:
        claim = b',"%s/provenance":%s' % (namespace.encode(), provenance)
        return b'{"server":%s%s%s}}' % (server, official.encode(), claim)
    return b'{"server":%s%s}}' % (server, official.encode())


def server_list(
    entries: list[bytes], next_cursor: str | None = None, gaps: list[int] | None = None
) -> bytes:
    """A standard `ServerList`, one entry per line, so that it can be cut without being parsed.

    `gaps` are the positions of a page, counted from its first, that have no entry.
    """
    metadata: dict[str, Any] = {"count": len(entries)}
    if next_cursor is not None:
        metadata["nextCursor"] = next_cursor
    if gaps:
        metadata["gaps"] = gaps
    lines = b",\n".join(entries)
    return _HEAD + lines + _TAIL + dump_json(metadata) + b"}\n"
