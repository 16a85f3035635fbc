"""The package registries that are trusted: one table, in reversed-domain form as namespaces are."""

from typing import Final, NamedTuple

from builder.model.settings import Settings


class Site(NamedTuple):
    """A registry's place: its domain, reversed, and the path that its address ends in."""

    domain: str
    path: str = ""

    @property
    def host(self) -> str:
        """The domain as it is dialled."""
        return ".".join(reversed(self.domain.split(".")))

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"https://{self.host}{self.path}"


REGISTRIES: Final = {
    "npm": Site("org.npmjs.registry"),
    "pypi": Site("org.pypi"),
    "nuget": Site("org.nuget.api", "/v3/index.json"),
    "cargo": Site("io.crates"),
    "go": Site("org.golang.proxy"),
}
"""Where packages of a type are when they do not say: the official registry's defaults."""

CRATE_INDEX: Final = Site("io.crates.index")
CRATE_READMES: Final = Site("io.crates.static")

OCI_HUB: Final = Site("io.docker.registry-1")
OCI_HUB_NAMES: Final = tuple(
    Site(domain).host for domain in ("io.docker", "io.docker.registry-1", "io.docker.index")
)
OCI_HOSTS: Final = tuple(Site(domain).host for domain in ("io.ghcr", "io.quay", "com.microsoft.mcr"))
OCI_SUFFIXES: Final = tuple("." + Site(domain).host for domain in ("dev.pkg", "io.azurecr"))


def base_url(kind: str, asked: str | None, settings: Settings) -> str | None:
    """The address of the registry that a package names, or its type's; None if it is not trusted."""
    default = REGISTRIES[kind].url
    trusted = {default, *(site.url for site in settings.package_registries if site.type == kind)}
    wanted = (asked or default).rstrip("/")
    if kind == "nuget" and wanted == f"https://{REGISTRIES[kind].host}":
        wanted = default  # the form of older records
    return wanted if wanted in trusted else None


def is_oci_host(host: str, settings: Settings) -> bool:
    """Whether images may come from a host."""
    if host in OCI_HOSTS or host in OCI_HUB_NAMES or host.endswith(OCI_SUFFIXES):
        return True
    extra = {
        site.url.partition("://")[2] or site.url
        for site in settings.package_registries
        if site.type == "oci"
    }
    return host in extra
