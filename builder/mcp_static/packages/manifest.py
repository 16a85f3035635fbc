"""Manifests of packages in a project: what each says, and what their readers have in common."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from mcp_static.model.errors import ManifestError
from mcp_static.model.faults import place_in
from mcp_static.model.reading import Part
from mcp_static.model.versions import semantic_version

_LONG_KEY: Final = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""", re.ASCII
)
"""A dotted key of more parts than any manifest has; tomllib takes time that grows with their square."""
_README: Final = re.compile(r"readme(?:\.(?:md|markdown|rst|txt))?", re.IGNORECASE)


class Project(Protocol):
    """A project's folder, as far as a reader may look."""

    @property
    def subfolder(self) -> str:
        """The folder's place in its repository, with slashes; empty for the root itself."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The repository's tags."""

    def names(self, folder: str = "") -> list[str]:
        """What is in a folder, by its path from this one, sorted; empty if it is not there."""

    def text(self, name: str) -> str | None:
        """A file's text, by its path from the folder; None when it is not there.

        Raises ManifestError for a file that may not or cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable that a server reads: its name and what is said about it, never a value.

    `default` and `choices` are those of a form that the project shows to everybody.
    """

    name: str
    description: str | None = None
    is_required: bool = False
    is_secret: bool = False
    format: str | None = None
    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one manifest says about its package; None where it says nothing.

    `identifier` is None for a package that is not published, `base_url` for one in the public
    registry. `server_name` is the marker that the manifest itself carries; `readme` is the text of the
    README that the package ships. `is_server` tells whether it depends on an SDK for MCP servers.

    `commands` are the programs that it installs, and `default_command` is the one that clients start by
    the package alone; None if there is no such. `is_guess` tells whether the identifier only follows
    from something else.
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
    base_url: str | None = None
    is_server: bool = False
    is_guess: bool = False
    commands: tuple[str, ...] = ()
    default_command: str | None = None
    variables: tuple[Variable, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestFormat:
    """A format of manifests: the pattern of their names, and how one is read.

    `read` takes the project, the file's path from there and its text, and raises ManifestError; what
    is no manifest of this format is None. `folders` are those in which such files are looked for.
    """

    pattern: str
    read: Callable[[Project, str, str], Manifest | None]
    folders: tuple[str, ...] = ("",)


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

    if _LONG_KEY.search(text):
        raise ManifestError("has a key of more than 32 parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"is not TOML{place_in(error)}") from None
    except RecursionError:
        raise ManifestError("nests too deep") from None


def folders_above(project: Project) -> list[str]:
    """The folders from the project's own up to the repository's root, as paths from the project's."""
    depth = len(project.subfolder.split("/")) if project.subfolder else 0
    return ["/".join([".."] * steps) for steps in range(1, depth + 1)]


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
