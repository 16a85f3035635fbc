"""Where people read about a package: only addresses of known pages, whatever an author writes."""

from typing import Any

import pytest
from mcp_static.packages.links import package_page
from mcp_static.packages.registries import OCI_HUB, OCI_PAGES, PAGES, REGISTRIES, Site

GHCR, QUAY = Site("io.ghcr").host, Site("io.quay").host
HUB_PAGES = OCI_PAGES[OCI_HUB.host].url
DIGEST = f"sha256:{'0' * 64}"


def page(kind: str, identifier: str, version: str | None = "1.2.3", **more: Any) -> str:
    return package_page({"registryType": kind, "identifier": identifier, "version": version, **more})


@pytest.mark.parametrize(
    ("kind", "identifier", "path"),
    [
        ("npm", "@alice/weather", "/@alice/weather/v/1.2.3"),
        ("npm", "weather", "/weather/v/1.2.3"),
        ("pypi", "weather_mcp", "/weather_mcp/1.2.3"),
        ("nuget", "Alice.Weather", "/Alice.Weather/1.2.3"),
        ("cargo", "weather-mcp", "/weather-mcp/1.2.3"),
        ("go", "github.com/alice/weather/v2", "/github.com/alice/weather/v2@1.2.3"),
    ],
)
def test_a_package_has_its_page_in_the_registry_of_its_type(
    kind: str, identifier: str, path: str
) -> None:
    assert page(kind, identifier) == f"{PAGES[kind].url}{path}"
    assert page(kind, identifier, registryBaseUrl=f"{REGISTRIES[kind].url}/") == page(kind, identifier)


def test_a_version_that_is_missing_or_odd_is_left_out_or_encoded() -> None:
    assert page("npm", "weather", None) == f"{PAGES['npm'].url}/weather"
    assert page("npm", "weather", "../../login") == f"{PAGES['npm'].url}/weather"
    assert page("nuget", "W", "1.0.0+b.1") == f"{PAGES['nuget'].url}/W/1.0.0%2Bb.1"


@pytest.mark.parametrize("kind", PAGES)
def test_a_package_of_another_registry_has_no_page_that_is_known(kind: str) -> None:
    assert page(kind, "weather", registryBaseUrl="https://packages.example.com") == ""
    assert page(kind, "weather", registryBaseUrl="javascript:alert(1)") == ""


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "..",
        "../login",
        "a/../../login",
        "a//b",
        "a/./b",
        "a?b=c",
        "a#b",
        "a b",
        'a"b',
        "a%2fb",
        "é",
    ],
)
@pytest.mark.parametrize("kind", PAGES)
def test_an_identifier_never_leads_out_of_its_place(kind: str, identifier: str) -> None:
    assert page(kind, identifier) == ""


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("alice/weather:1.2.3", f"{HUB_PAGES}/alice/weather"),
        ("weather:1.2.3", f"{HUB_PAGES}/library/weather"),
        ("alice/weather", f"{HUB_PAGES}/alice/weather"),
        (f"{GHCR}/alice/weather:1.2.3", f"https://{GHCR}/alice/weather"),
        (f"{GHCR}/alice/weather@{DIGEST}", f"https://{GHCR}/alice/weather"),
        (f"{QUAY}/alice/weather:1", f"https://{QUAY}/repository/alice/weather"),
        ("images.example.com/alice/weather:1", ""),
        (f"{GHCR}/../weather:1", ""),
        (f"{GHCR}/alice/weather:1?x", ""),
        (f"{GHCR}@evil.example/alice:1", ""),
    ],
)
def test_an_image_has_its_page_by_the_host_that_it_is_pulled_from(
    identifier: str, expected: str
) -> None:
    assert page("oci", identifier, None) == expected


def test_a_bundle_is_its_file() -> None:
    file = "https://github.com/alice/weather/releases/download/v1/weather.mcpb"
    assert page("mcpb", file) == file
    assert page("mcpb", "http://example.com/weather.mcpb") == ""
    assert page("mcpb", "javascript:alert(1)") == ""


def test_what_is_of_no_known_type_has_no_page() -> None:
    assert page("docker", "weather") == ""
    assert package_page({}) == ""
    assert package_page({"registryType": ["npm"], "identifier": {"a": 1}, "version": 1}) == ""
