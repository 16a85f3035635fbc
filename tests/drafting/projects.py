"""Folders of projects, and what is read from them."""

from pathlib import Path

from mcp_static.drafting.manifests import read_manifests
from mcp_static.drafting.project import Project
from mcp_static.packages.manifest import Manifest


def project_of(folder: Path, *tags: str, top: Path | None = None) -> Project:
    return Project(folder.resolve(), (top or folder).resolve(), tags)


def read(folder: Path, *tags: str, **files: str) -> Manifest:
    """The one manifest of a folder, of which nothing is noted."""
    found, notes = write_and_read(folder, *tags, **files)
    assert notes == ()
    assert len(found) == 1
    return found[0]


def write_and_read(
    folder: Path, *tags: str, **files: str
) -> tuple[tuple[Manifest, ...], tuple[str, ...]]:
    for name, content in files.items():
        (folder / name).write_text(content)
    return read_manifests(project_of(folder, *tags))
