"""References of container images, such as `ghcr.io/alice/weather:1.2.3`.

The grammar is that of the distribution specification; what a reference without a host means is
Docker's custom, which the official registry follows.
"""

import re
from dataclasses import dataclass
from typing import Final

from mcp_static.packages.registries import OCI_HUB, OCI_HUB_NAMES

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")

_NAME: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+|/)[a-z0-9]+)*")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference read: the host as it is dialled, the repository, and a tag or digest."""

    host: str
    repository: str
    version: str


def parse_reference(text: str) -> Reference | None:
    """Read `[host/]repository[:tag][@digest]`; None for what is none, or has neither tag nor digest."""
    rest, at, digest = text.partition("@")
    first, slash, path = rest.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, path = OCI_HUB_NAMES[0], rest
    path, _, tag = path.partition(":")
    host = first.lower()
    if host in OCI_HUB_NAMES:
        host = OCI_HUB.host
        path = path if "/" in path else f"library/{path}"
    if not _HOST.fullmatch(host) or not _NAME.fullmatch(path) or (tag and not _TAG.fullmatch(tag)):
        return None
    if at and not DIGEST.fullmatch(digest):
        return None
    return Reference(host, path, digest or tag) if digest or tag else None
