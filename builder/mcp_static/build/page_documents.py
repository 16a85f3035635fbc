"""The pages of servers, versions and namespaces, and those about the registry as a whole."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.build.browse_documents import browse_pages, browse_steps, node_of
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.host_proofs import is_host_proven
from mcp_static.model.names import Namespace, parse_name
from mcp_static.model.remotes import claimed_addresses
from mcp_static.model.times import format_time
from mcp_static.model.web_addresses import WebAddress
from mcp_static.pages.badge import badge_image, badge_of
from mcp_static.pages.host_warnings import Owners, nobody
from mcp_static.pages.server_view import (
    Card,
    VersionLine,
    card_of,
    method_views,
    server_view,
    version_page_path,
    withdrawn_view,
)
from mcp_static.pages.site import page_file
from mcp_static.pages.statistics import charts_of, kind_name, kinds_present, statistics_data
from mcp_static.store.entries import AbsentVersion, Entry
from mcp_static.store.prefix_index import WITHIN
from mcp_static.store.prefix_lists import LIST_LIMIT, Branch

NAMESPACE_SERVERS: Final = LIST_LIMIT
"""Servers that a namespace's page shows at most; one with more has lists by prefix as well."""
_VERSION_LINES: Final = 200
"""Versions that a server's page lists at most; its list of versions as JSON has all."""
_HOME_SERVERS: Final = 9
_STATISTICS: Final = "data/statistics.json"


def server_pages(
    context: RenderContext, name: str, entries: list[Entry], part: str
) -> Iterator[Document]:
    """The page of a server and its badge: of its latest entry, with its newest versions."""
    path, picture = f"/servers/{name}/", f"servers/{name}/badge.svg"
    latest = next((entry for entry in entries if entry.is_latest), None)
    if latest is None:
        yield Document(page_file(path), None, part)
        yield Document(picture, None, part)
        return
    values = _server_values(context, latest, _other_owners(context, name))
    view = values["server"]
    badge = badge_of(context.site.title, view.version, view.status)
    values |= {
        "badge": badge,
        "versions": [_version_line(entry) for entry in entries[:_VERSION_LINES]],
        "more_versions": max(0, len(entries) - _VERSION_LINES),
        "is_version": False,
    }
    yield context.layout.page("server", path, view.description, part, **values)
    yield Document(picture, badge_image(context.site.customization.templates, badge), part)


def version_page(context: RenderContext, version: Entry | AbsentVersion, part: str) -> Document:
    """The page of one version, which says nothing about others: they come and go."""
    path = f"/servers/{version.name}/versions/{version.version}.html"
    if isinstance(version, AbsentVersion):
        return Document(page_file(path), None, part)
    values = _server_values(context, version)
    values |= {"versions": (), "more_versions": 0, "is_version": True}
    return context.layout.page("server", path, values["server"].description, part, **values)


def _other_owners(context: RenderContext, name: str) -> Owners:
    """Who has proven the host of an address that a server leads to, and leads to it as well."""

    def owners(address: WebAddress) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for user in context.store.address_users.accepted(address.near, besides=name):
            if user.name not in found and str(address) in claimed_addresses(user.document):
                namespace = parse_name(user.name).namespace
                if is_host_proven(user.acceptance, namespace, address.host):
                    found[user.name] = None
        return tuple(found)

    return owners


def _server_values(context: RenderContext, entry: Entry, owners: Owners = nobody) -> dict[str, Any]:
    document = entry.document
    if entry.takedown is not None:
        return {
            "server": withdrawn_view(document, entry.meta, entry.commit, entry.takedown),
            "methods": (),
        }
    view = server_view(document, entry.meta, entry.commit, entry.acceptance)
    methods = method_views(document, entry.acceptance, owners, context.site.url)
    return {"server": view, "methods": methods}


def _version_line(entry: Entry) -> VersionLine:
    return VersionLine(
        entry.version,
        entry.status,
        entry.status_message or "",
        format_time(entry.published_at),
        bool(entry.is_latest),
        version_page_path(entry.name, entry.version),
    )


def all_namespace_pages(context: RenderContext, span: Span) -> Iterator[Document]:
    """The pages of the namespaces whose alphabetically first server has one of these numbers."""
    for name in context.store.entries.first_names(span.first, span.last):
        namespace = name.partition("/")[0]
        yield from namespace_page(context, Span(0, 0, namespace))
        node = node_of(context, f"{WITHIN}{namespace}")
        for step in node.prefixes if isinstance(node, Branch) else ():
            yield from browse_pages(context, Span(0, 0, f"{WITHIN}{namespace}/{step}"))


def namespace_page(context: RenderContext, span: Span) -> Iterator[Document]:
    """The page of the namespace in a span's key: its servers, or the newest and links to all."""
    namespace = span.key
    cards = cards_of(context.store.entries.of_namespace(namespace, NAMESPACE_SERVERS))
    part = f"names-{Namespace(namespace).shard}"
    path = f"/servers/{namespace}/"
    if not cards:
        yield Document(page_file(path), None, part)
        return
    root = f"{WITHIN}{namespace}"
    values = {
        "namespace": namespace,
        "servers": cards,
        "count": context.store.entries.count_in_namespace(namespace),
        "steps": browse_steps(root, node_of(context, root)),
    }
    description = f"The MCP servers of {namespace} in {context.site.title}."
    yield context.layout.page("namespace", path, description, part, **values)


def cards_of(entries: Iterable[Entry]) -> list[Card]:
    """Entries as a list of servers shows them."""
    return [card_of(entry.document, entry.meta) for entry in entries]


def site_pages(context: RenderContext) -> Iterator[Document]:
    """The pages that belong to no single server or namespace, and change with many."""
    site, layout, store = context.site, context.layout, context.store
    months = store.counts.months()
    counts = {name: store.facts.number(f"public_{name}") for name in ("servers", "versions")}
    time = format_time(store.facts.counters.registry_time)
    home: dict[str, Any] = {
        "counts": counts,
        "time": time,
        "updated": cards_of(store.entries.last_updated_servers(_HOME_SERVERS)),
        "newest": cards_of(store.entries.newest_servers(_HOME_SERVERS)),
    }
    yield layout.page("home", "/", site.description or site.title, **home)
    kinds = [(word, kind_name(word)) for word in kinds_present(months)]
    yield layout.page("search", "/search/", f"Search the MCP servers of {site.title}.", kinds=kinds)
    yield layout.page(
        "statistics",
        "/statistics/",
        f"How {site.title} grows, and what its servers are made of.",
        charts=charts_of(months),
        counts=counts,
        time=time,
    )
    yield Document(_STATISTICS, statistics_data(months), MISCELLANEOUS)
