"""NuGet."""

import json

import pytest
from mcp_static.packages.registries import (
    REGISTRIES,
)
from mcp_static.reports.findings import Level

from tests.doubles.https import always
from tests.doubles.package_registries import (
    Nuget,
)
from tests.proofs.packages.market import (
    ALICE,
    Market,
    package,
    readme,
)


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("1.1.1", "1.01.1"),
        ("1.0.0", "1.0.0.0"),
        ("1.0.0.1", "1.0.0.1"),
        ("1.0.0", "1.0"),
        ("1.0.0", "1"),
        ("1.0.0", "1.0.0+build.7"),
        ("1.0.0-beta.1", "1.0.0-BETA.1"),
        ("1.0.0-beta-2", "1.0.0-beta-2+x-y"),
        ("0.0.0", "00.0.000"),
    ],
)
def test_a_version_is_normalized_as_nuget_does(market: Market, listed: str, asked: str) -> None:
    Nuget().add("alice.weather", listed, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("nuget", "Alice.Weather", asked))
    assert outcome.has_passed, outcome.message


def test_a_nuget_package_without_a_readme_is_told_from_one_that_is_missing(market: Market) -> None:
    Nuget().add("alice.weather", "1.0.0", None).on(market.front)
    outcome = market.prove_one(package("nuget", "Alice.Weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "no README" in outcome.message
    assert ALICE in outcome.fix


def test_an_exhausted_quota_of_nuget_proves_nothing_either_way(market: Market) -> None:
    market.front.host(REGISTRIES["nuget"].host, always(403, "Quota exceeded."))
    assert market.prove_one(package("nuget", "Weather", "1.0.0")).level is Level.UNKNOWN


@pytest.mark.parametrize("resources", [None, [], {}, [1], [{"@type": "PackageBaseAddress/3.0.0"}]])
def test_a_service_index_without_the_resources_proves_nothing(
    market: Market, resources: object
) -> None:
    market.front.host(REGISTRIES["nuget"].host, always(200, json.dumps({"resources": resources})))
    outcome = market.prove_one(package("nuget", "Weather", "1.0.0"))
    assert outcome.level is Level.UNKNOWN, outcome.message
