"""Rules over where packages are: in public registries, or in others that the settings trust."""

from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import Part, packages_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.web_addresses import is_https
from mcp_static.packages.images import is_public_host, parse_reference
from mcp_static.packages.types import PACKAGE_TYPES, package_type
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Applies, Breach, Record, RegistryIndex, Rule

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


PACKAGE_REGISTRY_RULES: Final = (
    Rule(
        id="package-registry-private",
        told_by=("package-registry-other", "no-placeholder"),
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
