"""References of container images, such as `ghcr.io/alice/weather:1.2.3`, and the public registries.

The grammar is that of the distribution specification; what a reference without a host means is
Docker's custom, which the official registry follows.
"""

import re
from dataclasses import dataclass
from typing import Final

from mcp_static.packages.registry import Site

SERVER_LABEL: Final = "io.modelcontextprotocol.server.name"
"""The label by which an image names its server."""

HUB: Final = Site("io.docker.registry-1")
HUB_NAMES: Final = tuple(
    Site(domain).host for domain in ("io.docker", "io.docker.registry-1", "io.docker.index")
)
PUBLIC_HOSTS: Final = tuple(Site(domain).host for domain in ("io.ghcr", "io.quay", "com.microsoft.mcr"))
PUBLIC_SUFFIXES: Final = tuple("." + Site(domain).host for domain in ("dev.pkg", "io.azurecr"))
PAGES: Final = {
    HUB.host: Site("com.docker.hub", "/r"),
    Site("io.ghcr").host: Site("io.ghcr"),
    Site("io.quay").host: Site("io.quay", "/repository"),
}
"""Where people read about an image, by the host that it is pulled from."""
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")

_MOVING: Final = frozenset(
    {
        "latest",
        "main",
        "master",
        "edge",
        "nightly",
        "dev",
        "develop",
        "stable",
        "release",
        "alpha",
        "beta",
        "canary",
        "head",
        "lts",
        "next",
        "rolling",
        "snapshot",
        "trunk",
        "unstable",
    }
)
_FLAVOR: Final = re.compile(
    r"(?:-(?:alpine|slim|debian|bookworm|bullseye|trixie|ubuntu|distroless|full|cpu|gpu|cuda|a(?:md|rm)64))+\Z"
)
"""What tags of one release differ in, by custom."""

_NAME: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+|/)[a-z0-9]+)*")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed image reference: the host to connect to, the repository, and a tag or digest."""

    host: str
    repository: str
    version: str


def parse_reference(text: str) -> Reference | None:
    """Read `[host/]repository[:tag][@digest]`; None if it is not one, or has neither tag nor digest."""
    rest, at, digest = text.partition("@")
    first, slash, path = rest.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, path = HUB_NAMES[0], rest
    path, _, tag = path.partition(":")
    host = first.lower()
    if host in HUB_NAMES:
        host = HUB.host
        path = path if "/" in path else f"library/{path}"
    if not _HOST.fullmatch(host) or not _NAME.fullmatch(path) or (tag and not _TAG.fullmatch(tag)):
        return None
    if at and not DIGEST.fullmatch(digest):
        return None
    return Reference(host, path, digest or tag) if digest or tag else None


def parse_repository(text: str) -> tuple[str, str] | None:
    """Host and repository of a reference, with or without a tag or digest; None if it is not one."""
    reference = parse_reference(text) or parse_reference(f"{text}:latest")
    return (reference.host, reference.repository) if reference else None


def has_tag_or_digest(reference: str) -> bool:
    """Whether a reference names one image rather than a repository of them."""
    return "@sha256:" in reference or ":" in reference.rpartition("/")[2]


def is_moving_tag(tag: str, version: str = "") -> bool:
    """Whether a tag by custom moves on, with every push or with the releases after `version`."""
    return _FLAVOR.sub("", tag.lower()) in _MOVING or version.startswith(f"{tag.removeprefix('v')}.")


def with_tag(image: str, version: str) -> str:
    """A reference with the version for its tag, if it has neither tag nor digest."""
    is_exact = "@" in image or has_tag_or_digest(image)
    return image if is_exact or not version else f"{image}:{version}"


def is_public_host(host: str) -> bool:
    """Whether images may come from a host though no setting names it."""
    return host in PUBLIC_HOSTS or host in HUB_NAMES or host.endswith(PUBLIC_SUFFIXES)


def image_page(identifier: str, version: str) -> str:
    """Where people read about an image; empty if its registry has no such pages that are known."""
    reference = parse_reference(identifier) or parse_reference(f"{identifier}:{version or 'latest'}")
    site = PAGES.get(reference.host) if reference else None
    return f"{site.url}/{reference.repository}" if site and reference else ""
