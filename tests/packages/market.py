"""Package registries on this machine, and proofs of packages in them."""

from dataclasses import dataclass
from typing import Any, Protocol

from mcp_static.model.names import parse_name
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Finding
from mcp_static.settings import Settings
from mcp_static.settings.network import NetworkSettings
from mcp_static.settings.publishing import PackageRegistry

from tests.doubles.https import HttpsFront

ALICE = "io.github.alice/weather"
MALLORY = "io.github.mallory/weather"
PRIVATE = "packages.example.com"
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


class Open(Protocol):
    """Opens a registry with one package in it, and gives the package as `server.json` describes it.

    The package says that it is `name`'s, or nobody's. The registry is a private one at `host`, or the
    public one.
    """

    def __call__(self, front: HttpsFront, name: str | None, host: str = "") -> Document: ...


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A package type, for the tests that hold for all; the type's own test module has one or more.

    `has_marker` tells whether the package itself names its server, `has_version` whether the record
    gives the version apart from the identifier. `private_url` is where a private registry is, if there
    can be any. `pages` and `commands` are packages with their pages and with the commands that start
    them.
    """

    open: Open
    has_marker: bool = True
    has_version: bool = True
    private_url: str = ""
    pages: tuple[tuple[Document, str], ...] = ()
    commands: tuple[tuple[Document, str], ...] = ()
