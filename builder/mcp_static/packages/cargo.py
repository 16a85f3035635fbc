"""crates.io: the rendered README carries `mcp-name: <server name>` as visible text."""

import posixpath
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

import orjson

from mcp_static.model.errors import ManifestError, NotProvenError
from mcp_static.model.reading import Part, part_of, parts_of, text_of
from mcp_static.model.wording import one_line
from mcp_static.packages.identifiers import name_grammar
from mcp_static.packages.launch import Launch, RunnablePackage
from mcp_static.packages.manifest import (
    Manifest,
    ManifestFormat,
    Project,
    folders_above,
    parse_toml,
    readme_name,
    shipped_readme,
    unpublished_note,
)
from mcp_static.packages.markers import README_MARKER, readme_advice
from mcp_static.packages.package import Package, PackageProof, digest, expect, require_marker
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.sdks import is_server_sdk
from mcp_static.packages.type import PackageType

REGISTRY: Final = PublicRegistry(site=Site("io.crates"), pages=Site("io.crates", "/crates"))
INDEX: Final = Site("io.crates.index")
READMES: Final = Site("io.crates.static")


def _launch(package: RunnablePackage) -> Launch:
    return Launch(package.identifier, package.package_arguments, package.environment)


def _install_command(package: RunnablePackage) -> str:
    exact = ("--version", package.version) if package.version else ()
    address = REGISTRY.private_address(package.base_url).rstrip("/")
    source = ("--index", f"sparse+{address}/index/") if address else ()
    return shlex.join(["cargo", "install", package.identifier, *exact, *source])


def _prove(package: Package) -> PackageProof:
    """Ask the sparse index, which has no rate limit, for the version, and then for the README.

    That is a page of HTML, in which comments are gone.
    """
    what = f"{package.identifier} {package.version}"
    is_public = package.base == REGISTRY.site.url
    index = INDEX.url if is_public else f"{package.base}/index"
    name = package.identifier.lower()
    listing = package.get(f"{index}/{_folder(name)}/{quote(name, safe='')}", "*/*")
    found = _release_in(listing.body, package.version) if expect(listing, 403, 404, 410, 451) else None
    if found is None:
        raise package.not_shown(what)
    crate = str(found.get("name"))
    readmes = READMES.url if is_public else package.base
    file = f"{quote(crate, safe='')}-{quote(package.version, safe='')}.html"
    readme = package.get(f"{readmes}/readmes/{quote(crate, safe='')}/{file}", "text/html")
    if not expect(readme, 403, 404):
        raise NotProvenError(
            f"{what} has no README", f"Publish a version whose README says `mcp-name: {package.name}`."
        )
    require_marker(readme.body.decode(errors="replace"), package.name, f"the README of {what}")
    noted = digest("sha256", found.get("cksum"))
    return PackageProof(f"the README of {what} names the server", noted)


def _folder(name: str) -> str:
    """Where the sparse index keeps a crate, by the length of its name (Cargo's registry index)."""
    name = quote(name, safe="")
    if len(name) < 3:
        return str(len(name))
    return f"3/{name[0]}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}"


def _release_in(listing: bytes, version: str) -> dict[str, Any] | None:
    """The line of the index for this version: the crate's name as it is written, its checksum, …"""
    for line in listing.splitlines():
        try:
            release = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(release, dict) and release.get("vers") == version:
            return release
    return None


def _read(project: Project, file: str, text: str) -> Manifest | None:
    """Read a Cargo.toml, with what it inherits of its workspace (The Cargo Book)."""
    document = parse_toml(text)
    written = part_of(document, "package")
    if not written and "workspace" in document:
        return None  # the root of a workspace, whose members are looked at by themselves
    if not written:
        raise ManifestError("has no [package]; run this in the folder of a package")
    inherits = any(_is_inherited(value) for value in written.values())
    folder, shared = _workspace(project, document) if inherits else ("", {})
    package = {
        key: shared.get(key) if _is_inherited(value) else value for key, value in written.items()
    }
    name = one_line(package.get("name"))
    is_private = package.get("publish") in (False, [])
    commands = _commands(project, document, name)
    readme_folder = folder if _is_inherited(written.get("readme")) else ""
    return Manifest(
        file=file,
        registry_type="cargo",
        identifier=None if is_private else name,
        version=one_line(package.get("version")),
        description=one_line(package.get("description")),
        repository=one_line(package.get("repository")),
        website=one_line(package.get("homepage")),
        readme=_readme_of(project, readme_folder, package.get("readme", True)),
        is_server=any(is_server_sdk("cargo", one) for one in part_of(document, "dependencies")),
        commands=commands,
        default_command=name if name in commands else None,
        notes=(
            *unpublished_note(file, "crates.io", name, is_private=is_private),
            *_command_notes(file, name if not is_private else None, commands),
        ),
    )


def _commands(project: Project, document: Part, name: str | None) -> tuple[str, ...]:
    """The programs of a crate: those that it names, or `src/main.rs`, and those in `src/bin`."""
    named = [text_of(one, "name") for _, one in parts_of(document, "bin")]
    found = [one for one in named if one]
    if not found and name and "main.rs" in project.names("src"):
        found = [name]
    files = project.names("src/bin")
    found += [file.removesuffix(".rs") for file in files if file.endswith(".rs")]
    return tuple(dict.fromkeys(found))


def _command_notes(file: str, name: str | None, commands: tuple[str, ...]) -> tuple[str, ...]:
    """What keeps clients from starting a crate: they run its name, and no record says otherwise."""
    if not name or not commands or name in commands:
        return ()
    note = f"{file}: clients start {name}, which this crate does not install"
    return (f"{note} (it installs {', '.join(commands)}); name a program like the crate",)


def _is_inherited(value: Any) -> bool:
    return isinstance(value, dict) and value.get("workspace") is True


def _workspace(project: Project, document: Part) -> tuple[str, Part]:
    """The root of the workspace, from the project's folder, and what it shares with its members.

    It shares nothing if it is outside the repository.
    """
    if "workspace" in document:
        return "", part_of(part_of(document, "workspace"), "package")
    named = text_of(part_of(document, "package"), "workspace")
    for folder in [named] if named else folders_above(project):
        if not _is_in_repository(project, folder):
            break
        text = project.text(posixpath.join(folder, "Cargo.toml"))
        workspace = parse_toml(text).get("workspace") if text is not None else None
        if isinstance(workspace, dict):
            return folder, part_of(workspace, "package")
    return "", {}


def _is_in_repository(project: Project, folder: str) -> bool:
    path = posixpath.normpath(posixpath.join(project.subfolder, folder))
    return not path.startswith("/") and path != ".." and not path.startswith("../")


def _readme_of(project: Project, folder: str, named: Any) -> str | None:
    if named is True:
        named = readme_name(project)
    return shipped_readme(project, posixpath.join(folder, named)) if isinstance(named, str) else None


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    return readme_advice(manifests, name, setting="`readme` in Cargo.toml", visible=True)


_misnomer = name_grammar(
    REGISTRY,
    r"[A-Za-z][A-Za-z0-9_-]*",
    "letters, digits, '-' and '_', and begins with a letter",
    longest=64,
)
"""Names of crates (The Cargo Book, "The `name` field")."""


CARGO: Final = PackageType(
    id="cargo",
    title="crates.io package",
    label="crates.io",
    also_called=frozenset({"crate", "crates", "cratesio", "rust"}),
    needs_version=True,
    can_trust_registries=True,
    misnomer=_misnomer,
    registry=REGISTRY,
    page=REGISTRY.page,
    launch=_launch,
    install_command=_install_command,
    marker=f"{README_MARKER}, as visible text",
    prove=_prove,
    manifest=ManifestFormat("Cargo.toml", _read),
    marker_advice=_advice,
)
