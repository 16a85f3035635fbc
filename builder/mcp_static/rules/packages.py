"""Rules over packages: those over all types, and what each type requires.

What packages need: the official registry's `package-types` guide, its schema changelog
(2025-10-11, 2025-10-17) and `internal/validators/registries`.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import packages_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.versions import range_problem
from mcp_static.packages.registry import PublicRegistry
from mcp_static.packages.type import PackageType, Requirement
from mcp_static.packages.types import PACKAGE_TYPES, package_type
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule

_TYPES: Final = ", ".join(kind.id for kind in PACKAGE_TYPES)
_IMPLIED: Final = ", ".join(
    kind.id for kind in PACKAGE_TYPES if kind.registry and not kind.registry.is_index
)
_VERSIONED: Final = tuple(kind.id for kind in PACKAGE_TYPES if kind.needs_version)


def _type(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        kind = text_of(package, "registryType")
        if kind is not None and package_type(kind) is None:
            yield Breach(child_path(path, "registryType"), f"{kind!r} is not a known type")


def _identifier(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        identifier = text_of(package, "identifier")
        if identifier is not None and (not identifier or re.search(r"\s", identifier)):
            yield Breach(child_path(path, "identifier"), "is empty or has white space")


def _version_range(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        version = text_of(package, "version")
        if version is not None and (problem := range_problem(version)):
            yield Breach(child_path(path, "version"), problem)


def _version_needed(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, *_VERSIONED):
        if not text_of(package, "version"):
            kind = package["registryType"]
            yield Breach(child_path(path, "version"), f"is missing; {kind} packages need one")


def _public_registry(record: Record) -> Iterator[Breach]:
    for path, address, registry in _named_registries(record):
        if registry.is_named_by(address) and not registry.is_index:
            yield Breach(child_path(path, "registryBaseUrl"), "names the public registry's site")


def _public_registry_address(record: Record) -> Iterator[Breach]:
    for path, address, registry in _named_registries(record):
        if registry.has_host_of(address) and not registry.is_named_by(address):
            message = f"is on the public registry's host, but its address is {registry.site.url}"
            yield Breach(child_path(path, "registryBaseUrl"), message)


def _named_registries(record: Record) -> Iterator[tuple[str, str, PublicRegistry]]:
    """The packages that name a registry: path, address, and their type's public registry."""
    for path, package in packages_of(record.document):
        kind = package_type(text_of(package, "registryType") or "")
        address = text_of(package, "registryBaseUrl")
        if kind is not None and kind.registry is not None and address:
            yield path, address, kind.registry


def _runtime_hint(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        if package.get("runtimeArguments") and not text_of(package, "runtimeHint"):
            yield Breach(
                child_path(path, "runtimeHint"), "is missing, although there are runtimeArguments"
            )


def _rule_of(kind: PackageType, requirement: Requirement) -> Rule:
    def check(record: Record) -> Iterator[Breach]:
        for path, package in packages_of(record.document, kind.id):
            for member, message in requirement.breaches(package):
                yield Breach(child_path(path, member), message)

    return Rule(
        id=requirement.id,
        requirement=requirement.requirement,
        fix=requirement.fix,
        check=check,
    )


PACKAGE_RULES: Final = (
    Rule(
        id="package-type",
        requirement=f"`registryType` is one of {_TYPES}.",
        fix="Use one of these types; other packages cannot be checked.",
        check=_type,
    ),
    Rule(
        id="package-identifier",
        requirement="A package's identifier has no white space.",
        fix="Give the package's name, image reference or address alone.",
        check=_identifier,
    ),
    Rule(
        id="package-one-version",
        requirement="A package's version names one release: no ranges, no wildcards, not `latest`.",
        fix="Give the exact version that was published.",
        check=_version_range,
    ),
    Rule(
        id="package-version-needed",
        requirement="Packages of " + ", ".join(_VERSIONED) + " give their exact version.",
        fix="Add the version that was published.",
        check=_version_needed,
    ),
    Rule(
        id="package-registry-address",
        requirement="A `registryBaseUrl` on the host of a type's public registry is its address.",
        fix="Leave `registryBaseUrl` out: the public registry is implied.",
        check=_public_registry_address,
    ),
    Rule(
        id="package-registry-implied",
        level=Level.WARNING,
        requirement=f"A package of {_IMPLIED} in the public registry has no `registryBaseUrl`: clients "
        "hand it to the runner, for which that address is no index.",
        fix="Leave `registryBaseUrl` out: the public registry is implied.",
        check=_public_registry,
    ),
    *(_rule_of(kind, requirement) for kind in PACKAGE_TYPES for requirement in kind.requirements),
    Rule(
        id="package-runtime-hint",
        level=Level.WARNING,
        requirement="A package with `runtimeArguments` names in `runtimeHint` the runner they are for.",
        fix="Add the runner, such as npx, uvx, dnx or docker.",
        check=_runtime_hint,
    ),
)
