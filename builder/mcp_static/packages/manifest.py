"""Manifests of packages in a project: what each says, and what their readers have in common."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from mcp_static.model.errors import ManifestError
from mcp_static.model.reading import Part
from mcp_static.model.versions import semantic_version

_README: Final = re.compile(r"readme(?:\.(?:md|markdown|rst|txt))?", re.IGNORECASE)


class Project(Protocol):
    """A project's folder, as far as a reader may look."""

    @property
    def subfolder(self) -> str:
        """The folder's place in its repository, with slashes; empty for the root itself."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The repository's tags."""

    def names(self) -> list[str]:
        """The names of what is in the folder, sorted."""

    def text(self, name: str) -> str | None:
        """A file's text, by its path from the folder; None when it is not there.

        Raises ManifestError for a file that may not or cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one manifest says about its package; None where it says nothing.

    `identifier` is None for a package that is not published. `server_name` is the marker that the
    manifest itself carries; `readme` is the text of the README that the package ships.
    """

    file: str
    registry_type: str
    identifier: str | None = None
    version: str | None = None
    title: str | None = None
    description: str | None = None
    server_name: str | None = None
    repository: str | None = None
    subfolder: str | None = None
    website: str | None = None
    runtime_hint: str | None = None
    readme: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestFormat:
    """A format of manifests: the pattern of their names, and how one is read.

    `read` takes the project, the file's name and its text, and raises ManifestError.
    """

    pattern: str
    read: Callable[[Project, str, str], Manifest]


def unpublished_note(
    file: str, registry: str, name: str | None, *, is_private: bool
) -> tuple[str, ...]:
    """The note about a manifest that makes no package, if it makes none."""
    if is_private:
        return (f"{file} is marked private, so it is not taken for a package of {registry}",)
    return () if name else (f"{file} has no name, so it is not taken for a package of {registry}",)


def parse_toml(text: str) -> Part:
    """Read TOML; raises ManifestError."""
    import tomllib  # where a manifest is read, and not in every process that knows the types

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"is not TOML: {error}") from None
    except RecursionError:
        raise ManifestError("nests too deep") from None


def readme_name(project: Project) -> str | None:
    """The name of the README in a folder."""
    return next((name for name in project.names() if _README.fullmatch(name)), None)


def shipped_readme(project: Project, name: str) -> str | None:
    """The README that a manifest names; None for one that cannot be read."""
    try:
        return project.text(name)
    except ManifestError:
        return None


def newest_tag(project: Project, majors: tuple[int, ...] | None = None) -> str | None:
    """The highest version that a tag `vX.Y.Z` gives, in a subfolder `<subfolder>/vX.Y.Z`."""
    prefix = f"{project.subfolder}/v" if project.subfolder else "v"
    numbers = [tag.removeprefix(prefix) for tag in project.tags if tag.startswith(prefix)]
    found = [
        version
        for number in numbers
        if re.fullmatch(r"\d+\.\d+\.\d+", number, re.ASCII)
        and (version := semantic_version(number))
        and (majors is None or version.major in majors)
    ]
    return str(max(found)) if found else None
