"""Package registries on this machine, and packages of each type in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from mcp_static.model.names import parse_name
from mcp_static.model.settings import NetworkSettings, PackageRegistry, Settings
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.registries import (
    OCI_HOSTS,
    REGISTRIES,
)
from mcp_static.proofs.packages.prove import prove_packages
from mcp_static.reports.findings import Finding

from tests.doubles.https import HttpsFront
from tests.doubles.package_registries import (
    Cargo,
    GoProxy,
    Npm,
    Nuget,
    Oci,
    Pypi,
    Releases,
)

ALICE = "io.github.alice/weather"
MALLORY = "io.github.mallory/weather"
PRIVATE = "packages.example.com"
GHCR = OCI_HOSTS[0]
MODULE = "github.com/alice/weather"
RELEASE_PATH = "/alice/weather-mcp/releases/download/v1.0.0/weather.mcpb"
Document = dict[str, Any]


@dataclass
class Market:
    """The registries of a test, and what a check against them says."""

    front: HttpsFront

    def prove(
        self, *packages: Document, name: str = ALICE, trusted: Document | None = None
    ) -> list[Finding]:
        """Prove a record's packages with the settings' defaults, or one more registry trusted."""
        network = NetworkSettings(reach=("127.0.0.0/8",), connect=self.front.connect)
        extra = (PackageRegistry.model_validate(trusted),) if trusted else ()
        settings = Settings(network=network, package_registries=extra)
        fetcher = Fetcher(Reach(network), lambda _: None)
        return list(prove_packages({"packages": list(packages)}, parse_name(name), settings, fetcher))

    def prove_one(
        self, package: Document, name: str = ALICE, trusted: Document | None = None
    ) -> Finding:
        """The same for one package."""
        (outcome,) = self.prove(package, name=name, trusted=trusted)
        return outcome


def package(kind: str, identifier: str, version: str = "", **more: Any) -> Document:
    """A package as `server.json` describes it."""
    facts = {"registryType": kind, "identifier": identifier, "version": version, **more}
    return {key: value for key, value in facts.items() if value}


def readme(name: str | None) -> str:
    """A README that names a server, or none."""
    return "# Weather\r\n" + (f"<!-- mcp-name: {name} -->\r\n" if name else "") + "Forecasts.\r\n"


# One package of each type, that says it is `name`'s. The registry is the public one or PRIVATE.


def open_npm(front: HttpsFront, name: str | None, host: str = REGISTRIES["npm"].host) -> Document:
    marker = {"mcpName": name} if name else {}
    Npm(host).add("@alice/weather", "1.0.0", **marker).on(front)
    return package("npm", "@alice/weather", "1.0.0")


def open_pypi(front: HttpsFront, name: str | None, host: str = REGISTRIES["pypi"].host) -> Document:
    Pypi(host).add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


def open_index(front: HttpsFront, name: str | None, host: str = REGISTRIES["pypi"].host) -> Document:
    Pypi(host, has_json_api=False).add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


def open_nuget(front: HttpsFront, name: str | None, host: str = REGISTRIES["nuget"].host) -> Document:
    Nuget(host).add("alice.weather", "1.0.0", readme(name)).on(front)
    return package("nuget", "Alice.Weather", "1.0.0")


def open_cargo(front: HttpsFront, name: str | None, host: str = "") -> Document:
    html = f"<h1>Weather</h1><p><code>mcp-name: {name}</code></p>" if name else "<h1>Weather</h1>"
    Cargo(host).add("alice-weather", "1.0.0", html).on(front)
    return package("cargo", "alice-weather", "1.0.0")


def open_oci(front: HttpsFront, name: str | None, host: str = GHCR) -> Document:
    Oci(host).on(front).add("alice/weather", "1.0.0", name)
    return package("oci", f"{host}/alice/weather:1.0.0")


def open_go(front: HttpsFront, name: str | None, host: str = REGISTRIES["go"].host) -> Document:
    owner = (name or "io.github.nobody/weather").split("/")[0].rpartition(".")[2]
    module = f"github.com/{owner}/weather"
    GoProxy(host).add(module, "v1.0.0", mod=f"module {module}\n\ngo 1.23\n").on(front)
    return package("go", module, "v1.0.0")


def open_mcpb(front: HttpsFront, name: str | None) -> Document:
    digest = Releases().on(front).add(RELEASE_PATH, b"bundle")
    return package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest if name else "0" * 64)


OPEN: dict[str, Callable[[HttpsFront, str | None], Document]] = {
    "npm": open_npm,
    "pypi": open_pypi,
    "pypi without its JSON API": open_index,
    "nuget": open_nuget,
    "cargo": open_cargo,
    "oci": open_oci,
    "go": open_go,
    "mcpb": open_mcpb,
}
every_type = pytest.mark.parametrize("kind", OPEN)
with_marker = pytest.mark.parametrize("kind", [kind for kind in OPEN if kind not in {"mcpb", "go"}])
with_version = pytest.mark.parametrize("kind", [kind for kind in OPEN if kind not in {"mcpb", "oci"}])
