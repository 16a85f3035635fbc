"""The site as a whole: what every page has, the files it loads, and how a page is put together."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.pages.customization import Customization
from mcp_static.pages.site_files import site_folder
from mcp_static.pages.templates import render_template
from mcp_static.settings import Settings
from mcp_static.settings.site import SiteSettings

SECTIONS: Final = {
    "Browse": "/browse/servers/",
    "Publish": "/publish/",
    "API": "/aggregators/",
    "Statistics": "/statistics/",
}
"""What the head of every page links to."""
_SECTION_OF_PREFIX: Final = {
    **{path: path for path in SECTIONS.values()},
    "/browse/": SECTIONS["Browse"],
    "/reference/": SECTIONS["API"],
}
"""Path prefixes, each with the section that the head marks as current there."""
_FRAME: Final = ("links", "top", "bottom")
"""Templates of what is the same on every page of a section."""
_SEARCHING: Final = frozenset({"home", "search", "missing"})
"""Pages that have a search field of their own and so none in the head."""
_PLAIN: Final = re.compile("[A-Za-z0-9/._~-]*")
"""Paths that percent-encoding leaves unchanged; matching is ten times as fast as encoding."""
_COMMIT_PAGES: Final = {"github": "/commit/", "gitlab": "/-/commit/", "forgejo": "/commit/"}
"""Kinds of forges, and what goes between a repository's address and a commit's id."""
_ASSETS: Final = ("site.css", "site.js", "search.js", "icon.svg", "card.png")


@dataclass(frozen=True, slots=True)
class Site:
    """What every page has: addresses, texts and looks of the registry. Cheap to send to a process.

    `base` is the path that the registry is served under, empty or `/registry`; `commit_address` is
    where people see a commit, without its id, and empty if the repository's host is not known;
    `has_policies` tells whether there are policies for clients; `proposal` is what the repository's
    forge calls a pull request.
    """

    title: str
    description: str
    url: str
    base: str
    repository: str
    report_url: str
    options: SiteSettings
    customization: Customization
    assets: tuple[tuple[str, str], ...]
    commit_address: str
    has_policies: bool
    proposal: str

    @property
    def logo(self) -> str:
        """The path of the registry's own logo, or empty."""
        return dict(self.assets).get("logo", "")

    def commit_page(self, commit: str) -> str:
        """Where people see a commit of the registry's repository; empty if its host is not known."""
        return f"{self.commit_address}{commit}" if self.commit_address else ""

    def report_page(self, server: str) -> str:
        """Where people report a server; empty if the registry has no place for that."""
        return self.report_url.replace("{server}", quote(server, safe=""))

    def asset(self, name: str) -> str:
        """The address of an asset, below the registry's."""
        return f"{self.base}/{dict(self.assets)[name]}"


def site_of(settings: Settings, customization: Customization) -> Site:
    """The site of a registry."""
    return Site(
        settings.title,
        settings.description,
        settings.url,
        urlsplit(settings.url).path.rstrip("/"),
        settings.repository,
        settings.report_url or _report_form(settings.repository),
        settings.site,
        customization,
        tuple((name, path) for name, path, _ in _assets(settings.site, customization)),
        _commit_address(settings),
        settings.policies is not None,
        "merge request" if settings.forge_kind == "gitlab" else "pull request",
    )


def _commit_address(settings: Settings) -> str:
    """Where people see a commit of the registry's repository, without its id."""
    infix = _COMMIT_PAGES.get(settings.forge_kind)
    return f"{settings.repository.removesuffix('.git')}{infix}" if infix else ""


def _report_form(repository: str) -> str:
    """The issue form for reports in a repository on GitHub, which the address fills in by field."""
    if urlsplit(repository).hostname != "github.com":
        return ""
    return f"{repository.removesuffix('.git')}/issues/new?template=report.yml&server={{server}}"


@lru_cache(maxsize=4)
def _assets(options: SiteSettings, customization: Customization) -> tuple[tuple[str, str, bytes], ...]:
    """The assets: name, the path that its content gives it, content."""
    found = []
    for name in _ASSETS:
        body = (site_folder() / "assets" / name).read_bytes()
        if name == "site.css":
            body += render_template("colours.css.j2", customization.templates, options=options)
        found.append((name, _hashed(name, body), body))
    if customization.logo:
        found.append(
            ("logo", _hashed(f"logo.{customization.logo_kind}", customization.logo), customization.logo)
        )
    return tuple(found)


def _hashed(name: str, body: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{kind}"


def asset_documents(site: Site) -> Iterator[Document]:
    """The files that pages load."""
    for _, path, body in _assets(site.options, site.customization):
        yield Document(path, body, MISCELLANEOUS)


class Layout:
    """Makes pages of a site; what does not differ between them is made once."""

    def __init__(self, site: Site) -> None:
        self.site: Final = site
        self._frames: Final[dict[tuple[str, bool], dict[str, Markup]]] = {}

    def page(
        self, template: str, path: str, description: str, part: str = MISCELLANEOUS, **values: Any
    ) -> Document:
        """The page at an address below the registry's, such as `/publish/`, not encoded.

        `description` is for search engines and previews; `values` is what the template shows.
        """
        body = self._render(
            f"{template}.html.j2",
            path=path if _PLAIN.fullmatch(path) else quote(path),
            description=description,
            frame=self._frame(path, has_search=template not in _SEARCHING),
            **values,
        )
        return Document(page_file(path), body, part)

    def _frame(self, path: str, *, has_search: bool) -> dict[str, Markup]:
        section = next(
            (section for start, section in _SECTION_OF_PREFIX.items() if path.startswith(start)), ""
        )
        frame = self._frames.get((section, has_search))
        if frame is None:
            values = {"section": section, "sections": SECTIONS, "has_search": has_search}
            frame = {
                name: Markup(self._render(f"{name}.html.j2", **values).decode())  # noqa: S704 (rendered)
                for name in _FRAME
            }
            self._frames[section, has_search] = frame
        return frame

    def _render(self, template: str, **values: Any) -> bytes:
        return render_template(template, self.site.customization.templates, site=self.site, **values)


def page_file(path: str) -> str:
    """The file of a page."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")
