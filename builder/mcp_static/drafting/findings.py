"""Looking through a folder: Git, the manifests and the README, as one set of findings."""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from mcp_static.drafting.draft import Findings
from mcp_static.drafting.project import Project
from mcp_static.drafting.remote import read_checkout
from mcp_static.model.errors import ManifestError
from mcp_static.packages.manifest import Manifest, newest_tag, readme_name
from mcp_static.packages.types import PACKAGE_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found, the version of the newest tag, and a note for each thing left out."""

    findings: Findings
    tag: str | None
    notes: tuple[str, ...]


def search(folder: Path) -> Search:
    """Read all that a folder says; what cannot be read becomes a note."""
    checkout = read_checkout(folder)
    project = checkout.project
    manifests, notes = read_manifests(project)
    readme, readme_notes = _readme(project)
    findings = Findings(
        manifests=manifests, origin=checkout.origin, subfolder=project.subfolder, readme=readme
    )
    return Search(
        findings=findings,
        tag=newest_tag(project),
        notes=(*checkout.notes, *notes, *readme_notes),
    )


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


def _readme(project: Project) -> tuple[str | None, tuple[str, ...]]:
    name = readme_name(project)
    if name is None:
        return None, ()
    try:
        return project.text(name), ()
    except ManifestError as error:
        return None, (f"{name} is passed over: it {error}",)
