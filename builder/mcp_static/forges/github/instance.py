"""Which GitHub: github.com, or the Enterprise Server that a registry lives on.

GitHub tells its workflows by two variables (its reference of default environment variables):
`GITHUB_SERVER_URL`, where people see it, and `GITHUB_API_URL`.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from mcp_static.forges.environment import address_in
from mcp_static.model.forge_ids import GITHUB_HOST

_ENTERPRISE_API: Final = "/api/v3"


@dataclass(frozen=True, slots=True)
class Instance:
    """One GitHub: the address of its site, and that of its API."""

    site: str
    api: str

    @property
    def host(self) -> str:
        """What ids of its accounts begin with."""
        return urlsplit(self.site).netloc.lower()

    @property
    def is_public(self) -> bool:
        """Whether it is github.com, whose accounts `io.github.*` represents."""
        return self.host == GITHUB_HOST


PUBLIC: Final = Instance(f"https://{GITHUB_HOST}", f"https://api.{GITHUB_HOST}")


def enterprise(site: str) -> Instance:
    """The Enterprise Server, or the GitHub of a company's own, whose site is at an address."""
    return Instance(site, _api_of(site))


def registry_instance() -> Instance:
    """The GitHub that the registry lives on, by the environment; github.com if that is not set.

    If only one of the two addresses is given, the other follows from it, so that the accounts of one
    GitHub are never taken for those of another. Raises UsageError for anything that is not an address.
    """
    site, api = address_in("GITHUB_SERVER_URL"), address_in("GITHUB_API_URL")
    if site or api:
        return Instance(site or _site_of(api), api or _api_of(site))
    return PUBLIC


def _site_of(api: str) -> str:
    """`https://github.com` for `https://api.github.com`, and likewise for the other forms."""
    parts = urlsplit(api)
    host = parts.netloc if parts.path == _ENTERPRISE_API else parts.netloc.removeprefix("api.")
    return f"{parts.scheme}://{host}"


def _api_of(site: str) -> str:
    """The API of a site: below `api.` on GitHub's own hosts, else at the path of Enterprise Server."""
    parts = urlsplit(site)
    host = parts.netloc.lower()
    if host == GITHUB_HOST or host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{host}"
    return site + _ENTERPRISE_API
