"""npm."""

import pytest
from mcp_static.reports.findings import Level

from tests.doubles.package_registries import (
    Npm,
)
from tests.proofs.packages.market import (
    ALICE,
    Market,
    open_npm,
    package,
)


def test_a_scoped_name_is_asked_for_with_its_slash_escaped(market: Market) -> None:
    market.prove_one(open_npm(market.front, ALICE))
    assert [asked.path.lower() for asked in market.front.requests] == ["/@alice%2fweather/1.0.0"]


@pytest.mark.parametrize("version", ["latest", "next", "^1.0.0", "1.x", "", "v1.0.0"])
def test_a_dist_tag_or_range_is_no_version(market: Market, version: str) -> None:
    Npm().add("weather", "1.0.0", tag=version, mcpName=ALICE).on(market.front)
    outcome = market.prove_one({"registryType": "npm", "identifier": "weather", "version": version})
    assert outcome.level is Level.ERROR


def test_a_manifest_of_another_package_proves_nothing(market: Market) -> None:
    double = Npm().add("weather", "1.0.0", mcpName=ALICE)
    double.manifests["/wetter/1.0.0"] = double.manifests["/weather/1.0.0"]
    double.on(market.front)
    assert market.prove_one(package("npm", "wetter", "1.0.0")).level is Level.ERROR


@pytest.mark.parametrize("said", [None, "", 1, [ALICE], {"name": ALICE}, True])
def test_a_marker_that_is_no_text_is_none(market: Market, said: object) -> None:
    Npm().add("weather", "1.0.0", mcpName=said).on(market.front)
    outcome = market.prove_one(package("npm", "weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "no mcpName" in outcome.message
