"""What a package of one type can be called, and the name that is meant where something else is written.

People write what they would give to an installer, a browser or Git: `name@1.0.0`, `name==1.0.0`, the
address of a page, of a repository, of a file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

from mcp_static.model.web_addresses import MAX_CHARACTERS
from mcp_static.packages.images import parse_reference
from mcp_static.packages.registry import PublicRegistry

MAX_SHOWN: Final = 120
"""Characters of an identifier that a message quotes."""

_VERSION_BEHIND: Final = re.compile(
    r"(?P<name>.+?)(?:[<>=~!^]=?=?|[@:/])[\^~<>=]*(?P<version>v?\d[\w.,<>=+!-]*|latest)\Z"
)
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GIT: Final = re.compile(r"git\+|git@|(?:github|gitlab|bitbucket|gist):|.*\.git(?:#.*)?\Z")
_PATH: Final = re.compile(r"\.{1,2}[/\\]|/|~/|[A-Za-z]:[/\\]|file:")
_FILE: Final = re.compile(r".*\.(?:tgz|tar\.gz|whl|zip|nupkg|crate|mcpb)(?:[?#].*)?\Z", re.IGNORECASE)
_BUILT: Final = (".tgz", ".tar.gz", ".whl", ".nupkg", ".crate")
"""Ends of files that a build writes; with a version before one, it is no name that ends like a file."""

_VERSION_INSIDE: Final = re.compile(r"[-.]\d{1,9}\.\d")
_EXTRAS: Final = re.compile(r"(?P<name>[\w.-]+)\[(?P<extras>[^\[\]]*)\]")
_PURL: Final = re.compile(r"pkg:[a-z]+/(?P<name>[^?#]+)")


class Misnomer(NamedTuple):
    """Why no package can have an identifier, as the end of a sentence, and what to write instead."""

    message: str
    fix: str


Misnomers = Callable[[str], Misnomer | None]
"""What is wrong with an identifier of one type; None if nothing is."""


def name_grammar(
    registry: PublicRegistry,
    pattern: str,
    form: str,
    *,
    longest: int,
    respell: Callable[[str], str] = str.strip,
) -> Misnomers:
    """The grammar of a registry's package names.

    `form` says in words what a name consists of. `respell` gives the spelling that a name which is
    right but for its letters would have.
    """
    grammar = re.compile(pattern, re.ASCII)

    def is_name(text: str) -> bool:
        return len(text) <= longest and grammar.fullmatch(text) is not None

    def misnomer(identifier: str) -> Misnomer | None:
        if not identifier or re.search(r"\s", identifier):
            return None  # breaks a rule over all types
        if identifier.lower().endswith(_BUILT) and "/" not in identifier and _has_version(identifier):
            return Misnomer(
                f"is {_shown(identifier)}, the name of a file",
                "Write the package's name, and the version in `version`.",
            )
        if is_name(identifier):
            return None
        known = identifier[:MAX_CHARACTERS]  # what is longer is no address, nor a name
        found = next(_not_a_name(known, registry, is_name, respell), None)
        if found is not None:
            return found
        spelt = respell(identifier)
        fix = (
            f"Write `{spelt}`."
            if spelt != identifier and is_name(spelt)
            else "Write the package's name."
        )
        if len(identifier) > longest:
            return Misnomer(f"has {len(identifier)} characters; at most {longest} are allowed", fix)
        return Misnomer(f"is {_shown(identifier)}; a name consists of {form}", fix)

    return misnomer


def _has_version(file: str) -> bool:
    return _VERSION_INSIDE.search(file) is not None


def _not_a_name(
    identifier: str,
    registry: PublicRegistry,
    is_name: Callable[[str], bool],
    respell: Callable[[str], str],
) -> Iterator[Misnomer]:
    """What else an identifier may be, the surest first."""
    shown = _shown(identifier)
    if match := _PURL.fullmatch(identifier):
        name = unquote(match["name"].partition("@")[0] or match["name"])
        yield Misnomer(f"is {shown}, a package URL", _write(name if is_name(name) else ""))
    if _ADDRESS.match(identifier):
        if name := _name_in_page(identifier, registry, is_name):
            yield Misnomer(f"is {shown}, the address of a page", _write(name))
        if _FILE.fullmatch(identifier):
            yield Misnomer(
                f"is {shown}, the address of a file",
                "Publish the file to the package registry and write the package's name, or give an MCP "
                'bundle of a release the registryType "mcpb".',
            )
    if _GIT.match(identifier) or _ADDRESS.match(identifier):
        if is_name(name := respell(identifier)):
            yield Misnomer(f"is {shown}, the address of a repository", _write(name))
        yield Misnomer(
            f"is {shown}, the address of a repository or a page",
            "Publish the package to its registry, and write the name it has there.",
        )
    if _PATH.match(identifier):
        yield Misnomer(
            f"is {shown}, a path on your machine", "Write the name of the published package."
        )
    if match := _EXTRAS.match(identifier):
        yield Misnomer(
            f"is {shown}, which asks for the extras {match['extras'] or '[]'}",
            f"Write `{match['name']}`. Clients cannot pass extras on: make what they install a plain "
            "dependency, or publish a package that depends on them.",
        )
    if (match := _VERSION_BEHIND.fullmatch(identifier)) and is_name(match["name"]):
        yield Misnomer(
            f"is {shown}, which has a version in it",
            f"Write `{match['name']}`, and the version in `version`.",
        )
    if "/" in identifier and parse_reference(identifier):
        yield Misnomer(
            f"is {shown}, a container image", 'Write "oci" for `registryType`, if the image is meant.'
        )
    first, colon, rest = identifier.partition(":")
    if colon and first.isalnum() and is_name(rest):
        yield Misnomer(f"is {shown}, with {first}: before the name", _write(rest))


def _name_in_page(address: str, registry: PublicRegistry, is_name: Callable[[str], bool]) -> str:
    """The name in the address of a package's page or API on its public registry."""
    if not registry.has_host_of(address):
        return ""
    path = unquote(address.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0])
    parts = [part for part in path.split("/") if part]
    skipped = {"package", "packages", "project", "crates", "simple", "pypi", "v3", "mod"}
    while parts and parts[0] in skipped:
        parts.pop(0)
    whole = "/".join(parts).partition("@")[0]
    if len(parts) > 1 and is_name(whole):
        return whole  # as a Go module's path is
    for length in (2, 1):
        name = "/".join(parts[:length])
        if len(parts) >= length and is_name(name) and (length == 1 or name.startswith("@")):
            return name
    return ""


def _write(name: str) -> str:
    return f"Write `{name}`." if name else "Write the package's name."


def _shown(identifier: str) -> str:
    short = identifier if len(identifier) <= MAX_SHOWN else f"{identifier[:MAX_SHOWN]}…"
    return f"{short!r}"
