"""All that a project says about its server, as it was found."""

from dataclasses import dataclass, field

from mcp_static.drafting.images import Image
from mcp_static.drafting.versions import Release
from mcp_static.model.origin import Origin
from mcp_static.model.reading import Part
from mcp_static.packages.manifest import Manifest, Variable


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was packed into the project's folder: the file's name and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a workspace: its folder, and what it is called."""

    folder: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a project says: `subfolder` is its place in the repository of `origin`.

    `release` is the newest tag. `words` are those by which configurations start the server, and
    `addresses` where they reach it. `existing` is a `server.json` of the project's, of the newest
    schema. `subcommand` is the word that makes a server of its program. `members` are those of a
    workspace; `servers` those that look like servers.
    """

    manifests: tuple[Manifest, ...] = ()
    origin: Origin | None = None
    subfolder: str = ""
    readme: str | None = None
    release: Release | None = None
    images: tuple[Image, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    variables: tuple[Variable, ...] = ()
    words: frozenset[str] = frozenset()
    subcommand: str | None = None
    addresses: tuple[str, ...] = ()
    existing: Part = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    servers: tuple[Member, ...] = ()
