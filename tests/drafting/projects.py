"""Folders of projects, and what is read from them."""

import subprocess
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


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def make_repository(
    folder: Path, address: str = "git@github.com:alice/weather.git", *tags: str
) -> None:
    """A repository with an origin and, if there are tags, a commit that has them."""
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", address)
    if tags:
        git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    for tag in tags:
        git(folder, "tag", tag)
