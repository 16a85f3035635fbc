"""Rules over where packages are: the address of a registry, and whether it is public or trusted."""

from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import Part, packages_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.web_addresses import https_problem, is_https, parse_address
from mcp_static.packages.images import is_public_host, parse_reference
from mcp_static.packages.registry import PublicRegistry
from mcp_static.packages.types import PACKAGE_TYPES, package_type
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Applies, Breach, Record, RegistryIndex, Rule

_COMPANIES: Final = ".example"
"""What stands for a company's own domain in its documentation; a registry's settings may name it."""
_SETTING: Final = "[[package_registries]] of registry.toml"


def private_registries(document: Part) -> Iterator[tuple[str, str, str]]:
    """The packages that are in no public registry: the JSON path, the type, and the registry's address.

    For images it is the host. What is no address at all breaks another rule.
    """
    for path, package in packages_of(document):
        kind = package_type(text_of(package, "registryType") or "")
        if kind is None or not kind.can_trust_registries:
            continue
        if kind.registry is None:
            reference = parse_reference(text_of(package, "identifier") or "")
            if reference and not is_public_host(reference.host):
                yield child_path(path, "identifier"), kind.id, reference.host
            continue
        address = text_of(package, "registryBaseUrl") or ""
        if is_https(address) and not kind.registry.is_named_by(address) and not _is_public(address):
            yield child_path(path, "registryBaseUrl"), kind.id, address.rstrip("/")


def _is_public(address: str) -> bool:
    """Whether an address is on the host of some type's public registry."""
    return any(kind.registry and kind.registry.has_host_of(address) for kind in PACKAGE_TYPES)


def _to_be_trusted(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    if index.allowed.package_registries is None:
        for path, kind, address in private_registries(record.document):
            yield Breach(path, f"names {address}, which is no public registry of {kind} packages")


def _untrusted(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    trusted = index.allowed.package_registries
    if trusted is None:
        return
    plain = {(kind, url.removeprefix("https://") if kind == "oci" else url) for kind, url in trusted}
    for path, kind, address in private_registries(record.document):
        if (kind, address) not in plain:
            yield Breach(
                path, f"names {address}, which this registry does not trust for {kind} packages"
            )


def _public_registry(record: Record) -> Iterator[Breach]:
    for path, address, registry in _named_registries(record):
        if registry.is_named_by(address):
            yield Breach(child_path(path, "registryBaseUrl"), "names the public registry's site")


def _public_registry_address(record: Record) -> Iterator[Breach]:
    for path, address, registry in _named_registries(record):
        if registry.has_host_of(address) and not registry.is_named_by(address):
            message = f"is on the public registry's host, but its address is {registry.site.url}"
            yield Breach(child_path(path, "registryBaseUrl"), message)


def _other_registry(record: Record) -> Iterator[Breach]:
    """A registry's address that is none, or that of another type's public registry."""
    for path, address, registry in _named_registries(record):
        place = child_path(path, "registryBaseUrl")
        if registry.is_named_by(address):
            continue
        problem, parsed = https_problem(address), parse_address(address)
        if problem or parsed is None:
            yield Breach(place, problem or "is not an absolute https address")
        elif parsed.is_for_examples and not parsed.host.endswith(_COMPANIES):
            yield Breach(place, f"is on {parsed.host}, a host for examples that belongs to nobody")
        elif other := next(_types_of(address, registry), ""):
            yield Breach(place, f"is the public registry of {other} packages")


def _types_of(address: str, registry: PublicRegistry) -> Iterator[str]:
    """The types whose public registry, other than this one, an address is on the host of."""
    for kind in PACKAGE_TYPES:
        if kind.registry and kind.registry is not registry and kind.registry.has_host_of(address):
            yield kind.id


def _named_registries(record: Record) -> Iterator[tuple[str, str, PublicRegistry]]:
    """The packages that name a registry: path, address, and their type's public registry."""
    for path, package in packages_of(record.document):
        kind = package_type(text_of(package, "registryType") or "")
        address = text_of(package, "registryBaseUrl")
        if kind is not None and kind.registry is not None and address:
            yield path, address, kind.registry


REGISTRY_ADDRESS_RULES: Final = (
    Rule(
        id="package-registry-address",
        requirement="A `registryBaseUrl` on the host of a type's public registry is its address.",
        fix="Leave `registryBaseUrl` out: the public registry is implied.",
        check=_public_registry_address,
    ),
    Rule(
        id="package-registry-implied",
        level=Level.WARNING,
        requirement="A package in the public registry of its type has no `registryBaseUrl`: clients "
        "hand it to the runner, for which that address may be no index.",
        fix="Leave `registryBaseUrl` out: the public registry is implied.",
        check=_public_registry,
    ),
    Rule(
        id="package-registry-other",
        told_by=("no-placeholder",),
        applies=Applies.AUTHORING,
        requirement="`registryBaseUrl` is the absolute https address of a registry of the package's "
        "type.",
        fix="Leave `registryBaseUrl` out, unless the package is in a registry of your own.",
        check=_other_registry,
    ),
)
"""Rules over the address alone."""

TRUST_RULES: Final = (
    Rule(
        id="package-registry-private",
        told_by=("package-registry-other", "package-name", "no-placeholder"),
        level=Level.WARNING,
        requirement="A package is in a public registry, or in one that the registry's settings trust "
        f"({_SETTING}).",
        fix=f"Only a registry whose {_SETTING} names it takes such a package; `validate --registry` "
        "with a clone of that registry tells.",
        check_within=_to_be_trusted,
    ),
    Rule(
        id="package-registry-trusted",
        applies=Applies.AUTHORING,
        requirement=f"A package that is in no public registry is in one that {_SETTING} names.",
        fix="Publish the package to a public registry, or ask the operator to name its registry in "
        f"{_SETTING}.",
        check_within=_untrusted,
    ),
)
