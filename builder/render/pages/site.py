"""The site as a whole: what every page has, its assets, and the pages that are not of one server."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from builder.model.settings import Settings
from builder.render.assets import render_template, site_folder
from builder.render.document import MISCELLANEOUS, Document
from builder.render.pages.views import Card, ServerView, VersionLine, WayView

_ASSETS: Final = ("site.css", "site.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Site:
    """What every page has: addresses and texts of the registry. Cheap to send to a process."""

    title: str
    description: str
    url: str
    repository: str
    style: str
    script: str
    icon: str

    @property
    def base(self) -> str:
        """The path that the registry is served under, empty or `/registry`."""
        return urlsplit(self.url).path.rstrip("/")


def site_of(settings: Settings) -> Site:
    """The site of a registry."""
    style, script, icon = (path for path, _ in _assets())
    return Site(
        settings.title,
        settings.description,
        settings.url,
        settings.repository,
        style,
        script,
        icon,
    )


@lru_cache(maxsize=1)
def _assets() -> tuple[tuple[str, bytes], ...]:
    """The assets, each under a name that its content gives."""
    found = []
    for name in _ASSETS:
        body = (site_folder() / "assets" / name).read_bytes()
        stem, _, kind = name.rpartition(".")
        found.append((f"assets/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{kind}", body))
    return tuple(found)


def site_documents(
    site: Site, counts: dict[str, int], time: str, updated: Sequence[Card], newest: Sequence[Card]
) -> Iterator[Document]:
    """The home page, the pages that explain, and the assets."""
    home = {"counts": counts, "time": time, "updated": updated, "newest": newest}
    yield _page(site, "home", "/", site.description, MISCELLANEOUS, **home)
    publish = f"How to publish an MCP server in {site.title}."
    yield _page(site, "publish", "/publish/", publish, MISCELLANEOUS)
    reading = f"How to read {site.title}: the standard API, exports and feeds."
    yield _page(site, "aggregators", "/aggregators/", reading, MISCELLANEOUS)
    for path, body in _assets():
        yield Document(path, body, MISCELLANEOUS)


def server_page(
    site: Site,
    path: str,
    server: ServerView,
    ways: Sequence[WayView],
    versions: Sequence[VersionLine],
    part: str,
) -> Document:
    """The page of a server; `path` is its address below the registry's, not encoded."""
    values = {"server": server, "ways": ways, "versions": versions}
    return _page(site, "server", path, server.description, part, **values)


def namespace_page(
    site: Site, namespace: str, servers: Sequence[Card], count: int, part: str
) -> Document:
    """The page of a namespace, of some or all of its servers; without any there is none."""
    path = f"/servers/{namespace}/"
    if not servers:
        return Document(_file(path), None, part)
    says = f"The MCP servers of {namespace} in {site.title}."
    return _page(site, "namespace", path, says, part, namespace=namespace, servers=servers, count=count)


def _file(path: str) -> str:
    return f"{path}index.html".lstrip("/")


def _page(site: Site, template: str, path: str, says: str, part: str, **values: Any) -> Document:
    body = render_template(f"{template}.html.j2", site=site, path=path, says=says, **values)
    return Document(_file(path), body, part)
