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
from mcp_static.rules.rule import Finding, Record, Rule, Severity
from mcp_static.rules.texts import is_https

REGISTRY_TYPES: Final = ("npm", "pypi", "nuget", "cargo", "oci", "mcpb", "go")
_VERSIONED: Final = ("npm", "pypi", "nuget", "cargo")
_GO_VERSION: Final = re.compile(r"v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


def _type(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document):
        kind = text_of(package, "registryType")
        if kind is not None and kind not in REGISTRY_TYPES:
            yield Finding(child_path(path, "registryType"), f"{kind!r} is no known type")


def _identifier(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document):
        identifier = text_of(package, "identifier")
        if identifier is not None and (not identifier or re.search(r"\s", identifier)):
            yield Finding(child_path(path, "identifier"), "is empty or has white space")


def _version_range(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document):
        version = text_of(package, "version")
        if version is not None and (problem := range_problem(version)):
            yield Finding(child_path(path, "version"), problem)


def _version_needed(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document, *_VERSIONED):
        if not text_of(package, "version"):
            kind = package["registryType"]
            yield Finding(child_path(path, "version"), f"is missing; {kind} packages need one")


def _go_version(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document, "go"):
        if not _GO_VERSION.fullmatch(text_of(package, "version") or ""):
            yield Finding(child_path(path, "version"), "is no Go version such as v1.2.3")


def _oci(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document, "oci"):
        identifier = text_of(package, "identifier")
        if identifier is not None and not _has_tag_or_digest(identifier):
            yield Finding(child_path(path, "identifier"), "has neither a tag nor a digest")
        if "version" in package:
            yield Finding(child_path(path, "version"), "has no place in an OCI package")
        if "registryBaseUrl" in package:
            yield Finding(child_path(path, "registryBaseUrl"), "has no place in an OCI package")


def _has_tag_or_digest(reference: str) -> bool:
    return "@sha256:" in reference or ":" in reference.rsplit("/", 1)[-1]


def _mcpb(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document, "mcpb"):
        if not text_of(package, "fileSha256"):
            yield Finding(child_path(path, "fileSha256"), "is missing")
        identifier = text_of(package, "identifier")
        if identifier is None:
            continue
        if not is_https(identifier):
            yield Finding(child_path(path, "identifier"), "is no https address of a file")
        elif "mcp" not in identifier:
            yield Finding(child_path(path, "identifier"), "does not contain 'mcp'")


def _runtime_hint(record: Record) -> Iterator[Finding]:
    for path, package in packages_of(record.document):
        if package.get("runtimeArguments") and not text_of(package, "runtimeHint"):
            yield Finding(child_path(path, "runtimeHint"), "is missing beside runtimeArguments")


PACKAGE_RULES: Final = (
    Rule(
        id="package-type",
        says="`registryType` is one of " + ", ".join(REGISTRY_TYPES) + ".",
        mend="Use one of these types; other packages cannot be checked.",
        check=_type,
    ),
    Rule(
        id="package-identifier",
        says="A package's identifier has no white space.",
        mend="Give the package's name, image reference or address alone.",
        check=_identifier,
    ),
    Rule(
        id="package-one-version",
        says="A package's version names one release: no ranges, no wildcards, not `latest`.",
        mend="Give the exact version that was published.",
        check=_version_range,
    ),
    Rule(
        id="package-version-needed",
        says="Packages of " + ", ".join(_VERSIONED) + " give their exact version.",
        mend="Add the version that was published.",
        check=_version_needed,
    ),
    Rule(
        id="package-go-version",
        says="A Go package's version is a module version, with its `v`.",
        mend="Write the tag, such as v1.2.3.",
        check=_go_version,
    ),
    Rule(
        id="package-oci-reference",
        says="An OCI package is one image reference with its registry, tag or digest; it has no "
        "`version` and no `registryBaseUrl`.",
        mend="Write it all in the identifier, such as ghcr.io/alice/weather:1.2.3.",
        check=_oci,
    ),
    Rule(
        id="package-mcpb-file",
        says="An MCPB package is an https address that contains `mcp`, with the file's SHA-256.",
        mend="Add `fileSha256` (sha256sum prints it) and the address of the .mcpb file.",
        check=_mcpb,
    ),
    Rule(
        id="package-runtime-hint",
        severity=Severity.WARNING,
        says="A package with `runtimeArguments` says in `runtimeHint` which runner they are for.",
        mend="Add the runner, such as npx, uvx, dnx or docker.",
        check=_runtime_hint,
    ),
)
