"""The documents of the registry as a whole: version, indexes, feed, checksums, snapshot."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from mcp_static import __version__
from mcp_static.api.chains import PAGE_SIZE
from mcp_static.api.documents import CHECKSUMS, MISCELLANEOUS, UNLISTED, Document, json_document
from mcp_static.api.entries import server_list
from mcp_static.api.limits import MAX_LIST_BYTES
from mcp_static.api.lineage import LINEAGE
from mcp_static.api.paths import (
    CHECKSUM_INDEX,
    COMPLETE_LIST,
    EXPORT_INDEX,
    EXPORT_POSITIONS,
    SEARCH_INDEX,
    SEARCH_POSITIONS,
    SNAPSHOT,
    cards_path,
    checksum_path,
    content_path,
    export_path,
    fixed_path,
    is_export,
    search_path,
)
from mcp_static.api.security_txt import security_txt
from mcp_static.api.snapshot import SNAPSHOT_FORMAT, HostFacts, slack_member
from mcp_static.api.variants import Target
from mcp_static.build.context import RenderContext
from mcp_static.model.lifecycle import Status
from mcp_static.model.strictjson import dump_json
from mcp_static.model.times import format_day, format_time
from mcp_static.pages.server_view import version_page_path
from mcp_static.pages.templates import render_template, xml_text
from mcp_static.settings import Settings
from mcp_static.store.documents import WrittenDocument
from mcp_static.store.entries import Entry
from mcp_static.store.store import Store

FEED_ENTRIES: Final = 50
SEARCH_FORMAT: Final = 2


def registry_documents(store: Store, settings: Settings, commit: str) -> Iterator[Document]:
    """The indexes and the feed; the snapshot and the checksums are about the rest, and come last."""
    time = format_time(store.facts.counters.registry_time)
    version = {"version": __version__, "git_commit": commit, "build_time": time}
    yield json_document(fixed_path("version"), version)
    yield json_document(EXPORT_INDEX, {"format": 1, "parts": list(_export_parts(store))})
    yield json_document(SEARCH_INDEX, _search_index(store))
    yield security_txt(settings, store.facts.counters.registry_time)
    yield Document("feed.xml", _feed(store, settings), MISCELLANEOUS)


def host_documents(store: Store, settings: Settings, target: Target) -> Iterator[Document]:
    """What the host needs in addition to the common files."""
    days = store.days.span()
    if target.documents is not None:
        yield from target.documents(settings, format_day(days[0]) if days else None)


def _export_parts(store: Store) -> Iterator[dict[str, Any]]:
    for number in range(-(-store.facts.counters.next_ordinal // EXPORT_POSITIONS)):
        yield _part(store, export_path(number))


def _search_parts(store: Store, positions: int, path_of: Callable[[int], str]) -> list[dict[str, Any]]:
    return [_part(store, path_of(number)) for number in range(-(-positions // SEARCH_POSITIONS))]


def _search_index(store: Store) -> dict[str, Any]:
    """Where the search parts are, in the order of their positions."""
    counters = store.facts.counters
    return {
        "format": SEARCH_FORMAT,
        "positionsPerPart": SEARCH_POSITIONS,
        "entries": _search_parts(store, counters.next_ordinal, search_path),
        "latest": _search_parts(store, counters.next_server, partial(search_path, latest=True)),
        "cards": _search_parts(store, counters.next_server, cards_path),
    }


def _part(store: Store, path: str) -> dict[str, str]:
    """A part as an index names it: by its digest, which its file is named by too."""
    digest = store.documents.digest(path)
    assert digest is not None
    return {"path": content_path(path, digest), "sha256": digest.hex()}


def _feed(store: Store, settings: Settings) -> bytes:
    return render_template(
        "feed.xml.j2",
        title=xml_text(settings.title),
        description=xml_text(settings.description),
        url=settings.url,
        updated=format_time(store.facts.counters.registry_time),
        items=[_feed_item(entry, settings.url) for entry in store.entries.last_updated(FEED_ENTRIES)],
    )


def _feed_item(entry: Entry, url: str) -> dict[str, str]:
    document, note = entry.document, ""
    if entry.status != Status.ACTIVE:
        reason = f": {entry.status_message}" if entry.status_message else ""
        note = f" ({entry.status}{reason})"
    address = f"/v0.1/servers/{quote(entry.name, safe='')}/versions/{quote(entry.version, safe='')}"
    return {
        "title": xml_text(f"{document.get('title') or entry.name} {entry.version}"),
        "address": url + address,
        "page": url + version_page_path(entry.name, entry.version),
        "published": format_time(entry.published_at),
        "updated": format_time(entry.updated_at),
        "namespace": entry.name.partition("/")[0],
        "summary": xml_text(document["description"] + note),
    }


def complete_list(context: RenderContext) -> Document:
    """`servers.json`: every latest entry, for hosts that read no query; absent when too large."""
    body = None
    if context.store.facts.number("leading_bytes") <= MAX_LIST_BYTES:
        body = server_list([context.rendered(entry) for entry in context.store.entries.latest()])
    return Document(COMPLETE_LIST, body, MISCELLANEOUS)


def checksum_part(store: Store, part: str) -> Document:
    """The SHA-256 of every document of a part, in the format of `sha256sum`.

    Export parts are listed in their own index, with the digests of their plain text.
    """
    rows = [row for row in store.documents.in_part(part) if not is_export(row.path)]
    return Document(checksum_path(part), _checksums(rows) or None, CHECKSUMS)


def checksum_index(store: Store) -> Document:
    """The SHA-256 of every checksum part, in the format of `sha256sum`."""
    return Document(CHECKSUM_INDEX, _checksums(store.documents.in_part(CHECKSUMS)), UNLISTED)


def _checksums(rows: Iterable[WrittenDocument]) -> bytes:
    return b"".join(
        f"{row.digest.hex()}  {content_path(row.path, row.digest)}\n".encode() for row in rows
    )


def snapshot_document(
    store: Store, settings: Settings, host: HostFacts, commit: str, checksums: bytes
) -> Document:
    """`snapshot.json`: what this output is, and where its parts begin.

    `checksums` is the SHA-256 of the index of checksums, and so of everything.
    """
    counters, days = store.facts.counters, store.days.span()
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
        "host": host.document(),
        "registry": {
            "title": settings.title,
            "description": settings.description,
            "url": settings.url,
            "repository": settings.repository,
            "namespace": settings.namespace,
            "forge": settings.forge_kind,
            "githubClientId": settings.github_client_id,
            "gitlabClientId": settings.gitlab_client_id,
        },
        "counts": {
            "servers": store.facts.number("public_servers"),
            "versions": store.facts.number("public_versions"),
            "deleted": store.facts.number("deleted_versions"),
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
        **slack_member(settings.hosting.updated_since_slack),
        "completeList": store.facts.number("leading_bytes") <= MAX_LIST_BYTES,
        "lineage": LINEAGE,
        "exports": EXPORT_INDEX,
        "search": SEARCH_INDEX,
        "checksums": {
            "path": content_path(CHECKSUM_INDEX, checksums),
            "sha256": checksums.hex(),
        },
    }
    return Document(SNAPSHOT, dump_json(snapshot) + b"\n", UNLISTED)
