"""PyPI: the long description carries `mcp-name: <server name>`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from mcp_static.model.errors import ManifestError
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.wording import one_line
from mcp_static.packages.identifiers import name_grammar
from mcp_static.packages.launch import (
    Launch,
    RunnablePackage,
    registry_options,
    require_plain,
    run_with,
)
from mcp_static.packages.manifest import (
    Manifest,
    ManifestFormat,
    Project,
    parse_toml,
    shipped_readme,
    unpublished_note,
)
from mcp_static.packages.markers import README_MARKER, readme_advice
from mcp_static.packages.package import Package, PackageProof, digest_of_files, require_marker
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.sdks import is_server_sdk
from mcp_static.packages.type import PackageType

REGISTRY: Final = PublicRegistry(
    site=Site("org.pypi"), pages=Site("org.pypi", "/project"), is_index=False
)

_SOURCE_LABELS: Final = ("source", "sourcecode", "repository", "github", "gitlab", "code")
_SITE_LABELS: Final = ("homepage", "documentation")
_ADDING: Final = ("--index", "--extra-index-url", "--find-links", "-f")
"""Options of uv by which it looks for packages in other places as well."""
_VERSION_IN_CODE: Final = re.compile(
    r"""^(?:__version__|VERSION)(?:[ \t]*:[ \t]*\w+)?[ \t]*=[ \t]*["']v?([^"'\s]+)["']""", re.MULTILINE
)
"""What Hatch takes for a version (its reference of `tool.hatch.version`)."""
_PRIVATE: Final = "Private :: Do Not Upload"


def private_index(named: str) -> str:
    """The index of another registry that a record names, as uv takes it; empty for the public one.

    Raises NoCommandError for what cannot stand on a command line.
    """
    address = REGISTRY.private_address(named)
    if address and not address.rstrip("/").endswith("simple"):
        return f"{address.rstrip('/')}/simple"
    return address


def _launch(package: RunnablePackage) -> Launch:
    """Start a package with uvx, which wants the index itself and uses it alone (uv 0.4.23)."""
    require_plain(package.identifier, package.version)
    address = private_index(package.base_url)
    source = registry_options(package, address, "--default-index", "--index-url", "-i", adding=_ADDING)
    if package.runtime_arguments[:1] == (("-m",),):  # of Python, which uvx starts as well
        words = ("--from", package.at_version, "python")
        given = (*((word,) for word in (*source, *words)), *package.runtime_arguments)
        return Launch("uvx", (*given, *package.package_arguments), package.environment)
    return run_with(package, ("uvx",), source=source)


def _prove(package: Package) -> PackageProof:
    from mcp_static.packages.python_index import release_of  # loads readers of archives and HTML

    what = f"{package.identifier} {package.version}"
    release = release_of(package)
    require_marker(release.description, package.name, f"the description of {what}")
    noted = digest_of_files(release.files)
    return PackageProof(f"the description of {what} names the server", noted)


def _read(project: Project, file: str, text: str) -> Manifest | None:
    """Read a pyproject.toml (PyPA's specification of `[project]`; Poetry's reference of its table)."""
    document = parse_toml(text)
    tools = part_of(document, "tool")
    table = part_of(document, "project") or part_of(tools, "poetry")
    if not table and part_of(part_of(tools, "uv"), "workspace"):
        return None  # the root of a workspace, whose members are looked at by themselves
    if not table:
        raise ManifestError("has no [project] table")
    name = one_line(table.get("name"))
    classifiers = table.get("classifiers")
    is_private = isinstance(classifiers, list) and _PRIVATE in classifiers
    urls = {
        re.sub(r"[\W_]", "", label).lower(): one_line(url)
        for label, url in (part_of(table, "urls") or table).items()
    }
    commands = tuple(map(str, part_of(table, "scripts")))
    start = next((one for one in commands if _normalized(one) == _normalized(name or "")), None)
    return Manifest(
        file=file,
        registry_type="pypi",
        identifier=None if is_private else name,
        version=one_line(table.get("version")) or _version_in_code(project, part_of(tools, "hatch")),
        description=one_line(table.get("description")),
        repository=_first(urls, _SOURCE_LABELS) or urls.get("homepage"),
        website=_first(urls, _SITE_LABELS),
        runtime_hint="uvx" if start else None,
        readme=_readme_of(project, table),
        is_server=any(is_server_sdk("pypi", one) for one in _dependencies(table)),
        commands=commands,
        default_command=start,
        notes=unpublished_note(file, "PyPI", name, is_private=is_private),
    )


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _dependencies(table: Part) -> list[str]:
    """The names of what a package depends on, in either of the two forms."""
    listed = table.get("dependencies")
    names = [str(one) for one in listed] if isinstance(listed, list | dict) else []
    return [_normalized(match[0]) for one in names if (match := re.match(r"[\w.-]+", one.strip()))]


def _version_in_code(project: Project, hatch: Part) -> str | None:
    """The version that Hatch reads from a file, by its usual pattern; the file is not run."""
    path = text_of(part_of(hatch, "version"), "path")
    try:
        text = project.text(path) if path else None
    except ManifestError:
        return None
    found = _VERSION_IN_CODE.search(text or "")
    return found[1] if found else None


def _with_command(package: Part, command: str) -> Part:
    """A package that uvx starts by a program of another name than the package's."""
    whole = f"{package['identifier']}=={package['version']}"
    words = [
        {"type": "named", "name": "--from", "value": whole},
        {"type": "positional", "value": command},
    ]
    return {**package, "runtimeHint": "uvx", "runtimeArguments": words}


def _first(urls: dict[str, str | None], labels: tuple[str, ...]) -> str | None:
    return next((url for label in labels if (url := urls.get(label))), None)


def _readme_of(project: Project, table: Part) -> str | None:
    described = part_of(table, "readme")
    name = text_of(table, "readme") or text_of(described, "file")
    return shipped_readme(project, name) if name else text_of(described, "text")


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    return readme_advice(manifests, name, setting="`readme` in pyproject.toml")


_misnomer = name_grammar(
    REGISTRY,
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?",
    "letters, digits, '-', '_' and '.', with a letter or digit at both ends",
    longest=214,
)
"""Names of distributions (PyPA's specification "Names and normalization")."""


PYPI: Final = PackageType(
    id="pypi",
    title="PyPI package",
    label="PyPI",
    also_called=frozenset({"pip", "python", "uv", "uvx"}),
    needs_version=True,
    can_trust_registries=True,
    misnomer=_misnomer,
    registry=REGISTRY,
    page=REGISTRY.page,
    launch=_launch,
    marker=README_MARKER,
    prove=_prove,
    manifest=ManifestFormat("pyproject.toml", _read),
    marker_advice=_advice,
    with_command=_with_command,
)
