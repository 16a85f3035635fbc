"""Rules over packages, by `registryType`.

What each type needs: the official registry's `package-types` guide, its schema changelog
(2025-10-11, 2025-10-17) and `internal/validators/registries`.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import packages_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.versions import range_problem
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule
from mcp_static.rules.texts import is_https

REGISTRY_TYPES: Final = ("npm", "pypi", "nuget", "cargo", "oci", "mcpb", "go")
_VERSIONED: Final = ("npm", "pypi", "nuget", "cargo")
_GO_VERSION: Final = re.compile(r"v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


def _type(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        kind = text_of(package, "registryType")
        if kind is not None and kind not in REGISTRY_TYPES:
            yield Breach(child_path(path, "registryType"), f"{kind!r} is no known type")


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


def _go_version(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, "go"):
        if not _GO_VERSION.fullmatch(text_of(package, "version") or ""):
            yield Breach(child_path(path, "version"), "is no Go version such as v1.2.3")


def _oci(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, "oci"):
        identifier = text_of(package, "identifier")
        if identifier is not None and not _has_tag_or_digest(identifier):
            yield Breach(child_path(path, "identifier"), "has neither a tag nor a digest")
        if "version" in package:
            yield Breach(child_path(path, "version"), "has no place in an OCI package")
        if "registryBaseUrl" in package:
            yield Breach(child_path(path, "registryBaseUrl"), "has no place in an OCI package")


def _has_tag_or_digest(reference: str) -> bool:
    return "@sha256:" in reference or ":" in reference.rsplit("/", 1)[-1]


def _mcpb(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, "mcpb"):
        if not text_of(package, "fileSha256"):
            yield Breach(child_path(path, "fileSha256"), "is missing")
        identifier = text_of(package, "identifier")
        if identifier is None:
            continue
        if not is_https(identifier):
            yield Breach(child_path(path, "identifier"), "is no https address of a file")
        elif "mcp" not in identifier:
            yield Breach(child_path(path, "identifier"), "does not contain 'mcp'")


def _runtime_hint(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        if package.get("runtimeArguments") and not text_of(package, "runtimeHint"):
            yield Breach(child_path(path, "runtimeHint"), "is missing beside runtimeArguments")


PACKAGE_RULES: Final = (
    Rule(
        id="package-type",
        requirement="`registryType` is one of " + ", ".join(REGISTRY_TYPES) + ".",
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
        id="package-go-version",
        requirement="A Go package's version is a module version, with its `v`.",
        fix="Write the tag, such as v1.2.3.",
        check=_go_version,
    ),
    Rule(
        id="package-oci-reference",
        requirement="An OCI package is one image reference with its registry, tag or digest; it has no "
        "`version` and no `registryBaseUrl`.",
        fix="Write it all in the identifier, such as ghcr.io/alice/weather:1.2.3.",
        check=_oci,
    ),
    Rule(
        id="package-mcpb-file",
        requirement="An MCPB package is an https address that contains `mcp`, with the file's SHA-256.",
        fix="Add `fileSha256` (sha256sum prints it) and the address of the .mcpb file.",
        check=_mcpb,
    ),
    Rule(
        id="package-runtime-hint",
        level=Level.WARNING,
        requirement="A package with `runtimeArguments` says in `runtimeHint` which runner "
        "they are for.",
        fix="Add the runner, such as npx, uvx, dnx or docker.",
        check=_runtime_hint,
    ),
)
