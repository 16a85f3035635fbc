"""Project files of .NET: the NuGet package that `dotnet pack` makes of one.

Properties and their defaults: Microsoft's reference of NuGet's pack targets.
"""

import re

# A DOCTYPE is refused before any entity of it is read, which is what makes XML unsafe.
from xml.etree import ElementTree as Tree

from mcp_static.model.errors import ManifestError
from mcp_static.model.wording import one_line
from mcp_static.packages.manifest import Manifest, Project, folders_above, shipped_readme
from mcp_static.packages.sdks import is_server_sdk

_SHARED = "Directory.Build.props"
_SIGNS_OF_A_PACKAGE = ("PackageId", "PackAsTool", "PackageType", "GeneratePackageOnBuild")


class _WithoutDoctype(Tree.TreeBuilder):
    """Builds a tree of a document that declares nothing."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called where a DOCTYPE begins."""
        raise ManifestError("has a DOCTYPE, which no project file needs")


def read_csproj(project: Project, file: str, text: str) -> Manifest:
    """Read a `*.csproj`; raises ManifestError."""
    own = _properties(text)
    properties = {**_shared_properties(project), **own}
    notes: tuple[str, ...] = ()
    identifier = properties.get("PackageId") or properties.get("AssemblyName")
    if not any(key in own for key in _SIGNS_OF_A_PACKAGE) or _is_kept(properties):
        identifier = None
        notes = (f"{file} packs no NuGet package (it has no PackageId, or is not packable)",)
    elif identifier is None:
        identifier = file.rpartition("/")[2].removesuffix(".csproj")
    return Manifest(
        file=file,
        registry_type="nuget",
        identifier=identifier,
        version=_version(properties),
        title=properties.get("Title"),
        description=properties.get("Description") or properties.get("PackageDescription"),
        repository=properties.get("RepositoryUrl"),
        website=properties.get("PackageProjectUrl"),
        runtime_hint="dnx" if properties.get("PackAsTool", "").lower() == "true" else None,
        readme=_readme(project, properties),
        is_server=any(is_server_sdk("nuget", one) for one in _references(text)),
        notes=notes,
    )


def _shared_properties(project: Project) -> dict[str, str]:
    """What the nearest `Directory.Build.props` says (MSBuild, "Customize the build by folder")."""
    for folder in ("", *folders_above(project)):
        try:
            text = project.text(f"{folder}/{_SHARED}".removeprefix("/"))
            if text is not None:
                return _properties(text)
        except ManifestError:
            return {}
    return {}


def _references(text: str) -> list[str]:
    """The packages that a project refers to; the text has been read as XML before."""
    return re.findall(r"""<PackageReference\s[^<>]*?Include\s*=\s*["']([^"'<>]+)["']""", text)


def _properties(text: str) -> dict[str, str]:
    """The properties that have a value of their own; what is computed from others is unknown."""
    parser = Tree.XMLParser(target=_WithoutDoctype())  # noqa: S314 (see the import)
    try:
        parser.feed(text)
        root = parser.close()
    except Tree.ParseError as error:
        line, column = error.position
        raise ManifestError(f"is not XML (line {line}, column {column + 1})") from None
    found: dict[str, str] = {}
    for group in root:
        if _tag(group) != "PropertyGroup":
            continue
        for part in group:
            value = one_line(part.text)
            if value and "$(" not in value and "Condition" not in part.attrib:
                found.setdefault(_tag(part), value)
    return found


def _tag(element: "Tree.Element[str]") -> str:
    return str(element.tag).rpartition("}")[2]


def _is_kept(properties: dict[str, str]) -> bool:
    is_packable = properties.get("IsPackable", "true").lower() == "true"
    return not is_packable or properties.get("IsTestProject", "").lower() == "true"


def _version(properties: dict[str, str]) -> str | None:
    version = properties.get("PackageVersion") or properties.get("Version")
    if version is None and (prefix := properties.get("VersionPrefix")):
        suffix = properties.get("VersionSuffix")
        version = f"{prefix}-{suffix}" if suffix else prefix
    return version


def _readme(project: Project, properties: dict[str, str]) -> str | None:
    name = properties.get("PackageReadmeFile")
    return shipped_readme(project, name.replace("\\", "/")) if name else None
