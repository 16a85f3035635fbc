"""References to images, and an image in a registry, for the tests of OCI images."""

from mcp_static.packages.images import HUB_NAMES, PUBLIC_HOSTS

from tests.doubles.https import HttpsFront
from tests.doubles.image_registry import Oci
from tests.packages.market import Document, package

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
GHCR, QUAY, _ = PUBLIC_HOSTS
DOCKER, _, INDEX = HUB_NAMES


def open_oci(front: HttpsFront, name: str | None, host: str = "") -> Document:
    """Push an image whose label has this name; gives its package."""
    host = host or GHCR
    Oci(host).on(front).add("alice/weather", "1.0.0", name)
    return package("oci", f"{host}/alice/weather:1.0.0")
