"""PyPI: the JSON API, and the standard index."""

import json
from pathlib import Path

import pytest
from mcp_static.packages import pypi
from mcp_static.packages.manifest import Manifest
from mcp_static.reports.findings import Level

from tests.doubles.https import HttpsFront, always
from tests.doubles.python_index import Pypi
from tests.drafting.projects import read
from tests.packages.market import ALICE, MALLORY, PRIVATE, Document, Market, Sample, package, readme


def open_pypi(front: HttpsFront, name: str | None, host: str = "") -> Document:
    Pypi(host or pypi.REGISTRY.site.host).add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


def open_index(front: HttpsFront, name: str | None, host: str = "") -> Document:
    index = Pypi(host or pypi.REGISTRY.site.host, has_json_api=False)
    index.add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


SAMPLES = {
    "pypi": Sample(
        open=open_pypi,
        private_url=f"https://{PRIVATE}",
        pages=(
            (
                package("pypi", "weather_mcp", "1.2.3"),
                f"{pypi.REGISTRY.pages.url}/weather_mcp/1.2.3",
            ),
        ),
        commands=(
            (package("pypi", "weather-mcp", "1.2.3"), "uvx weather-mcp@1.2.3"),
            (package("pypi", "weather", "1.2.3", runtimeHint="rm -rf ~"), "uvx weather@1.2.3"),
        ),
    ),
    "pypi without its JSON API": Sample(open=open_index),
}


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(
    "name", ["alice-weather", "Alice_Weather", "alice.weather", "alice--_.weather"]
)
def test_a_project_is_found_under_any_spelling_of_its_name(
    market: Market, name: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    assert market.prove_one(package("pypi", name, "1.0.0")).has_passed


SPELLINGS = [
    ("1.0.2", "v1.0.2"),
    ("1.0.0", "1.0"),
    ("1.0", "1.0.0"),
    ("0.0.1b7", "0.0.1-beta.7"),
    ("1.0.0a1", "1.0.0-alpha1"),
    ("1.0.0rc1", "1.0.0-rc.1"),
    ("1.0.0rc1", "1.0.0c1"),
    ("1.0.post1", "1.0.0.post1"),
    ("10.0", "10.0"),
    ("2025.10.23", "2025.10.23"),
]


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(("released", "asked"), SPELLINGS)
def test_a_release_is_found_under_any_spelling_of_its_version(
    market: Market, released: str, asked: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("weather", released, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", asked))
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(
    ("released", "asked"),
    [
        ("1.0.0", "1.0.1"),
        ("1.0.0", "10.0"),
        ("10.0", "1"),
        ("1.0.0", "1.0.0rc1"),
        ("1.0.0rc1", "1.0.0"),
        ("1.0.0", "1.0.0.post1"),
        ("1.0.0.dev1", "1.0.0"),
        ("1.0.0", "auto"),
        ("1.0.0", "latest"),
        ("1.0.1", "1.0.01.1"),
        ("1.0.0", ".."),
        ("1.0.0+local", "1.0.0"),
    ],
)
def test_another_release_is_not_taken_for_the_one_that_was_named(
    market: Market, released: str, asked: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("weather", released, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", asked))
    assert outcome.level is (Level.UNKNOWN if asked[0].isdigit() else Level.ERROR)
    assert "does not exist" in outcome.message


@pytest.mark.parametrize("has_json_pages", [True, False])
@pytest.mark.parametrize("key", ["core-metadata", "dist-info-metadata"])
def test_an_index_without_a_json_api_is_asked_for_a_wheels_metadata(
    market: Market, has_json_pages: bool, key: str
) -> None:
    Pypi(has_json_api=False, has_json_pages=has_json_pages, metadata_key=key).add(
        "alice-weather", "0.9.0", readme(MALLORY)
    ).add("alice-weather", "1.0.0", readme(ALICE)).add("alice-weather", "1.0.0.post1", "").on(
        market.front
    )
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize("has_json_pages", [True, False])
def test_an_index_without_metadata_is_asked_for_the_wheel(market: Market, has_json_pages: bool) -> None:
    double = Pypi(has_json_api=False, has_json_pages=has_json_pages, metadata_key="")
    double.add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.has_passed, outcome.message


@pytest.mark.parametrize("wheel", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_wheel_that_cannot_be_read_proves_nothing_either_way(market: Market, wheel: bytes) -> None:
    double = Pypi(has_json_api=False, metadata_key="")
    double.add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    market.front.host(double.files, always(200, wheel))
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.level is Level.UNKNOWN


@pytest.mark.parametrize("description", [None, ""])
def test_a_release_without_a_description_proves_nothing(
    market: Market, description: str | None
) -> None:
    Pypi().add("weather", "1.0.0", description).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "does not name the server" in outcome.message


@pytest.mark.parametrize(
    "url", ["https://[", "http://files.example.com/", "https://10.0.0.1/", "file:///x"]
)
def test_a_wheel_at_an_address_that_may_not_be_fetched_proves_nothing(market: Market, url: str) -> None:
    file = {"filename": "weather-1.0.0-py3-none-any.whl", "url": url, "core-metadata": True}
    page = always(200, json.dumps({"files": [file]}), Content_Type="application/json")
    market.front.host(
        pypi.REGISTRY.site.host,
        lambda method, path, *rest: page(method, path, *rest) if "simple" in path else (404, {}, b""),
    )
    assert market.prove_one(package("pypi", "weather", "1.0.0")).level is Level.ERROR


def test_pyproject_toml(tmp_path: Path) -> None:
    text = """
        [project]
        name = "alice_weather"
        version = "1.2.3"
        description = "Forecasts."
        readme = {file = "README.rst", content-type = "text/x-rst"}
        [project.scripts]
        alice-weather = "weather:main"
        [project.urls]
        "Home Page" = "https://weather.example"
        "Source Code" = "https://github.com/alice/weather"
    """
    assert read(tmp_path, **{"README.rst": "Hello", "pyproject.toml": text}) == Manifest(
        file="pyproject.toml",
        registry_type="pypi",
        identifier="alice_weather",
        version="1.2.3",
        description="Forecasts.",
        repository="https://github.com/alice/weather",
        website="https://weather.example",
        runtime_hint="uvx",
        readme="Hello",
        commands=("alice-weather",),
        default_command="alice-weather",
    )


def test_a_dynamic_version_is_not_known(tmp_path: Path) -> None:
    text = '[project]\nname = "w"\ndynamic = ["version"]\n[project.scripts]\nother = "w:main"\n'
    found = read(tmp_path, **{"pyproject.toml": text})
    assert (found.version, found.runtime_hint) == (None, None)
