"""Which package registries are trusted."""

from collections.abc import Callable

import pytest
from mcp_static.model.names import parse_name
from mcp_static.model.settings import NetworkSettings, PackageRegistry, Settings
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.registries import (
    REGISTRIES,
)
from mcp_static.proofs.packages.prove import prove_packages
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront
from tests.doubles.package_registries import (
    Oci,
)
from tests.proofs.packages.market import (
    ALICE,
    OPEN,
    PRIVATE,
    Document,
    Market,
    open_cargo,
    open_go,
    open_npm,
    open_nuget,
    open_pypi,
    package,
)

PRIVATE_URLS = {
    "npm": f"https://{PRIVATE}",
    "pypi": f"https://{PRIVATE}",
    "nuget": f"https://{PRIVATE}/v3/index.json",
    "cargo": f"https://{PRIVATE}",
    "go": f"https://{PRIVATE}",
}
PRIVATE_OPEN: dict[str, Callable[[HttpsFront, str | None, str], Document]] = {
    "npm": open_npm,
    "pypi": open_pypi,
    "nuget": open_nuget,
    "cargo": open_cargo,
    "go": open_go,
}


@pytest.mark.parametrize("kind", PRIVATE_URLS)
def test_a_registry_that_settings_do_not_name_is_not_asked(market: Market, kind: str) -> None:
    asked = {**PRIVATE_OPEN[kind](market.front, ALICE, PRIVATE), "registryBaseUrl": PRIVATE_URLS[kind]}
    other = "npm" if kind != "npm" else "pypi"
    outcome = market.prove_one(asked, trusted={"type": other, "url": PRIVATE_URLS[kind]})
    assert outcome.level is Level.ERROR
    assert PRIVATE in outcome.message
    assert market.front.accepted == 0


@pytest.mark.parametrize("kind", PRIVATE_URLS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_private_registry_that_settings_name_is_asked(market: Market, kind: str, slash: str) -> None:
    asked = PRIVATE_OPEN[kind](market.front, ALICE, PRIVATE)
    trusted = {"type": kind, "url": PRIVATE_URLS[kind]}
    outcome = market.prove_one(
        {**asked, "registryBaseUrl": PRIVATE_URLS[kind] + slash}, trusted=trusted
    )
    assert outcome.level is Level.PASSED, outcome.message
    assert market.front.asked(PRIVATE)


@pytest.mark.parametrize("kind", PRIVATE_URLS)
def test_the_public_registry_may_be_named(market: Market, kind: str) -> None:
    asked = {**OPEN[kind](market.front, ALICE), "registryBaseUrl": REGISTRIES[kind].url}
    assert market.prove_one(asked).has_passed


def test_nuget_may_be_named_as_older_records_did(market: Market) -> None:
    asked = {
        **open_nuget(market.front, ALICE),
        "registryBaseUrl": f"https://{REGISTRIES['nuget'].host}",
    }
    assert market.prove_one(asked).has_passed


@pytest.mark.parametrize("port", ["", ":5000"])
def test_a_private_image_registry_that_settings_name_is_asked(market: Market, port: str) -> None:
    Oci(PRIVATE).on(market.front).add("alice/weather", "1.0.0", ALICE)
    asked = package("oci", f"{PRIVATE}{port}/alice/weather:1.0.0")
    network = NetworkSettings(
        reach=("127.0.0.0/8",),
        connect={**market.front.connect, f"{PRIVATE}:5000": f"127.0.0.1:{market.front.port}"},
    )
    trusting = PackageRegistry(type="oci", url=f"{PRIVATE}{port}")
    for trusted, level in ((True, Level.PASSED), (False, Level.ERROR)):
        settings = Settings(network=network, package_registries=(trusting,) if trusted else ())
        fetcher = Fetcher(Reach(network), lambda _: None)
        (outcome,) = prove_packages({"packages": [asked]}, parse_name(ALICE), settings, fetcher)
        assert outcome.level is level, outcome.message


@pytest.mark.parametrize("kind", ["", "maven", "NPM", "__class__"])
def test_a_type_that_nobody_can_check_fails(market: Market, kind: str) -> None:
    outcome = market.prove_one(package(kind, "weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "packages[0]" in outcome.message
    assert outcome.id == "package"
