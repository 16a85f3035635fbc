"""The documents of the registry as a whole: version, indexes, feed, checksums, snapshot."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import orjson

from mcp_static import __version__
from mcp_static.api.chains import PAGE_SIZE
from mcp_static.api.paths import (
    CHECKSUMS,
    EXPORT_POSITIONS,
    MAX_LIST_BYTES,
    MISCELLANEOUS,
    SEARCH_POSITIONS,
    UNLISTED,
    Document,
    cards_path,
    export_path,
    json_document,
    search_path,
)
from mcp_static.api.variants import Target
from mcp_static.model.settings import Settings
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import format_day, format_time
from mcp_static.pages.server_view import version_page_path
from mcp_static.pages.templates import render_template
from mcp_static.store.store import Store

FEED_ENTRIES: Final = 50
SNAPSHOT_PATH: Final = "data/snapshot.json"
SNAPSHOT_FORMAT: Final = 1
SEARCH_FORMAT: Final = 1
CHECKSUM_INDEX: Final = "data/checksums/index.txt"

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def registry_documents(store: Store, settings: Settings, commit: str) -> Iterator[Document]:
    """The indexes and the feed; the snapshot and the checksums speak about the rest, and come last."""
    time = format_time(store.counters.registry_time)
    version = {"version": __version__, "git_commit": commit, "build_time": time}
    yield json_document("v0.1/version.json", version)
    yield json_document("data/export/index.json", {"format": 1, "parts": list(_export_parts(store))})
    yield json_document("data/search/index.json", _search_index(store))
    yield Document("feed.xml", _feed(store, settings), MISCELLANEOUS)


def site_facts(store: Store) -> tuple[dict[str, int], str]:
    """The numbers of the day for the home page, and when anything changed last."""
    counts = {
        "servers": store.number("public_servers"),
        "versions": store.number("public_versions"),
    }
    return counts, format_time(store.counters.registry_time)


def host_documents(store: Store, settings: Settings, target: Target) -> Iterator[Document]:
    """What the host needs beside the common files."""
    days = store.day_span()
    if target.documents is not None:
        yield from target.documents(settings, format_day(days[0]) if days else None)


def _export_parts(store: Store) -> Iterator[dict[str, Any]]:
    for number in range(-(-store.counters.next_ordinal // EXPORT_POSITIONS)):
        yield {"path": export_path(number), "sha256": _digest(store, export_path(number))}


def _search_parts(store: Store, positions: int, path_of: Callable[[int], str]) -> list[dict[str, Any]]:
    paths = map(path_of, range(-(-positions // SEARCH_POSITIONS)))
    return [{"path": path, "sha256": _digest(store, path)} for path in paths]


def _search_index(store: Store) -> dict[str, Any]:
    """Where the search parts are, in the order of their positions."""
    counters = store.counters
    return {
        "format": SEARCH_FORMAT,
        "positionsPerPart": SEARCH_POSITIONS,
        "entries": _search_parts(store, counters.next_ordinal, search_path),
        "latest": _search_parts(store, counters.next_server, partial(search_path, latest=True)),
        "cards": _search_parts(store, counters.next_server, cards_path),
    }


def _digest(store: Store, path: str) -> str:
    digest = store.digest(path)
    assert digest is not None
    return digest.hex()


def _feed(store: Store, settings: Settings) -> bytes:
    rows = store.connection.execute(
        "SELECT s.name, v.version, v.status, v.message, v.published_at, v.updated_at, b.server "
        "FROM versions v JOIN bodies b ON b.ordinal = v.ordinal JOIN servers s ON s.number = v.server "
        "WHERE v.is_present AND v.event >= 0 AND v.is_public ORDER BY v.event DESC LIMIT ?",
        (FEED_ENTRIES,),
    )
    items = []
    for name, version, status, message, published, updated, body in rows:
        server = orjson.loads(body)
        namespace = name.partition("/")[0]
        note = "" if status == "active" else f" ({status}{': ' + message if message else ''})"
        address = (
            f"{settings.url}/v0.1/servers/{quote(name, safe='')}/versions/{quote(version, safe='')}"
        )
        items.append(
            {
                "title": _xml(f"{server.get('title') or name} {version}"),
                "address": address,
                "page": settings.url + version_page_path(name, version),
                "published": format_time(published),
                "updated": format_time(updated),
                "namespace": namespace,
                "summary": _xml(server["description"] + note),
            }
        )
    return render_template(
        "feed.xml.j2",
        title=_xml(settings.title),
        description=_xml(settings.description),
        url=settings.url,
        updated=format_time(store.counters.registry_time),
        items=items,
    )


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold, not even escaped."""
    return _NOT_XML.sub(" ", text)


def checksum_index(store: Store) -> Document:
    """The SHA-256 of every checksum part, in the format of `sha256sum`."""
    rows = store.connection.execute(
        "SELECT digest, path FROM documents WHERE part = ? ORDER BY path", (CHECKSUMS,)
    )
    body = b"".join(b"%s  %s\n" % (digest.hex().encode(), path.encode()) for digest, path in rows)
    return Document(CHECKSUM_INDEX, body, UNLISTED)


def snapshot_document(
    store: Store, settings: Settings, host: str, commit: str, checksums: bytes
) -> Document:
    """`snapshot.json`: what this output is, and where its parts begin.

    `checksums` is the SHA-256 of the index of checksums, and so of everything.
    """
    counters, days = store.counters, store.day_span()
    positions = {
        "all": counters.next_ordinal,
        "everything": counters.next_ordinal,
        "latest": counters.next_server,
    }
    snapshot = {
        "format": SNAPSHOT_FORMAT,
        "commit": commit,
        "time": format_time(counters.registry_time),
        "builder": __version__,
        "host": host,
        "registry": {
            "title": settings.title,
            "description": settings.description,
            "url": settings.url,
            "repository": settings.repository,
            "namespace": settings.namespace,
            "githubClientId": settings.github_client_id,
        },
        "counts": {
            "servers": store.number("public_servers"),
            "versions": store.number("public_versions"),
            "deleted": store.number("deleted_versions"),
            "leftOut": len(store.left_out()),
        },
        "pageSize": PAGE_SIZE,
        "chains": {
            **{name: {"positions": length} for name, length in positions.items()},
            "updated": {
                "firstDay": format_day(days[0]) if days else None,
                "lastDay": format_day(days[-1]) if days else None,
            },
        },
        "completeList": store.number("leading_bytes") <= MAX_LIST_BYTES,
        "exports": "data/export/index.json",
        "search": "data/search/index.json",
        "checksums": {"path": CHECKSUM_INDEX, "sha256": checksums.hex()},
    }
    return Document(SNAPSHOT_PATH, dump_json(snapshot) + b"\n", UNLISTED)
