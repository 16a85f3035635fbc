"""The manifests of a project: one reader a format, and the order in which they are believed."""

import re
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from mcp_static.drafting.csproj import read_nuget
from mcp_static.drafting.dockerfile import read_oci
from mcp_static.drafting.manifest import Manifest
from mcp_static.drafting.project import Project
from mcp_static.drafting.readme import readme_name, shipped_readme
from mcp_static.drafting.wording import one_line
from mcp_static.model.errors import JsonError, ManifestError
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.strictjson import parse_json
from mcp_static.model.versions import semantic_version

Reader = Callable[[Project, str, str], Manifest]
"""Reads a manifest from its project, its file's name and its text; raises ManifestError."""

_PLACEHOLDERS: Final = frozenset(
    {"0.0.0-development", "0.0.0-semantically-released", "0.0.0-semantic-release"}
)
"""What stands for a version in projects whose releases are numbered by a tool."""
_SOURCE_LABELS: Final = ("source", "sourcecode", "repository", "github", "gitlab", "code")
_SITE_LABELS: Final = ("homepage", "documentation")
_PRIVATE: Final = "Private :: Do Not Upload"
_MODULE: Final = re.compile(r'^\s*module\s+"?([^\s"]+)"?', re.MULTILINE)


def read_npm(project: Project, file: str, text: str) -> Manifest:
    """Read a package.json (npm's reference of its fields)."""
    try:
        document = parse_json(text.encode())
    except JsonError as error:
        raise ManifestError(str(error)) from None
    if not isinstance(document, dict):
        raise ManifestError("is no JSON object")
    is_private = document.get("private") is True
    name, version = one_line(document.get("name")), one_line(document.get("version"))
    repository = part_of(document, "repository")
    subfolder = one_line(repository.get("directory"))
    return Manifest(
        file=file,
        registry_type="npm",
        identifier=None if is_private else name,
        version=None if version in _PLACEHOLDERS else version,
        description=one_line(document.get("description")),
        server_name=one_line(document.get("mcpName")),
        repository=one_line(document.get("repository")) or one_line(repository.get("url")),
        subfolder=subfolder.removeprefix("./").strip("/") if subfolder else None,
        website=one_line(document.get("homepage")),
        runtime_hint="npx" if name and _is_run_by_npx(document.get("bin"), name) else None,
        notes=_unpublished(file, "npm", name, is_private=is_private),
    )


def _is_run_by_npx(commands: Any, name: str) -> bool:
    """Whether npx knows which command to run (npm-exec(1)): the only one, or the package's own."""
    if isinstance(commands, dict):
        return len(commands) == 1 or name.rpartition("/")[2] in commands
    return isinstance(commands, str)


def _unpublished(file: str, where: str, name: str | None, *, is_private: bool) -> tuple[str, ...]:
    if is_private:
        return (f"{file} says that it is private, so it becomes no package of {where}",)
    return () if name else (f"{file} has no name, so it becomes no package of {where}",)


def read_pypi(project: Project, file: str, text: str) -> Manifest:
    """Read a pyproject.toml (PyPA's specification of `[project]`)."""
    table = part_of(_toml(text), "project")
    if not table:
        raise ManifestError("has no [project] table")
    name = one_line(table.get("name"))
    classifiers = table.get("classifiers")
    is_private = isinstance(classifiers, list) and _PRIVATE in classifiers
    urls = {
        re.sub(r"[\W_]", "", label).lower(): one_line(url)
        for label, url in part_of(table, "urls").items()
    }
    return Manifest(
        file=file,
        registry_type="pypi",
        identifier=None if is_private else name,
        version=one_line(table.get("version")),
        description=one_line(table.get("description")),
        repository=_first(urls, _SOURCE_LABELS) or urls.get("homepage"),
        website=_first(urls, _SITE_LABELS),
        runtime_hint="uvx" if name and _is_run_by_uvx(part_of(table, "scripts"), name) else None,
        readme=_readme_of(project, table),
        notes=_unpublished(file, "PyPI", name, is_private=is_private),
    )


def _is_run_by_uvx(scripts: Part, name: str) -> bool:
    """Whether uvx finds the command: it looks for one called as the package is."""
    return _normalized(name) in map(_normalized, scripts)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _first(urls: dict[str, str | None], labels: tuple[str, ...]) -> str | None:
    return next((url for label in labels if (url := urls.get(label))), None)


def _readme_of(project: Project, table: Part) -> str | None:
    described = part_of(table, "readme")
    name = text_of(table, "readme") or text_of(described, "file")
    return shipped_readme(project, name) if name else text_of(described, "text")


def read_cargo(project: Project, file: str, text: str) -> Manifest:
    """Read a Cargo.toml, with what it inherits of its workspace (The Cargo Book)."""
    document = _toml(text)
    own = part_of(document, "package")
    if not own:
        raise ManifestError("has no [package]; run this in the folder of a package")
    needs_root = any(_is_inherited(value) for value in own.values())
    folder, shared = _workspace(project, document) if needs_root else (project.path, {})
    package = {key: shared.get(key) if _is_inherited(value) else value for key, value in own.items()}
    name = one_line(package.get("name"))
    is_private = package.get("publish") in (False, [])
    readme_folder = folder if _is_inherited(own.get("readme")) else project.path
    return Manifest(
        file=file,
        registry_type="cargo",
        identifier=None if is_private else name,
        version=one_line(package.get("version")),
        description=one_line(package.get("description")),
        repository=one_line(package.get("repository")),
        website=one_line(package.get("homepage")),
        readme=_crate_readme(project, readme_folder, package.get("readme", True)),
        notes=_unpublished(file, "crates.io", name, is_private=is_private),
    )


def _is_inherited(value: Any) -> bool:
    return isinstance(value, dict) and value.get("workspace") is True


def _workspace(project: Project, document: Part) -> tuple[Path, Part]:
    """The root of the workspace, and what it shares; nothing when it lies outside the repository."""
    if "workspace" in document:
        return project.path, part_of(part_of(document, "workspace"), "package")
    named = text_of(part_of(document, "package"), "workspace")
    for folder in [project.path / named] if named else project.path.parents:
        if not folder.resolve().is_relative_to(project.top):
            break
        text = project.text(folder / "Cargo.toml")
        workspace = _toml(text).get("workspace") if text is not None else None
        if isinstance(workspace, dict):
            return folder, part_of(workspace, "package")
    return project.path, {}


def _crate_readme(project: Project, folder: Path, named: Any) -> str | None:
    if named is True:
        named = readme_name(project)
    return shipped_readme(project, folder / named) if isinstance(named, str) else None


def read_go(project: Project, file: str, text: str) -> Manifest:
    """Read a go.mod; the version is the newest tag of the module (Go Modules Reference)."""
    match = _MODULE.search(text)
    module = one_line(match[1]) if match else None
    if module is None:
        raise ManifestError("has no module line")
    suffix = re.search(r"/v(\d+)$", module)
    majors = (int(suffix[1]),) if suffix else (0, 1)
    version = newest_tag(project, majors)
    return Manifest(
        file=file,
        registry_type="go",
        identifier=module,
        version=f"v{version}" if version else None,
        repository=f"https://{module}" if module.startswith("github.com/") else None,
    )


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


def _toml(text: str) -> Part:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"is not TOML: {error}") from None
    except RecursionError:
        raise ManifestError("nests too deep") from None


READERS: Final[tuple[tuple[str, Reader], ...]] = (
    ("package.json", read_npm),
    ("pyproject.toml", read_pypi),
    ("Cargo.toml", read_cargo),
    ("*.csproj", read_nuget),
    ("go.mod", read_go),
    ("Dockerfile", read_oci),
)
"""The manifests, by the pattern of their names. Where two disagree, the first is believed."""


def read_manifests(project: Project) -> tuple[tuple[Manifest, ...], tuple[str, ...]]:
    """All manifests in a folder, and a note for each thing that could not be used."""
    found: list[Manifest] = []
    notes: list[str] = []
    names = project.names()
    for pattern, read in READERS:
        for name in [name for name in names if fnmatch(name, pattern)]:
            try:
                text = project.text(name)
                manifest = read(project, name, text) if text is not None else None
            except ManifestError as error:
                notes.append(f"{name} is passed over: it {error}")
                continue
            if manifest is not None:
                found.append(manifest)
                notes.extend(manifest.notes)
    return tuple(found), tuple(notes)
