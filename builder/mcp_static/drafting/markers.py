"""The markers by which packages point back at their server, as far as they are missing yet.

Each type's marker: the official registry's `package-types` guide.
"""

from collections.abc import Iterator
from typing import Final

from mcp_static.drafting.draft import Findings
from mcp_static.drafting.manifest import Manifest
from mcp_static.drafting.readme import has_marker
from mcp_static.model.reading import Part, packages_of
from mcp_static.packages.markers import SERVER_LABEL

_SHIPPED: Final = {
    "pypi": "`readme` in pyproject.toml",
    "nuget": "`PackageReadmeFile` in the project file",
    "cargo": "`readme` in Cargo.toml",
}
"""What makes a package ship its README."""


def missing_markers(document: Part, found: Findings) -> Iterator[str]:
    """What to add to which file before a package is published, a sentence each."""
    name = str(document.get("name"))
    drafted = {package["registryType"] for _, package in packages_of(document)}
    for manifest in found.manifests:
        is_drafted = manifest.identifier and manifest.registry_type in drafted
        if is_drafted and (sentence := _missing(manifest, name)):
            yield sentence
    if "oci" in drafted:
        labels = [m.server_name for m in found.manifests if m.registry_type == "oci"]
        if name not in labels:
            yield f'Dockerfile: add `LABEL {SERVER_LABEL}="{name}"`.'


def _missing(manifest: Manifest, name: str) -> str | None:
    kind = manifest.registry_type
    if kind == "npm":
        if manifest.server_name == name:
            return None
        verb = "change it to" if manifest.server_name else "add"
        return f'{manifest.file}: {verb} `"mcpName": "{name}"`.'
    if kind not in _SHIPPED:
        return None
    # The page of a crate is rendered, and comments are gone there.
    if manifest.readme and has_marker(manifest.readme, name, visible=kind == "cargo"):
        return None
    ships = f", and ship it ({_SHIPPED[kind]})" if manifest.readme is None else ""
    return f"README of {manifest.identifier} ({kind}): add a line `mcp-name: {name}`{ships}."
