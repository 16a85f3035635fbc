"""A `server.json` that a project has already: what it says that no other file of the project does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from mcp_static.drafting.images import Image
from mcp_static.drafting.placeholders import has_placeholder, real_version
from mcp_static.drafting.project import Project
from mcp_static.drafting.upgrade import upgraded
from mcp_static.model.errors import JsonError, ManifestError
from mcp_static.model.reading import Part, objects_in, text_of
from mcp_static.model.server import PROJECT_PLACES
from mcp_static.model.strictjson import parse_json
from mcp_static.packages.images import parse_repository
from mcp_static.packages.mcpb import MCPB
from mcp_static.packages.oci import OCI

_TEXTS: Final = ("name", "title", "description", "websiteUrl")
_LISTS: Final = ("icons", "remotes")
_ABOUT_A_PACKAGE: Final = (
    "runtimeHint",
    "runtimeArguments",
    "packageArguments",
    "environmentVariables",
    "postInstallInstructions",
    "transport",
)


@dataclass(frozen=True, slots=True)
class Existing:
    """What a project's own `server.json` says: the document, and the images that it names."""

    document: Part = field(default_factory=dict)
    images: tuple[Image, ...] = ()
    notes: tuple[str, ...] = ()


def read_existing(project: Project) -> Existing:
    """The first that a project has, in the newest form and without placeholders."""
    for file in PROJECT_PLACES:
        try:
            text = project.text(file)
            document = parse_json(text.encode()) if text is not None else None
        except (ManifestError, JsonError) as error:
            return Existing(notes=(f"{file} is passed over: it {error}",))
        if isinstance(document, dict):
            return _kept(upgraded(document), file)
    return Existing()


def _kept(document: Part, file: str) -> Existing:
    """What a document says for good: no placeholders, and nothing that each release says anew."""
    found: Part = {key: document[key] for key in _TEXTS if _is_real(key, document.get(key))}
    for key in _LISTS:
        found[key] = [one for one in objects_in(document.get(key)) if _is_real(key, one)]
    if _is_real("_meta", document.get("_meta")):
        found["_meta"] = document["_meta"]
    version = text_of(document, "version") or ""
    named = [(_name(one), one) for one in objects_in(document.get("packages"))]
    packages = [(name, one) for name, one in named if _is_real("identifier", name)]
    found["packages"] = [_package(name, one, version) for name, one in packages]
    images = (
        _image(name, text_of(one, "identifier") or "", version, file)
        for name, one in packages
        if one.get("registryType") == OCI.id
    )
    return Existing(
        {key: value for key, value in found.items() if value},
        tuple(image for image in images if image),
    )


def _name(package: Part) -> str:
    """The identifier; of an image, without the tag, in which templates have their placeholders."""
    identifier = text_of(package, "identifier") or ""
    if package.get("registryType") != OCI.id:
        return identifier
    head, slash, last = identifier.partition("@")[0].rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _package(name: str, package: Part, server_version: str) -> Part:
    version = text_of(package, "version") or ""
    is_released_with_it = version == server_version or real_version(version) is None
    kept = {key: package[key] for key in _ABOUT_A_PACKAGE if package.get(key)}
    return {
        "registryType": text_of(package, "registryType") or "",
        "identifier": name,
        "version": "" if is_released_with_it else version,
        **kept,
    }


def _image(name: str, identifier: str, version: str, file: str) -> Image | None:
    tag = identifier.removeprefix(name).partition("@")[0].removeprefix(":")
    form = tag.replace(version, "{version}") if version and version in tag else ""
    return Image(name, file, form) if "/" in name else None


def _is_real(field: str, value: Any) -> bool:
    """Whether there is a value, and no part of it is a placeholder."""
    return value not in (None, "", [], {}) and not has_placeholder(field, value)


def package_members(existing: Part, registry_type: str, identifier: str) -> Part:
    """What an existing document says about a package, beyond its name and version."""
    for package in objects_in(existing.get("packages")):
        if package["registryType"] == registry_type and _is_same(package["identifier"], identifier):
            return {key: value for key, value in package.items() if key in _ABOUT_A_PACKAGE}
    return {}


def other_packages(existing: Part, registry_types: Iterable[str]) -> list[Part]:
    """The packages of types that the project has none of, such as a wrapper that is kept elsewhere."""
    left_out = {*registry_types, OCI.id, MCPB.id}
    return [one for one in objects_in(existing.get("packages")) if one["registryType"] not in left_out]


def _is_same(one: str, other: str) -> bool:
    repository = parse_repository(one) if "/" in one else None
    return one == other or (repository is not None and repository == parse_repository(other))
