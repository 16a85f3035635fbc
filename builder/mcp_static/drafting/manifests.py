"""The manifests of a project, found by the patterns of their names."""

from fnmatch import fnmatch

from mcp_static.drafting.project import Project
from mcp_static.model.errors import ManifestError
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.types import PACKAGE_TYPES


def read_manifests(project: Project) -> tuple[tuple[Manifest, ...], tuple[str, ...]]:
    """All manifests in a folder, and a note for each thing that could not be used.

    They are in the order of the package types. Where two disagree, the first is believed.
    """
    found: list[Manifest] = []
    notes: list[str] = []
    names = project.names()
    formats = [kind.manifest for kind in PACKAGE_TYPES if kind.manifest]
    for form in formats:
        for name in [name for name in names if fnmatch(name, form.pattern)]:
            try:
                text = project.text(name)
                manifest = form.read(project, name, text) if text is not None else None
            except ManifestError as error:
                notes.append(f"{name} is passed over: it {error}")
                continue
            if manifest is not None:
                found.append(manifest)
                notes.extend(manifest.notes)
    return tuple(found), tuple(notes)
