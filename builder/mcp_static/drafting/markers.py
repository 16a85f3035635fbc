"""The markers by which packages point back at their server, as far as they are missing yet."""

from collections.abc import Iterator

from mcp_static.drafting.facts import Findings
from mcp_static.model.reading import Part, packages_of
from mcp_static.packages.types import PACKAGE_TYPES


def missing_markers(document: Part, found: Findings) -> Iterator[str]:
    """What to add to which file before a package is published, a sentence each."""
    name = str(document.get("name"))
    drafted = {package["registryType"] for _, package in packages_of(document)}
    for kind in PACKAGE_TYPES:
        if kind.id in drafted:
            manifests = [one for one in found.manifests if one.registry_type == kind.id]
            yield from kind.marker_advice(manifests, name)
