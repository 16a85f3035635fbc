"""The site as a whole: what every page has, the files it loads, and how a page is put together."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from builder.model.settings import Settings, SiteSettings
from builder.render.assets import render_template, site_folder
from builder.render.document import MISCELLANEOUS, Document
from builder.render.own import Own

_ASSETS: Final = ("site.css", "site.js", "search.js", "icon.svg", "card.png")


@dataclass(frozen=True, slots=True)
class Site:
    """What every page has: addresses, texts and looks of the registry. Cheap to send to a process."""

    title: str
    description: str
    url: str
    repository: str
    options: SiteSettings
    own: Own
    assets: tuple[tuple[str, str], ...]

    @property
    def base(self) -> str:
        """The path that the registry is served under, empty or `/registry`."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def logo(self) -> str:
        """The path of the registry's own logo, or empty."""
        return dict(self.assets).get("logo", "")

    def asset(self, name: str) -> str:
        """The address of an asset, below the registry's."""
        return f"{self.base}/{dict(self.assets)[name]}"


def site_of(settings: Settings, own: Own) -> Site:
    """The site of a registry."""
    return Site(
        settings.title,
        settings.description,
        settings.url,
        settings.repository,
        settings.site,
        own,
        tuple((name, path) for name, path, _ in _assets(settings.site, own)),
    )


@lru_cache(maxsize=4)
def _assets(options: SiteSettings, own: Own) -> tuple[tuple[str, str, bytes], ...]:
    """The assets: name, the path that its content gives it, content."""
    found = []
    for name in _ASSETS:
        body = (site_folder() / "assets" / name).read_bytes()
        if name == "site.css":
            body += render_template("colours.css.j2", options=options)
        found.append((name, _hashed(name, body), body))
    if own.logo:
        found.append(("logo", _hashed(f"logo.{own.logo_kind}", own.logo), own.logo))
    return tuple(found)


def _hashed(name: str, body: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{kind}"


def asset_documents(site: Site) -> Iterator[Document]:
    """The files that pages load."""
    for _, path, body in _assets(site.options, site.own):
        yield Document(path, body, MISCELLANEOUS)


def page(
    site: Site, template: str, path: str, says: str, part: str = MISCELLANEOUS, **values: Any
) -> Document:
    """The page at an address below the registry's, such as `/publish/`, not encoded.

    `says` is its description for search engines and previews; `values` is what its template shows.
    """
    body = render_template(
        f"{template}.html.j2",
        site.own.templates,
        site=site,
        path=quote(path),
        says=says,
        **values,
    )
    return Document(page_file(path), body, part)


def page_file(path: str) -> str:
    """The file of a page."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")
