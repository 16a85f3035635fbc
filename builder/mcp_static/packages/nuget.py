"""NuGet: the package's README carries `mcp-name: <server name>`."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from mcp_static.model.errors import NotProvenError, UnansweredError
from mcp_static.packages.identifiers import name_grammar
from mcp_static.packages.launch import (
    Launch,
    RunnablePackage,
    registry_options,
    require_plain,
    run_with,
)
from mcp_static.packages.manifest import Manifest, ManifestFormat, Project
from mcp_static.packages.markers import README_MARKER, readme_advice
from mcp_static.packages.package import (
    Package,
    PackageProof,
    digest,
    expect,
    json_of,
    require_marker,
)
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.type import PackageType

REGISTRY: Final = PublicRegistry(
    site=Site("org.nuget.api", "/v3/index.json"),
    pages=Site("org.nuget.www", "/packages"),
    aliases=(Site("org.nuget.api").url,),  # the form of older records
)


_REGISTRATIONS: Final = (
    "RegistrationsBaseUrl/3.6.0",
    "RegistrationsBaseUrl/3.4.0",
    "RegistrationsBaseUrl",
)


def _launch(package: RunnablePackage) -> Launch:
    """Start a package with dnx; `--source` replaces the configured ones (dotnet-tool-exec)."""
    require_plain(package.identifier, package.version)
    address = REGISTRY.private_address(package.base_url)
    source = registry_options(package, address, "--source", adding=("--add-source", "--configfile"))
    # What follows `--` is the package's, whatever it looks like.
    after = ("--yes", *source, "--") if package.package_arguments else ("--yes", *source)
    return run_with(package, ("dnx",), after=after)


def _prove(package: Package) -> PackageProof:
    """Ask what the service index names: the list of versions, then the README.

    They are the resources `PackageBaseAddress/3.0.0` and `ReadmeUriTemplate/6.13.0`; ids and versions
    are in lowercase there.
    """
    what = f"{package.identifier} {package.version}"
    index = package.get(package.base)
    if not expect(index, 404):
        raise UnansweredError(f"{package.base} has no service index")
    resources = json_of(index).get("resources")
    name, version = (
        quote(package.identifier.lower(), safe=""),
        quote(_normalized(package.version), safe=""),
    )
    listing = package.get(
        f"{_resource(resources, 'PackageBaseAddress/3.0.0').rstrip('/')}/{name}/index.json"
    )
    versions = json_of(listing).get("versions") if expect(listing, 404) else []
    if not isinstance(versions, list) or _normalized(package.version) not in versions:
        raise package.not_shown(what)
    template = _resource(resources, "ReadmeUriTemplate/6.13.0")
    readme = package.get(
        template.replace("{lower_id}", name).replace("{lower_version}", version), "*/*"
    )
    if not expect(readme, 404):
        raise NotProvenError(
            f"{what} has no README in its package",
            f"Pack a README (`PackageReadmeFile`) with a line `mcp-name: {package.name}`.",
        )
    require_marker(readme.body.decode(errors="replace"), package.name, f"the README of {what}")
    noted = _digest(package, resources, name, version)
    return PackageProof(f"the README of {what} names the server", noted)


def _digest(package: Package, resources: Any, name: str, version: str) -> str:
    """The hash of the package in the catalog, which its registration leads to; empty without one.

    These are the resources `RegistrationsBaseUrl` and the catalog leaf that a registration names.
    """
    registrations = _resource_of(resources, _REGISTRATIONS)
    if registrations is None:
        return ""
    leaf = package.get(f"{registrations.rstrip('/')}/{name}/{version}.json")
    entry = json_of(leaf).get("catalogEntry") if expect(leaf, 404) else None
    if not isinstance(entry, str) or not entry.startswith("https://"):
        return ""
    details = package.get(entry)
    found = json_of(details) if expect(details, 404) else {}
    algorithm = str(found.get("packageHashAlgorithm")).lower()
    return digest(algorithm, found.get("packageHash")) if algorithm in {"sha512", "sha256"} else ""


def _resource(resources: Any, kind: str) -> str:
    found = _resource_of(resources, (kind,))
    if found is None:
        raise UnansweredError(f"the service index has no {kind}")
    return found


def _resource_of(resources: Any, kinds: tuple[str, ...]) -> str | None:
    """The address of the first resource of these kinds, in their order."""
    listed = [one for one in resources if isinstance(one, dict)] if isinstance(resources, list) else []
    for kind in kinds:
        for resource in listed:
            if resource.get("@type") == kind and "@id" in resource:
                return str(resource["@id"])
    return None


def _normalized(version: str) -> str:
    """A version as the lists have it: no build part, no leading zeros, no fourth part of 0."""
    release, dash, rest = version.partition("+")[0].lower().partition("-")
    numbers = [re.sub(r"^0+(?=\d)", "", part) for part in release.split(".")]
    numbers += ["0"] * (3 - len(numbers))
    if len(numbers) == 4 and numbers[3] == "0":
        numbers.pop()
    return ".".join(numbers) + dash + rest


def _read(project: Project, file: str, text: str) -> Manifest:
    from mcp_static.packages.csproj import read_csproj  # loads a reader of XML

    return read_csproj(project, file, text)


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    return readme_advice(manifests, name, setting="`PackageReadmeFile` in the project file")


_misnomer = name_grammar(
    REGISTRY,
    r"\w+(?:[_.-]\w+)*",
    "letters, digits and '_', with single '.' and '-' between them",
    longest=100,
)
"""Ids of packages (NuGet's documentation of the nuspec's `id`, and `PackageIdValidator`)."""


NUGET: Final = PackageType(
    id="nuget",
    title="NuGet package",
    label="NuGet",
    also_called=frozenset({"dotnet"}),
    needs_version=True,
    can_trust_registries=True,
    misnomer=_misnomer,
    repeated_options={"dnx": frozenset({"--yes", "-y"})},
    registry=REGISTRY,
    page=REGISTRY.page,
    launch=_launch,
    flags=frozenset({"-y", "--yes"}),
    marker=README_MARKER,
    prove=_prove,
    manifest=ManifestFormat("*.csproj", _read),
    marker_advice=_advice,
)
