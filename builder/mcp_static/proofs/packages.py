"""Proving the packages of a record, all at once: that each exists and points back at the server."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from mcp_static.model.errors import (
    FetchRefusedError,
    InsideAddressError,
    NotProvenError,
    NotShownError,
    OperatorError,
    UnansweredError,
    UntrustedCertificateError,
)
from mcp_static.model.names import ServerName
from mcp_static.model.reading import objects_in
from mcp_static.packages.images import is_public_host, parse_repository
from mcp_static.packages.package import Fetch, Package, host_of
from mcp_static.packages.registry import PublicRegistry
from mcp_static.packages.types import package_type
from mcp_static.proofs.results import awaited, fails, holds, unknown
from mcp_static.reports.findings import Finding
from mcp_static.settings import Settings
from mcp_static.settings.publishing import PackageRegistry

_AT_ONCE: Final = 8
_PUBLIC: Final = "Name a package that its registry serves as usual."
_OPEN: Final = (
    "This is for the registry's operator: name the network in registry.toml, [network] reach, or have "
    "the host resolve to a public address."
)


def prove_packages(
    document: Mapping[str, Any], name: ServerName, settings: Settings, fetch: Fetch
) -> Iterator[Finding]:
    """The outcome for each package of a record, in its order; never raises."""
    packages = [
        Package(part, name, fetch, _trusted(settings.package_registries, part.get("registryType")))
        for part in objects_in(document.get("packages"))
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(_prove, range(len(packages)), packages)


def _trusted(registries: tuple[PackageRegistry, ...], registry_type: object) -> frozenset[str]:
    return frozenset(registry.url for registry in registries if registry.type == registry_type)


def _prove(index: int, package: Package) -> Finding:
    known = package_type(package.text("registryType"))
    if known is None:
        message = f"packages[{index}] is not of a type that can be checked"
        return fails("package", message, "Use another type.")
    title = f"package-{known.id}"
    try:
        if known.registry is not None:
            package = replace(package, base=_registry_address(package, known.registry))
        proof = known.prove(package)
        facts = {
            "registryType": known.id,
            "identifier": package.identifier,
            "version": package.version,
            "digest": proof.digest,
        }
        return holds(title, proof.message, **{key: value for key, value in facts.items() if value})
    except UnicodeEncodeError:
        return fails(title, f"packages[{index}] has text that is not valid Unicode", "Write it again.")
    except NotShownError as error:
        return awaited(title, error.message, error.fix)
    except NotProvenError as error:
        return fails(title, error.message, error.fix)
    except InsideAddressError as error:
        if error.host in _known_hosts(package) or package.base in package.trusted:
            return unknown(title, error.message, _OPEN)
        return fails(title, error.message, _PUBLIC)
    except FetchRefusedError as error:
        return fails(title, str(error), _PUBLIC)
    except (OperatorError, UntrustedCertificateError) as error:
        return unknown(title, error.message, error.fix)
    except UnansweredError as error:
        return unknown(title, str(error))


def _known_hosts(package: Package) -> frozenset[str]:
    """The hosts of package registries that a package may be in: where they are is no author's fault."""
    image = parse_repository(package.identifier)
    public = {package.base, image[0] if image and is_public_host(image[0]) else ""}
    return frozenset(host_of(address).partition(":")[0] for address in public | package.trusted)


def _registry_address(package: Package, default: PublicRegistry) -> str:
    """The address of the registry that a package names, or its type's; raises NotProvenError."""
    named = package.text("registryBaseUrl")
    if default.is_named_by(named):
        return default.site.url
    address = named.rstrip("/")
    if address in package.trusted:
        return address
    raise NotProvenError(
        f"packages of {named} are not trusted here",
        "Leave registryBaseUrl out, or ask the registry's operator to trust it in registry.toml.",
    )
