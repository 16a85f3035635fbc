"""npm."""

import json
from pathlib import Path

import pytest
from mcp_static.packages import npm
from mcp_static.packages.manifest import Manifest
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront
from tests.doubles.package_registries import Npm
from tests.drafting.projects import read, write_and_read
from tests.packages.market import ALICE, PRIVATE, Document, Market, Sample, package

PAGES = npm.REGISTRY.pages.url


def open_npm(front: HttpsFront, name: str | None, host: str = "") -> Document:
    marker = {"mcpName": name} if name else {}
    Npm(host or npm.REGISTRY.site.host).add("@alice/weather", "1.0.0", **marker).on(front)
    return package("npm", "@alice/weather", "1.0.0")


SAMPLES = {
    "npm": Sample(
        open=open_npm,
        private_url=f"https://{PRIVATE}",
        pages=(
            (package("npm", "@alice/weather", "1.2.3"), f"{PAGES}/@alice/weather/v/1.2.3"),
            (package("npm", "weather", "1.2.3"), f"{PAGES}/weather/v/1.2.3"),
            (package("npm", "weather"), f"{PAGES}/weather"),
            (package("npm", "weather", "../../login"), f"{PAGES}/weather"),
        ),
        commands=(
            (package("npm", "@a/weather", "1.2.3"), "npx -y @a/weather@1.2.3"),
            (package("npm", "weather", runtimeHint="bunx"), "bunx -y weather"),
            (package("npm", "weather", "1.2.3", runtimeHint="node"), "npx -y weather@1.2.3"),
        ),
    )
}


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


def test_package_json(tmp_path: Path) -> None:
    document = {
        "name": "@alice/weather",
        "version": "1.2.3",
        "description": "Forecasts\n for any place.",
        "mcpName": "io.github.alice/weather",
        "repository": {
            "type": "git",
            "url": "git+https://github.com/alice/servers.git",
            "directory": "./src/weather/",
        },
        "homepage": "https://weather.example",
        "bin": {"weather": "cli.js", "other": "other.js"},
    }
    assert read(tmp_path, **{"package.json": json.dumps(document)}) == Manifest(
        file="package.json",
        registry_type="npm",
        identifier="@alice/weather",
        version="1.2.3",
        description="Forecasts for any place.",
        server_name="io.github.alice/weather",
        repository="git+https://github.com/alice/servers.git",
        subfolder="src/weather",
        website="https://weather.example",
        runtime_hint="npx",
        commands=("weather", "other"),
        default_command="weather",
    )


@pytest.mark.parametrize(
    ("commands", "hint"),
    [
        (None, None),
        ("cli.js", "npx"),
        ({"other": "x"}, "npx"),
        ({"a": "x", "b": "x"}, None),
        ([], None),
    ],
)
def test_npx_is_hinted_only_where_it_finds_the_command(
    commands: object, hint: str | None, tmp_path: Path
) -> None:
    document = {"name": "weather", "bin": commands}
    assert read(tmp_path, **{"package.json": json.dumps(document)}).runtime_hint == hint


def test_a_private_package_is_described_and_not_published(tmp_path: Path) -> None:
    document = {"name": "weather", "version": "1.0.0", "private": True}
    (found,), notes = write_and_read(tmp_path, **{"package.json": json.dumps(document)})
    assert (found.identifier, found.version) == (None, "1.0.0")
    assert "private" in notes[0]


def test_a_placeholder_is_no_version(tmp_path: Path) -> None:
    document = {"name": "weather", "version": "0.0.0-development"}
    assert read(tmp_path, **{"package.json": json.dumps(document)}).version is None
