"""Which package registries are trusted."""

import pytest
from mcp_static.model.names import parse_name
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.types import package_type
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Level
from mcp_static.settings import Settings
from mcp_static.settings.network import NetworkSettings
from mcp_static.settings.publishing import PackageRegistry

from tests.doubles.package_registries import Oci
from tests.packages.market import ALICE, PRIVATE, Market, package
from tests.packages.samples import SAMPLES, with_private_registries


@with_private_registries
def test_a_registry_that_settings_do_not_name_is_not_asked(market: Market, kind: str) -> None:
    asked = {
        **SAMPLES[kind].open(market.front, ALICE, PRIVATE),
        "registryBaseUrl": SAMPLES[kind].private_url,
    }
    other = "npm" if kind != "npm" else "pypi"
    outcome = market.prove_one(asked, trusted={"type": other, "url": SAMPLES[kind].private_url})
    assert outcome.level is Level.ERROR
    assert PRIVATE in outcome.message
    assert market.front.accepted == 0


@with_private_registries
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_private_registry_that_settings_name_is_asked(market: Market, kind: str, slash: str) -> None:
    asked = SAMPLES[kind].open(market.front, ALICE, PRIVATE)
    trusted = {"type": kind, "url": SAMPLES[kind].private_url}
    outcome = market.prove_one(
        {**asked, "registryBaseUrl": SAMPLES[kind].private_url + slash}, trusted=trusted
    )
    assert outcome.level is Level.PASSED, outcome.message
    assert market.front.asked(PRIVATE)


def test_a_python_index_may_be_named_as_runners_want_it(market: Market) -> None:
    sample = SAMPLES["pypi"]
    asked = sample.open(market.front, ALICE, PRIVATE)
    index = f"{sample.private_url}/simple"
    outcome = market.prove_one(
        {**asked, "registryBaseUrl": f"{index}/"}, trusted={"type": "pypi", "url": index}
    )
    assert outcome.level is Level.PASSED, outcome.message


@with_private_registries
def test_the_public_registry_may_be_named(market: Market, kind: str) -> None:
    known = package_type(kind)
    assert known is not None
    assert known.registry is not None
    address = known.registry.site.url
    asked = {**SAMPLES[kind].open(market.front, ALICE), "registryBaseUrl": address}
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
