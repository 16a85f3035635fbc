"""The documents of versions and of servers, with their pages."""

from collections.abc import Iterator

from mcp_static.api.chains import PAGE_SIZE
from mcp_static.api.documents import Document, part_of_ordinal
from mcp_static.api.entries import server_list
from mcp_static.api.paths import EXPORT_POSITIONS, version_path, versions_path
from mcp_static.build.bulk_documents import export_part
from mcp_static.build.chain_documents import chain_page
from mcp_static.build.context import RenderContext, Span
from mcp_static.build.page_documents import server_pages, version_page
from mcp_static.store.chains import ALL, EVERYTHING
from mcp_static.store.entries import Entry


def entry_blocks(context: RenderContext, span: Span) -> Iterator[Document]:
    """All that is placed by ordinals, for blocks of 1,000: each entry is rendered once for it.

    The documents of the versions that are served, the pages of `all` and `everything`, and the
    export parts; what is absent is not named, so this is for a new output.
    """
    pages = -(-context.store.chains.length(EVERYTHING) // PAGE_SIZE)
    for number in range(span.first, span.last + 1):
        start = number * EXPORT_POSITIONS
        everything: list[tuple[int, bytes]] = []
        public: list[tuple[int, bytes]] = []
        for entry in context.store.entries.present(start, start + EXPORT_POSITIONS - 1):
            rendered = context.rendered(entry)
            everything.append((entry.ordinal, rendered))
            if entry.is_public:
                public.append((entry.ordinal, rendered))
            part = part_of_ordinal(entry.ordinal)
            path = version_path(entry.name, entry.version, deleted=not entry.is_public)
            yield Document(path, rendered + b"\n", part)
            yield version_page(context, entry, part)
        for chain, rows in ((ALL, public), (EVERYTHING, everything)):
            in_pages: dict[int, list[tuple[int, bytes]]] = {}
            for row in rows:
                in_pages.setdefault(row[0] // PAGE_SIZE, []).append(row)
            first_page = start // PAGE_SIZE
            for page in range(first_page, min(first_page + EXPORT_POSITIONS // PAGE_SIZE, pages)):
                yield chain_page(context, chain, page, in_pages.get(page, []))
        yield export_part(number, [rendered for _, rendered in everything])


def version_documents(context: RenderContext, span: Span) -> Iterator[Document]:
    """The documents of the versions with these ordinals, absent ones included."""
    for entry in context.store.entries.present(span.first, span.last):
        part = part_of_ordinal(entry.ordinal)
        body = context.rendered(entry) + b"\n"
        for deleted in (False, True):
            is_there = deleted is not bool(entry.is_public)
            path = version_path(entry.name, entry.version, deleted=deleted)
            yield Document(path, body if is_there else None, part)
        yield version_page(context, entry, part)
    for absent in context.store.entries.absent(span.first, span.last):
        part = part_of_ordinal(absent.ordinal)
        yield Document(version_path(absent.name, absent.version), None, part)
        yield Document(version_path(absent.name, absent.version, deleted=True), None, part)
        yield version_page(context, absent, part)


def server_documents(context: RenderContext, span: Span) -> Iterator[Document]:
    """The documents of the servers with these numbers: their lists, `latest`, and their pages."""
    for server, entries in context.store.entries.of_servers(span.first, span.last):
        part = part_of_ordinal(server.first_ordinal)
        yield from _lists(context, server.name, entries, part)
        yield from server_pages(context, server.name, entries, part)


def _lists(context: RenderContext, name: str, entries: list[Entry], part: str) -> Iterator[Document]:
    public: list[bytes] = []
    everything: list[bytes] = []
    latest: dict[bool, bytes | None] = {False: None, True: None}
    for entry in entries:
        rendered = context.rendered(entry)
        everything.append(rendered)
        if entry.is_public:
            public.append(rendered)
        if entry.is_latest:
            latest[not entry.is_public] = rendered + b"\n"
    has_deleted = len(everything) > len(public)
    yield Document(versions_path(name), server_list(public) if public else None, part)
    everything_list = server_list(everything) if has_deleted else None
    yield Document(versions_path(name, deleted=True), everything_list, part)
    for deleted, body in latest.items():
        yield Document(version_path(name, "latest", deleted=deleted), body, part)
