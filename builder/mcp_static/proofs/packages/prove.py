"""The proofs of packages, by `registryType`, and trying all of a record's at once."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from mcp_static.model.errors import FetchRefusedError, NotProvenError, UnansweredError
from mcp_static.model.names import ServerName
from mcp_static.model.settings import Settings
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.registries import REGISTRIES, base_url
from mcp_static.proofs.packages.cargo import prove_cargo
from mcp_static.proofs.packages.golang import prove_go
from mcp_static.proofs.packages.mcpb import prove_mcpb
from mcp_static.proofs.packages.npm import prove_npm
from mcp_static.proofs.packages.nuget import prove_nuget
from mcp_static.proofs.packages.oci import prove_oci
from mcp_static.proofs.packages.package import Package
from mcp_static.proofs.packages.pypi import prove_pypi
from mcp_static.proofs.results import fails, holds, unknown
from mcp_static.reports.findings import Finding

PACKAGE_PROOFS: Final[Mapping[str, Callable[[Package], str]]] = {
    "npm": prove_npm,
    "pypi": prove_pypi,
    "nuget": prove_nuget,
    "cargo": prove_cargo,
    "oci": prove_oci,
    "mcpb": prove_mcpb,
    "go": prove_go,
}
"""How a package of each type points back at its server."""

_AT_ONCE: Final = 8


def prove_packages(
    document: Mapping[str, Any], name: ServerName, settings: Settings, fetcher: Fetcher
) -> Iterator[Finding]:
    """The outcome for each package of a record, in its order; never raises."""
    packages = document.get("packages")
    described = (
        [part for part in packages if isinstance(part, dict)] if isinstance(packages, list) else []
    )
    asked = [Package(part, name, fetcher, settings) for part in described]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(_prove, range(len(asked)), asked)


def _prove(index: int, package: Package) -> Finding:
    kind = package.text("registryType")
    title = f"package-{kind}" if kind in PACKAGE_PROOFS else "package"
    prove = PACKAGE_PROOFS.get(kind)
    if prove is None:
        return fails(title, f"packages[{index}] is of no type that can be checked", "Use another type.")
    try:
        return holds(title, prove(_based(kind, package)))
    except UnicodeEncodeError:
        return fails(title, f"packages[{index}] has text that is no Unicode", "Write it anew.")
    except NotProvenError as error:
        return fails(title, error.message, error.fix)
    except FetchRefusedError as error:
        return fails(title, str(error), "Name a package that its registry serves as usual.")
    except UnansweredError as error:
        return unknown(title, str(error))


def _based(kind: str, package: Package) -> Package:
    if kind not in REGISTRIES:
        return package
    asked = package.text("registryBaseUrl")
    base = base_url(kind, asked, package.settings)
    if base is None:
        raise NotProvenError(
            f"packages of {asked} are not trusted here",
            "Leave registryBaseUrl out, or ask the registry's operator to trust it in registry.toml.",
        )
    return replace(package, base=base)
