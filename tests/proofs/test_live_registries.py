"""The proofs of packages against the real registries, with packages that are known to be there."""

import socket

import pytest
from mcp_static.model.names import parse_name
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages import npm, pypi
from mcp_static.packages.registry import Site
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import Settings
from mcp_static.settings.network import NetworkSettings

HOSTS = (npm.REGISTRY.site.host, pypi.REGISTRY.site.host, Site("org.pythonhosted.files").host)


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Settings with which the registries can be reached where their names resolve to a gateway."""
    found = {
        str(entry[4][0])
        for host in HOSTS
        for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    }
    return Settings(network=NetworkSettings(reach=tuple(sorted(found))))


def prove(settings: Settings, kind: str, identifier: str, version: str, name: str) -> Finding:
    """Ask the real registry about one package."""
    package = {"registryType": kind, "identifier": identifier, "version": version}
    fetcher = Fetcher(Reach(settings.network))
    (outcome,) = prove_packages({"packages": [package]}, parse_name(name), settings, fetcher)
    return outcome


@pytest.mark.parametrize(
    ("kind", "identifier", "version", "name"),
    [
        ("npm", "chrome-devtools-mcp", "0.12.1", "io.github.ChromeDevTools/chrome-devtools-mcp"),
        ("npm", "next-devtools-mcp", "0.3.6", "io.github.vercel/next-devtools-mcp"),
        ("npm", "@upstash/context7-mcp", "1.0.31", "io.github.upstash/context7"),
        ("pypi", "ipybox", "0.7.1", "io.github.gradion-ai/ipybox"),
        ("pypi", "mcp-windbg", "0.12.2", "io.github.svnscha/mcp-windbg"),
        ("pypi", "zoo_mcp", "0.7.3", "io.github.KittyCAD/zoo-mcp"),
    ],
)
def test_a_real_package_proves_its_server_and_no_other(
    settings: Settings, kind: str, identifier: str, version: str, name: str
) -> None:
    outcome = prove(settings, kind, identifier, version, name)
    assert outcome.level is Level.PASSED, outcome.message
    other = prove(settings, kind, identifier, version, "io.github.mallory/weather")
    assert other.level is Level.ERROR
    assert name in other.message


@pytest.mark.parametrize(
    ("kind", "identifier", "version"), [("npm", "is-number", "7.0.0"), ("pypi", "six", "1.16.0")]
)
def test_a_real_package_without_a_marker_proves_nothing(
    settings: Settings, kind: str, identifier: str, version: str
) -> None:
    outcome = prove(settings, kind, identifier, version, "io.github.alice/weather")
    assert outcome.level is Level.ERROR
    assert "no mcpName" in outcome.message or "does not name the server" in outcome.message


@pytest.mark.parametrize(
    ("kind", "identifier"), [("npm", "is-number"), ("pypi", "six")], ids=["npm", "pypi"]
)
def test_a_version_that_no_registry_has_does_not_exist(
    settings: Settings, kind: str, identifier: str
) -> None:
    outcome = prove(settings, kind, identifier, "987.654.321", "io.github.alice/weather")
    assert (outcome.level, outcome.is_awaited) == (Level.UNKNOWN, True)
    assert "does not exist" in outcome.message
