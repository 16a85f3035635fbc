"""Pages from a state: what each shows is looked up here, and laid out by its template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from mcp_static.api.paths import MISCELLANEOUS, Document
from mcp_static.model.names import Namespace
from mcp_static.model.times import format_time
from mcp_static.pages.badge import badge_image, badge_of
from mcp_static.pages.browse import BrowseRenderer
from mcp_static.pages.server_view import (
    Card,
    ServerView,
    VersionLine,
    WayView,
    card_of,
    server_view,
    version_page_path,
    way_views,
)
from mcp_static.pages.site import Layout, Site, page_file
from mcp_static.pages.statistics import charts_of, kind_name, kinds_present, statistics_data
from mcp_static.store.daily_counts import months_of
from mcp_static.store.prefix_index import WITHIN, prefix_index_at
from mcp_static.store.prefix_lists import LIST_LIMIT, Branch, node_at
from mcp_static.store.schema import ENTRY_COLUMNS, ENTRY_TABLES, EntryRow, render_entry
from mcp_static.store.store import Store

NAMESPACE_SERVERS: Final = LIST_LIMIT
"""Servers that a namespace's page shows at the most; one with more has lists by prefix as well."""
_VERSION_LINES: Final = 200
"""Versions that a server's page lists at the most; its list of versions as JSON has all."""
_STATISTICS: Final = "data/statistics.json"


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry that a page is about, its commit, and what the merge has noted of it."""

    entry: bytes
    commit: str
    accepted: bytes | None


class PageRenderer:
    """Renders pages from a state; a pure function of it."""

    def __init__(self, store: Store, namespace: str, site: Site) -> None:
        self._store = store
        self._namespace = namespace
        self._site = site
        self._layout = Layout(site)
        self.browse = BrowseRenderer(store, self._layout, self._cards)

    def server(
        self, name: str, leading: Shown | None, lines: list[VersionLine], part: str
    ) -> Iterator[Document]:
        """The page of a server and its badge: of the entry that leads, with its newest versions."""
        path, picture = f"/servers/{name}/", f"servers/{name}/badge.svg"
        if leading is None:
            yield Document(page_file(path), None, part)
            yield Document(picture, None, part)
            return
        view, ways = _view(leading)
        badge = badge_of(self._site.title, view.version, view.status)
        values = {
            "badge": badge,
            "server": view,
            "ways": ways,
            "versions": lines[:_VERSION_LINES],
            "more_versions": max(0, len(lines) - _VERSION_LINES),
            "is_version": False,
        }
        yield self._layout.page("server", path, view.description, part, **values)
        yield Document(picture, badge_image(self._site.customization.templates, badge), part)

    def version(self, name: str, version: str, shown: Shown | None, part: str) -> Document:
        """The page of one version, which says nothing about others: they come and go."""
        path = f"/servers/{name}/versions/{version}.html"
        if shown is None:
            return Document(page_file(path), None, part)
        view, ways = _view(shown)
        values: dict[str, Any] = {
            "server": view,
            "ways": ways,
            "versions": (),
            "more_versions": 0,
            "is_version": True,
        }
        return self._layout.page("server", path, view.description, part, **values)

    def namespaces(self, first: int, last: int) -> Iterator[Document]:
        """The pages of the namespaces whose alphabetically first server has one of these numbers."""
        rows = self._store.connection.execute(
            "SELECT name FROM servers WHERE number BETWEEN ? AND ?", (first, last)
        ).fetchall()
        for (name,) in rows:
            namespace = name.partition("/")[0]
            found = self._store.connection.execute(
                "SELECT name FROM servers WHERE name > ? ORDER BY name LIMIT 1", (f"{namespace}/",)
            ).fetchone()
            if found == (name,):
                yield self.namespace(namespace)
                for step in self._steps(namespace):
                    yield from self.browse.below(f"{WITHIN}{namespace}/{step}")

    def _steps(self, namespace: str) -> tuple[str, ...]:
        node = node_at(prefix_index_at(self._store, f"{WITHIN}{namespace}"), "")
        return node.prefixes if isinstance(node, Branch) else ()

    def namespace(self, namespace: str) -> Document:
        """The page of a namespace: its servers, or the newest of them and links to all."""
        # What follows a slash is a zero: so these are the names that begin with the namespace's.
        span = (f"{namespace}/", f"{namespace}0")
        within = "s.name > ? AND s.name < ? AND v.is_latest AND v.is_public"
        count = self._store.one(
            "SELECT count(*) FROM servers s CROSS JOIN versions v ON v.server = s.number "
            f"WHERE {within}",
            *span,
        )
        cards = self._cards(f"{within} ORDER BY v.server DESC LIMIT {NAMESPACE_SERVERS}", span)
        part = f"names-{Namespace(namespace).shard}"
        path = f"/servers/{namespace}/"
        if not cards:
            return Document(page_file(path), None, part)
        root = f"{WITHIN}{namespace}"
        values = {
            "namespace": namespace,
            "servers": cards,
            "count": count or 0,
            "steps": self.browse.steps(root, node_at(prefix_index_at(self._store, root), "")),
        }
        description = f"The MCP servers of {namespace} in {self._site.title}."
        return self._layout.page("namespace", path, description, part, **values)

    def _cards(self, where: str, parameters: Sequence[object] = ()) -> list[Card]:
        rows = self._store.connection.execute(
            f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} JOIN servers s ON s.number = v.server "
            f"WHERE v.is_latest AND v.is_public AND {where}",
            parameters,
        )
        return [card_of(orjson.loads(render_entry(row, self._namespace))) for row in rows]

    def site_pages(self, counts: dict[str, int], time: str) -> Iterator[Document]:
        """The pages that are of no server or namespace, and change with many."""
        site, layout, months = self._site, self._layout, months_of(self._store)
        updated = self._cards("v.is_present AND v.event >= 0 ORDER BY v.event DESC LIMIT 9")
        newest = self._cards("v.server >= 0 ORDER BY v.server DESC LIMIT 9")
        home: dict[str, Any] = {"counts": counts, "time": time, "updated": updated, "newest": newest}
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


def _view(shown: Shown) -> tuple[ServerView, list[WayView]]:
    entry = orjson.loads(shown.entry)
    accepted = orjson.loads(shown.accepted) if shown.accepted else None
    return server_view(entry, shown.commit, accepted), way_views(entry["server"])


def version_line(name: str, row: EntryRow) -> VersionLine:
    """A version as a server's page lists it."""
    _, status, message, _, published, _, is_latest, _, server, *_ = row
    version = orjson.loads(server)["version"]
    path = version_page_path(name, version)
    return VersionLine(version, status, message or "", format_time(published), bool(is_latest), path)
