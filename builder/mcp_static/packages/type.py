"""What a package type is: everything that this project knows about packages of one `registryType`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mcp_static.model.names import ServerName
from mcp_static.model.reading import Part
from mcp_static.packages.identifiers import Misnomer, Misnomers
from mcp_static.packages.launch import Launch, RunnablePackage
from mcp_static.packages.manifest import Manifest, ManifestFormat
from mcp_static.packages.package import Package, PackageProof
from mcp_static.packages.registry import PublicRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What records must say about packages of one type: a rule, by its id, its sentence and its fix.

    `breaches` gives the members at fault, each with what is wrong, as the end of a sentence.
    """

    id: str
    requirement: str
    fix: str
    breaches: Callable[[Part], Iterable[tuple[str, str]]]


def identifier_and_version(identifier: str, version: str) -> Part:
    """How most types name a release: the version by itself."""
    return {"identifier": identifier, "version": version}


def no_variant(package: Part) -> str:
    """What tells packages of one server apart, for types of which it lists one."""
    return ""


def no_advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    """The advice for types whose packages name their server in no file of the project."""
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageType:
    """A package type.

    `id` is its `registryType`. People read `title` over the instructions for one package, and
    `label` where packages of a type are counted or chosen. `can_trust_registries` tells whether
    `registry.toml` may name further registries.

    `also_called` are words by which people write the type, spelled `plain` (`model/spelling`).
    `misnomer` tells what is wrong with an identifier that no package of the type can have.
    `foreign` tells why an identifier is not of the server's owner, where it shows whose it is.
    `repeated_options` are words that clients put before the package themselves, by the runner.

    `registry` is None where the identifier itself says where the package is. `page` gives the address
    where people read about a package of a record, or an empty text.

    `launch` is None for what no command starts; `install_command` is what has to be run once before.
    Both raise NoCommandError. `flags` are options of the runner that take no value.

    `marker` is how a package points back at its server, in Markdown. `prove` gives what was found, and
    raises NotProvenError, UnansweredError or FetchRefusedError.

    `manifest` is what `init` reads, `marker_advice` what it then tells the author to add before a
    package is published, and `release` how a record names a release, of identifier and version.
    `variant` tells several packages of one server apart, such as bundles for several platforms.
    `with_command` is a drafted package started by another program than clients start by themselves;
    None where a record cannot say that.
    """

    id: str
    title: str
    label: str
    also_called: frozenset[str] = frozenset()
    needs_version: bool
    requirements: tuple[Requirement, ...] = ()
    misnomer: Misnomers
    foreign: Callable[[str, ServerName], Misnomer | None] | None = None
    repeated_options: Mapping[str, frozenset[str]] = field(default_factory=dict)
    can_trust_registries: bool
    registry: PublicRegistry | None
    page: Callable[[Part], str]
    launch: Callable[[RunnablePackage], Launch] | None
    flags: frozenset[str] = frozenset()
    install_command: Callable[[RunnablePackage], str] | None = None
    marker: str
    prove: Callable[[Package], PackageProof]
    manifest: ManifestFormat | None = None
    marker_advice: Callable[[Sequence[Manifest], str], Iterator[str]] = no_advice
    release: Callable[[str, str], Part] = identifier_and_version
    variant: Callable[[Part], str] = no_variant
    with_command: Callable[[Part, str], Part] | None = None
