"""Public package registries: where packages are fetched from, and where people read about them.

Hosts are written as namespaces are, in reversed-domain form.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from mcp_static.model.reading import Part, text_of

_IDENTIFIER: Final = re.compile(r"@?\w[\w.-]*(/\w[\w.~-]*)*", re.ASCII)
_VERSION: Final = re.compile(r"\w[\w.+-]*", re.ASCII)


class Site(NamedTuple):
    """A web site: its domain, reversed, and the path that its address ends in."""

    domain: str
    path: str = ""

    @property
    def host(self) -> str:
        """The domain in the usual order."""
        return ".".join(reversed(self.domain.split(".")))

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"https://{self.host}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRegistry:
    """The registry in which packages of a type are when their record names none.

    `site` answers programs, `pages` people; `version_separator` goes between identifier and version
    in the address of a page. `aliases` are other addresses by which records name the registry.
    """

    site: Site
    pages: Site
    version_separator: str = "/"
    aliases: tuple[str, ...] = ()

    def is_named_by(self, address: str | None) -> bool:
        """Whether a package with this `registryBaseUrl`, or none, is in this registry."""
        return not address or address.rstrip("/") in (self.site.url, *self.aliases)

    def page(self, package: Part) -> str:
        """The address of a package's page; empty if it is in another registry, or cannot have one."""
        identifier, version = text_of(package, "identifier") or "", text_of(package, "version") or ""
        is_elsewhere = not self.is_named_by(text_of(package, "registryBaseUrl"))
        if is_elsewhere or not _IDENTIFIER.fullmatch(identifier):
            return ""
        page = f"{self.pages.url}/{identifier}"
        if not _VERSION.fullmatch(version):
            return page
        return f"{page}{self.version_separator}{quote(version, safe='')}"
