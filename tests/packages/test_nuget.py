"""NuGet."""

import json
from pathlib import Path

import pytest
from mcp_static.packages import nuget
from mcp_static.packages.manifest import Manifest
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront, always
from tests.doubles.package_registries import Nuget
from tests.drafting.projects import read, write_and_read
from tests.packages.market import ALICE, PRIVATE, Document, Market, Sample, package, readme

PAGES = nuget.REGISTRY.pages.url
CSPROJ = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <PackAsTool>true</PackAsTool>
    <PackageId>Alice.Weather</PackageId>
    <Version>1.2.3</Version>
    <Title>Weather</Title>
    <Description>Forecasts &amp; tides.</Description>
    <RepositoryUrl>https://github.com/alice/weather</RepositoryUrl>
    <PackageReadmeFile>README.md</PackageReadmeFile>
  </PropertyGroup>
</Project>
"""


def open_nuget(front: HttpsFront, name: str | None, host: str = "") -> Document:
    Nuget(host or nuget.REGISTRY.site.host).add("alice.weather", "1.0.0", readme(name)).on(front)
    return package("nuget", "Alice.Weather", "1.0.0")


SAMPLES = {
    "nuget": Sample(
        open=open_nuget,
        private_url=f"https://{PRIVATE}/v3/index.json",
        pages=(
            (package("nuget", "Alice.Weather", "1.2.3"), f"{PAGES}/Alice.Weather/1.2.3"),
            (package("nuget", "W", "1.0.0+b.1"), f"{PAGES}/W/1.0.0%2Bb.1"),
        ),
        commands=(
            (package("nuget", "A.Weather", "1.2.3"), "dnx A.Weather@1.2.3 --yes"),
            (
                package(
                    "nuget",
                    "A.Weather",
                    "1.2.3",
                    packageArguments=[{"type": "named", "name": "--mcp"}],
                ),
                "dnx A.Weather@1.2.3 --yes -- --mcp",
            ),
        ),
    )
}


def test_it_may_be_named_as_older_records_did(market: Market) -> None:
    address = f"https://{nuget.REGISTRY.site.host}"
    asked = {**open_nuget(market.front, ALICE), "registryBaseUrl": address}
    assert market.prove_one(asked).has_passed


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
    market.front.host(nuget.REGISTRY.site.host, always(403, "Quota exceeded."))
    assert market.prove_one(package("nuget", "Weather", "1.0.0")).level is Level.UNKNOWN


@pytest.mark.parametrize("resources", [None, [], {}, [1], [{"@type": "PackageBaseAddress/3.0.0"}]])
def test_a_service_index_without_the_resources_proves_nothing(
    market: Market, resources: object
) -> None:
    market.front.host(nuget.REGISTRY.site.host, always(200, json.dumps({"resources": resources})))
    outcome = market.prove_one(package("nuget", "Weather", "1.0.0"))
    assert outcome.level is Level.UNKNOWN, outcome.message


def test_csproj(tmp_path: Path) -> None:
    found = read(tmp_path, **{"README.md": "Hello", "Weather.csproj": CSPROJ})
    assert found == Manifest(
        file="Weather.csproj",
        registry_type="nuget",
        identifier="Alice.Weather",
        version="1.2.3",
        title="Weather",
        description="Forecasts & tides.",
        repository="https://github.com/alice/weather",
        runtime_hint="dnx",
        readme="Hello",
    )


def test_csproj_of_old_with_a_prefix_and_without_an_id(tmp_path: Path) -> None:
    text = (
        '<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><PropertyGroup>'
        "<PackAsTool>true</PackAsTool><VersionPrefix>1.2.3</VersionPrefix>"
        "<VersionSuffix>beta.1</VersionSuffix><Description>$(Other)</Description>"
        "</PropertyGroup></Project>"
    )
    found = read(tmp_path, **{"Weather.csproj": text})
    assert (found.identifier, found.version) == ("Weather", "1.2.3-beta.1")
    assert found.description is None


def test_a_csproj_that_packs_nothing_is_no_package(tmp_path: Path) -> None:
    text = "<Project><PropertyGroup><Version>1.0.0</Version></PropertyGroup></Project>"
    (found,), notes = write_and_read(tmp_path, **{"Tests.csproj": text})
    assert found.identifier is None
    assert "packs no NuGet package" in notes[0]
