"""Public package registries: where packages are fetched from, and where people read about them.

Hosts are written as namespaces are, in reversed-domain form.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, text_of
from mcp_static.model.web_addresses import WebAddress, is_plainly_written, parse_address

_IDENTIFIER: Final = re.compile(r"@?\w[\w.-]*(/\w[\w.~-]*)*", re.ASCII)
_VERSION: Final = re.compile(r"\w[\w.+-]*", re.ASCII)
_FILLED_IN: Final = re.compile(r"[${}]")


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


def command_address(text: str) -> WebAddress:
    """A registry's address, if it can stand on a command line or in a client's configuration.

    Raises NoCommandError for what programs could read in more than one way, for credentials, which
    everybody would see, and for what clients fill in (`{…}`, `$…`).
    """
    address = parse_address(text) if is_plainly_written(text) else None
    if address is None or _FILLED_IN.search(text):
        raise NoCommandError(f"{text[:200]!r}, its registryBaseUrl, is not the address of a registry")
    if address.has_credentials:
        raise NoCommandError("its registryBaseUrl contains credentials")
    return address


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRegistry:
    """The registry in which packages of a type are when their record names none.

    `site` answers programs, `pages` people; `version_separator` goes between identifier and version
    in the address of a page. `aliases` are other addresses by which records name the registry.
    `is_index` tells whether runners take the address that records name.
    """

    site: Site
    pages: Site
    version_separator: str = "/"
    aliases: tuple[str, ...] = ()
    is_index: bool = True

    def is_named_by(self, address: str | None) -> bool:
        """Whether a package with this `registryBaseUrl`, or none, is in this registry."""
        return not address or address.rstrip("/") in (self.site.url, *self.aliases)

    def private_address(self, named: str) -> str:
        """The address of another registry that a record names, as it stands there; empty for this one.

        Raises NoCommandError for what cannot stand on a command line.
        """
        if self.is_named_by(named):
            return ""
        command_address(named)
        return named

    def has_host_of(self, address: str) -> bool:
        """Whether an address is on a host of this registry."""
        parsed = parse_address(address)
        hosts = {place.host for place in map(parse_address, self._addresses) if place}
        return parsed is not None and parsed.host in hosts

    @property
    def _addresses(self) -> tuple[str, ...]:
        return (self.site.url, self.pages.url, *self.aliases)

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
