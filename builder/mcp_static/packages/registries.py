"""The package registries that are trusted: one table, in reversed-domain form as namespaces are."""

from typing import Final, NamedTuple

from mcp_static.model.settings import Settings


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

PAGES: Final = {
    "npm": Site("com.npmjs.www", "/package"),
    "pypi": Site("org.pypi", "/project"),
    "nuget": Site("org.nuget.www", "/packages"),
    "cargo": Site("io.crates", "/crates"),
    "go": Site("dev.go.pkg"),
}
"""Where people read about packages of those registries."""

CRATE_INDEX: Final = Site("io.crates.index")
CRATE_READMES: Final = Site("io.crates.static")

OCI_HUB: Final = Site("io.docker.registry-1")
OCI_HUB_NAMES: Final = tuple(
    Site(domain).host for domain in ("io.docker", "io.docker.registry-1", "io.docker.index")
)
OCI_HOSTS: Final = tuple(Site(domain).host for domain in ("io.ghcr", "io.quay", "com.microsoft.mcr"))
OCI_PAGES: Final = {
    OCI_HUB.host: Site("com.docker.hub", "/r"),
    Site("io.ghcr").host: Site("io.ghcr"),
    Site("io.quay").host: Site("io.quay", "/repository"),
}
"""Where people read about an image, by the host that it is pulled from."""
OCI_SUFFIXES: Final = tuple("." + Site(domain).host for domain in ("dev.pkg", "io.azurecr"))


def base_url(kind: str, asked: str | None, settings: Settings) -> str | None:
    """The address of the registry that a package names, or its type's; None if it is not trusted."""
    trusted = {site.url for site in settings.package_registries if site.type == kind}
    if is_default(kind, asked):
        return REGISTRIES[kind].url
    wanted = str(asked).rstrip("/")
    return wanted if wanted in trusted else None


def is_default(kind: str, asked: str | None) -> bool:
    """Whether a package that names a registry, or none, is in the one of its type."""
    default = REGISTRIES[kind]
    known = {default.url}
    if kind == "nuget":
        known.add(f"https://{default.host}")  # the form of older records
    return not asked or asked.rstrip("/") in known


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
