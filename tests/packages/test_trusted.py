"""Which package registries are trusted."""

from collections.abc import Mapping

import pytest
from mcp_static.model.names import parse_name
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.types import package_type
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import Settings
from mcp_static.settings.network import NetworkSettings
from mcp_static.settings.publishing import PackageRegistry

from tests.doubles.https import always
from tests.doubles.image_registry import Oci
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


@pytest.mark.parametrize("status", [401, 403])
@with_private_registries
def test_a_registry_that_wants_a_sign_in_is_the_operators_matter(
    market: Market, kind: str, status: int
) -> None:
    asked = {
        **SAMPLES[kind].open(market.front, ALICE, PRIVATE),
        "registryBaseUrl": SAMPLES[kind].private_url,
    }
    market.front.host(PRIVATE, always(status))
    outcome = market.prove_one(asked, trusted={"type": kind, "url": SAMPLES[kind].private_url})
    # Cargo's index answers 403 for what it does not have.
    if (kind, status) == ("cargo", 403):
        assert outcome.is_awaited
        return
    assert outcome.level is Level.UNKNOWN
    assert not outcome.is_awaited
    assert f"answered {status}: it asks for a sign-in" in outcome.message
    assert "credentials" in outcome.fix
    assert "in a while" not in outcome.fix


def _proved(market: Market, kind: str, network: Mapping[str, object]) -> Finding:
    asked = {
        **SAMPLES[kind].open(market.front, ALICE, PRIVATE),
        "registryBaseUrl": SAMPLES[kind].private_url,
    }
    trusted = {"package_registries": ({"type": kind, "url": SAMPLES[kind].private_url},)}
    settings = Settings.model_validate({"network": network, **trusted})
    fetcher = Fetcher(Reach(settings.network), lambda _: None)
    (outcome,) = prove_packages({"packages": [asked]}, parse_name(ALICE), settings, fetcher)
    return outcome


@with_private_registries
def test_a_registry_is_told_the_credentials_that_settings_name_for_it(
    market: Market, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    SAMPLES[kind].open(market.front, ALICE, PRIVATE)
    monkeypatch.setenv("PACKAGES_TOKEN", "s3cret")
    network = {
        "reach": ("127.0.0.0/8",),
        "connect": market.front.connect,
        "credentials": ({"host": PRIVATE, "variable": "PACKAGES_TOKEN"},),
    }
    assert _proved(market, kind, network).has_passed
    told = {asked.headers.get("Authorization") for asked in market.front.asked(PRIVATE)}
    assert told == {"Bearer s3cret"}


@with_private_registries
def test_an_inside_address_of_a_known_registry_is_not_its_authors_fault(
    market: Market, kind: str
) -> None:
    SAMPLES[kind].open(market.front, ALICE, PRIVATE)
    outcome = _proved(market, kind, {"connect": market.front.connect})
    assert outcome.level is Level.UNKNOWN
    assert "127.0.0.1, which is not a public address" in outcome.message
    assert "[network] reach" in outcome.fix
    assert market.front.accepted == 0


def test_an_inside_address_that_an_author_names_is_the_authors_fault(market: Market) -> None:
    asked = package("mcpb", f"https://{PRIVATE}/a.mcpb", fileSha256="0" * 64)
    market.front.host(PRIVATE, always(200))
    settings = Settings.model_validate({"network": {"connect": market.front.connect}})
    fetcher = Fetcher(Reach(settings.network), lambda _: None)
    (outcome,) = prove_packages({"packages": [asked]}, parse_name(ALICE), settings, fetcher)
    assert outcome.level is Level.ERROR, outcome.message


@pytest.mark.parametrize("status", [401, 403])
def test_an_image_in_a_registry_of_the_operator_asks_for_a_sign_in(market: Market, status: int) -> None:
    market.front.host(PRIVATE, always(status))
    asked = package("oci", f"{PRIVATE}/alice/weather:1.0.0")
    outcome = market.prove_one(asked, trusted={"type": "oci", "url": PRIVATE})
    assert outcome.level is Level.UNKNOWN, outcome.message


def test_an_image_is_asked_for_with_the_credentials_of_its_registry(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    Oci(PRIVATE).on(market.front).add("alice/weather", "1.0.0", ALICE)
    monkeypatch.setenv("PACKAGES_LOGIN", "robot:pass")
    named = {"host": PRIVATE, "variable": "PACKAGES_LOGIN", "scheme": "basic"}
    network = {"reach": ("127.0.0.0/8",), "connect": market.front.connect, "credentials": (named,)}
    settings = Settings.model_validate(
        {"network": network, "package_registries": ({"type": "oci", "url": PRIVATE},)}
    )
    asked = package("oci", f"{PRIVATE}/alice/weather:1.0.0")
    fetcher = Fetcher(Reach(settings.network), lambda _: None)
    (outcome,) = prove_packages({"packages": [asked]}, parse_name(ALICE), settings, fetcher)
    assert outcome.has_passed, outcome.message
    first, *_ = market.front.asked(PRIVATE)
    assert first.headers["Authorization"].startswith("Basic ")
