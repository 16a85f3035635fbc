"""Reading all the manifests in a folder."""

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
    names: dict[str, list[str]] = {}
    for form in [kind.manifest for kind in PACKAGE_TYPES if kind.manifest]:
        for folder in form.folders:
            if folder not in names:
                names[folder] = project.names(folder)
            for name in [one for one in names[folder] if fnmatch(one, form.pattern)]:
                file = f"{folder}/{name}" if folder else name
                try:
                    text = project.text(file)
                    manifest = form.read(project, file, text) if text is not None else None
                except ManifestError as error:
                    notes.append(f"{file} is passed over: it {error}")
                    continue
                if manifest is not None:
                    found.append(manifest)
                    notes.extend(manifest.notes)
    return tuple(found), tuple(notes)
