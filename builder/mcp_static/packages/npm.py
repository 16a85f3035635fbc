"""npm: the version's manifest carries the server name in `mcpName`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from mcp_static.model.errors import JsonError, ManifestError, NotProvenError
from mcp_static.model.reading import part_of
from mcp_static.model.strictjson import parse_json
from mcp_static.model.wording import one_line
from mcp_static.packages.identifiers import name_grammar
from mcp_static.packages.launch import (
    Launch,
    RunnablePackage,
    registry_options,
    require_plain,
    run_with,
)
from mcp_static.packages.manifest import Manifest, ManifestFormat, Project, unpublished_note
from mcp_static.packages.package import Package, PackageProof, digest, expect, is_named, json_of
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.type import PackageType

REGISTRY: Final = PublicRegistry(
    site=Site("org.npmjs.registry"),
    pages=Site("com.npmjs.www", "/package"),
    version_separator="/v/",
)

_PLACEHOLDERS: Final = frozenset(
    {"0.0.0-development", "0.0.0-semantically-released", "0.0.0-semantic-release"}
)
"""Placeholders for the version in projects whose releases are numbered by a tool."""


def _launch(package: RunnablePackage) -> Launch:
    """Start a package with a runner; of the two, npx alone takes a registry (npm-exec(1), bunx(1))."""
    require_plain(package.identifier, package.version)
    address = REGISTRY.private_address(package.base_url)
    runners = ("npx",) if address else ("npx", "bunx")
    return run_with(package, runners, "-y", source=registry_options(package, address, "--registry"))


def _prove(package: Package) -> PackageProof:
    """Ask for `/<name>/<version>`; dist-tags resolve as well, so the version that comes is compared."""
    what = f"{package.identifier}@{package.version}"
    url = f"{package.base}/{quote(package.identifier, safe='@')}/{quote(package.version, safe='')}"
    answer = package.get(url)
    if not expect(answer, 404):
        raise package.missing(what)
    manifest = json_of(answer)
    if manifest.get("name") != package.identifier or manifest.get("version") != package.version:
        raise package.missing(what)
    found = manifest.get("mcpName")
    if is_named(found, package.name):
        files = part_of(manifest, "dist")
        sha512 = str(files.get("integrity") or "").removeprefix("sha512-")
        noted = digest("sha512", sha512) or digest("sha1", files.get("shasum"))
        return PackageProof(f"{what} has mcpName {found}", noted)
    fix = f'Add "mcpName": "{package.name}" to package.json and publish a new version.'
    if isinstance(found, str) and found:
        raise NotProvenError(f"{what} has mcpName {found[:200]}, not {package.name}", fix)
    raise NotProvenError(f"{what} has no mcpName", fix)


def _read(_project: Project, file: str, text: str) -> Manifest:
    """Read a package.json (npm's reference of its fields)."""
    try:
        document = parse_json(text.encode())
    except JsonError as error:
        raise ManifestError(str(error)) from None
    if not isinstance(document, dict):
        raise ManifestError("is not a JSON object")
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
        notes=unpublished_note(file, "npm", name, is_private=is_private),
    )


def _is_run_by_npx(commands: Any, name: str) -> bool:
    """Whether npx knows which command to run (npm-exec(1)): the only one, or the package's own."""
    if isinstance(commands, dict):
        return len(commands) == 1 or name.rpartition("/")[2] in commands
    return isinstance(commands, str)


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    for manifest in manifests:
        if manifest.identifier and manifest.server_name != name:
            verb = "change it to" if manifest.server_name else "add"
            yield f'{manifest.file}: {verb} `"mcpName": "{name}"`.'


_misnomer = name_grammar(
    REGISTRY,
    r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*",
    "lowercase letters, digits, '-', '.', '_' and '~', after a scope if it has one: @scope/name",
    longest=214,
    respell=str.lower,
)
"""Names of new packages (npm's documentation of package.json, and `validate-npm-package-name`)."""


NPM: Final = PackageType(
    id="npm",
    title="npm package",
    label="npm",
    needs_version=True,
    can_trust_registries=True,
    misnomer=_misnomer,
    repeated_options={"npx": frozenset({"-y", "--yes"})},
    registry=REGISTRY,
    page=REGISTRY.page,
    launch=_launch,
    flags=frozenset({"-y", "--yes"}),
    marker="`mcpName` in `package.json`",
    prove=_prove,
    manifest=ManifestFormat("package.json", _read),
    marker_advice=_advice,
)
