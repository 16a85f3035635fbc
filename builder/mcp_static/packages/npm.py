"""npm: the version's manifest carries the server name in `mcpName`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from mcp_static.model.errors import JsonError, ManifestError, NotProvenError
from mcp_static.model.reading import Part, part_of
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
from mcp_static.packages.manifest import (
    Manifest,
    ManifestFormat,
    Project,
    folders_above,
    unpublished_note,
)
from mcp_static.packages.package import Package, PackageProof, digest, expect, is_named, json_of
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.sdks import is_server_sdk
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
        raise package.not_shown(what)
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


def _read(project: Project, file: str, text: str) -> Manifest:
    """Read a package.json (npm's reference of its fields)."""
    document = _object(text)
    is_private = document.get("private") is True
    name = one_line(document.get("name"))
    repository = part_of(document, "repository")
    subfolder = one_line(repository.get("directory"))
    commands = _commands(document.get("bin"), name or "")
    start = _default_command(commands, name or "")
    return Manifest(
        file=file,
        registry_type="npm",
        identifier=None if is_private else name,
        version=_version(document) or _workspace_version(project),
        description=one_line(document.get("description")),
        server_name=one_line(document.get("mcpName")),
        repository=one_line(document.get("repository")) or one_line(repository.get("url")),
        subfolder=subfolder.removeprefix("./").strip("/") if subfolder else None,
        website=one_line(document.get("homepage")),
        runtime_hint="npx" if start else None,
        base_url=_private_registry(document),
        is_server=any(is_server_sdk("npm", one) for one in part_of(document, "dependencies")),
        commands=commands,
        default_command=start,
        notes=unpublished_note(file, "npm", name, is_private=is_private),
    )


def _object(text: str) -> Part:
    try:
        document = parse_json(text.encode())
    except JsonError as error:
        raise ManifestError(str(error)) from None
    if not isinstance(document, dict):
        raise ManifestError("is not a JSON object")
    return document


def _version(document: Part) -> str | None:
    version = one_line(document.get("version"))
    return None if version in _PLACEHOLDERS else version


def _workspace_version(project: Project) -> str | None:
    """The version that a workspace's root gives to members without one of their own (Lerna, npm)."""
    for folder in folders_above(project):
        for name in ("lerna.json", "package.json"):
            try:
                document = _object(project.text(f"{folder}/{name}") or "{}")
            except ManifestError:
                continue
            if name == "lerna.json" or "workspaces" in document:
                version = _version(document)
                if version and version[0].isdigit():  # Lerna also has "independent"
                    return version
    return None


def _commands(commands: Any, name: str) -> tuple[str, ...]:
    """The programs that a package installs (npm's reference of `bin`)."""
    if isinstance(commands, dict):
        return tuple(command for command in map(one_line, commands) if command)
    return (name.rpartition("/")[2],) if isinstance(commands, str) else ()


def _default_command(commands: tuple[str, ...], name: str) -> str | None:
    """The program that npx starts for a package (npm-exec(1)): the only one, or the package's own."""
    if len(commands) == 1:
        return commands[0]
    own = name.rpartition("/")[2]
    return own if own in commands else None


def _private_registry(document: Part) -> str | None:
    """The registry that a package is published to, where that is not the public one."""
    address = one_line(part_of(document, "publishConfig").get("registry"))
    return None if REGISTRY.is_named_by(address) else address


def _with_command(package: Part, command: str) -> Part:
    """A package that npx starts by another program than the one it would choose."""
    whole = f"{package['identifier']}@{package['version']}"
    words = [
        {"type": "named", "name": "--package", "value": whole},
        {"type": "positional", "value": command},
    ]
    return {**package, "runtimeHint": "npx", "runtimeArguments": words}


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    for manifest in manifests:
        if manifest.identifier and manifest.server_name != name:
            verb = "change it to" if manifest.server_name else "add"
            yield f'{manifest.file}: {verb} `"mcpName": "{name}"`.'


def _respell(text: str) -> str:
    """A name in lowercase, with the `@` of its scope: without it, npm reads an account on GitHub."""
    has_scope = "/" in text and not text.startswith("@")
    return f"@{text}".lower() if has_scope else text.lower()


_misnomer = name_grammar(
    REGISTRY,
    r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*",
    "lowercase letters, digits, '-', '.', '_' and '~', after a scope if it has one: @scope/name",
    longest=214,
    respell=_respell,
)
"""Names of new packages (npm's documentation of package.json, and `validate-npm-package-name`)."""


NPM: Final = PackageType(
    id="npm",
    title="npm package",
    label="npm",
    also_called=frozenset({"javascript", "node", "npx"}),
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
    with_command=_with_command,
)
