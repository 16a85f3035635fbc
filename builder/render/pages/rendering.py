"""Pages from a state: what each shows is looked up here, and laid out in `site`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import orjson

from builder.model.names import Namespace
from builder.model.times import format_time
from builder.render.document import Document
from builder.render.pages.site import Site, namespace_page, server_page, site_documents
from builder.render.pages.views import Card, VersionLine, api_path, card_of, server_view, way_views
from builder.render.state import EntryRow, State, render_entry

NAMESPACE_SERVERS: Final = 200
"""Servers that a namespace's page shows at the most: a publish must not rewrite what grows."""


@dataclass(frozen=True, slots=True)
class Leading:
    """The entry that a server's page is about, its commit, and what the merge has noted of it."""

    entry: bytes
    commit: str
    accepted: bytes | None


class PageRenderer:
    """Renders pages from a state; a pure function of it."""

    def __init__(self, state: State, namespace: str, site: Site) -> None:
        self._state = state
        self._namespace = namespace
        self._site = site

    def server(
        self,
        name: str,
        leading: Leading | None,
        lines: list[VersionLine],
        part: str,
    ) -> Document:
        """The page of a server: of the entry that leads, with all its versions; none without one."""
        if leading is None:
            return Document(f"servers/{name}/index.html", None, part)
        entry = orjson.loads(leading.entry)
        accepted = orjson.loads(leading.accepted) if leading.accepted else None
        view = server_view(entry, leading.commit, accepted)
        ways = way_views(entry["server"])
        return server_page(self._site, f"/servers/{name}/", view, ways, lines, part)

    def namespaces(self, first: int, last: int) -> Iterator[Document]:
        """The pages of the namespaces whose alphabetically first server has one of these numbers."""
        rows = self._state.connection.execute(
            "SELECT name FROM servers WHERE number BETWEEN ? AND ?", (first, last)
        ).fetchall()
        for (name,) in rows:
            namespace = name.partition("/")[0]
            found = self._state.connection.execute(
                "SELECT name FROM servers WHERE name > ? ORDER BY name LIMIT 1", (f"{namespace}/",)
            ).fetchone()
            if found == (name,):
                yield self.namespace(namespace)

    def namespace(self, namespace: str) -> Document:
        """The page of a namespace: its newest servers, and how many there are."""
        # What follows a slash is a zero: so these are the names that begin with the namespace's.
        span = (f"{namespace}/", f"{namespace}0")
        within = (
            "v.server IN (SELECT number FROM servers WHERE name > ? AND name < ?) "
            "AND v.is_latest AND v.is_public"
        )
        count = self._state.one(f"SELECT count(*) FROM versions v WHERE {within}", *span)
        cards = self._cards(f"{within} ORDER BY v.server DESC LIMIT {NAMESPACE_SERVERS}", *span)
        part = f"names-{Namespace(namespace).shard}"
        return namespace_page(self._site, namespace, cards, count or 0, part)

    def _cards(self, where: str, *parameters: object) -> list[Card]:
        rows = self._state.entries(where, *parameters)
        return [card_of(orjson.loads(render_entry(row, self._namespace))) for row in rows]

    def site_pages(self, counts: dict[str, int], time: str) -> Iterator[Document]:
        """The home page and those that explain."""
        leading = "v.is_latest AND v.is_public"
        updated = self._cards(
            f"{leading} AND v.is_present AND v.event >= 0 ORDER BY v.event DESC LIMIT 12"
        )
        newest = self._cards(f"{leading} ORDER BY v.server DESC LIMIT 12")
        yield from site_documents(self._site, counts, time, updated, newest)


def version_line(name: str, is_public: bool, row: EntryRow) -> VersionLine:
    """A version as a server's page lists it."""
    _, status, message, _, published, _, is_latest, _, server, *_ = row
    version = orjson.loads(server)["version"]
    path = api_path(name, f"versions/{quote(version, safe='')}") if is_public else ""
    return VersionLine(
        version, status, message or "", format_time(published), bool(is_latest and is_public), path
    )
