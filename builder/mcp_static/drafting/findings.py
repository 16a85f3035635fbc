"""Looking through a folder: Git, the manifests and the README, as one set of findings."""

from dataclasses import dataclass
from pathlib import Path

from mcp_static.drafting.draft import Findings
from mcp_static.drafting.manifests import read_manifests
from mcp_static.drafting.project import Project
from mcp_static.drafting.remote import read_checkout
from mcp_static.model.errors import ManifestError
from mcp_static.packages.manifest import newest_tag, readme_name


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


def _readme(project: Project) -> tuple[str | None, tuple[str, ...]]:
    name = readme_name(project)
    if name is None:
        return None, ()
    try:
        return project.text(name), ()
    except ManifestError as error:
        return None, (f"{name} is passed over: it {error}",)
