"""Versions from tags, in the forms that people and release tools write."""

import pytest
from mcp_static.drafting.versions import Release, newest_release

NAMES = ("@alice/weather-mcp", "weather-mcp", "packages/mcp")


def newest(*tags: str, names: tuple[str, ...] = NAMES, is_root: bool = True) -> str | None:
    release = newest_release(tags, names, is_root=is_root)
    return release.version if release else None


@pytest.mark.parametrize(
    "tag",
    [
        "v1.2.3",
        "V1.2.3",
        "1.2.3",
        "release-1.2.3",
        "release/v1.2.3",
        "releases/1.2.3",
        "version-1.2.3",
        "weather-mcp-v1.2.3",
        "weather-mcp@1.2.3",
        "weather-mcp/1.2.3",
        "Weather-MCP_v1.2.3",
        "@alice/weather-mcp@1.2.3",
        "packages/mcp/v1.2.3",
    ],
)
def test_every_usual_form_of_a_tag_gives_its_version(tag: str) -> None:
    assert newest("v0.9.0", tag) == "1.2.3"


@pytest.mark.parametrize(
    "tag", ["latest", "v1", "nightly-20251101", "other-1.2.3", "1.2.x", "x" * 300, "", "v1.2.3 beta"]
)
def test_other_tags_give_none(tag: str) -> None:
    assert newest(tag) is None


def test_the_highest_version_is_the_newest_whatever_the_order() -> None:
    assert newest("v0.10.0", "v0.9.0", "0.2.0") == "0.10.0"
    assert newest("2025.1.2", "2025.10.1") == "2025.10.1"


@pytest.mark.parametrize("early", ["2.0.0-rc.1", "2.0.0rc1", "2.0.0.dev3", "2.0.0-next.1"])
def test_a_pre_release_counts_only_without_a_release(early: str) -> None:
    assert newest(f"v{early}", "v1.9.0") == "1.9.0"
    assert newest(f"v{early}") == early


def test_below_the_root_tags_of_the_package_come_before_those_of_the_repository() -> None:
    tags = ("v9.0.0", "packages/mcp/v1.2.3", "other@8.0.0")
    assert newest(*tags, is_root=False) == "1.2.3"
    assert newest("v9.0.0", "other@8.0.0", is_root=False) == "9.0.0"


def test_the_tag_of_another_version_is_written_like_the_newest() -> None:
    assert Release("weather@1.2.3", "1.2.3").tag_of("1.3.0") == "weather@1.3.0"
    assert Release("v1.2.3", "1.2.3").is_newer_than("1.2.2")
    assert not Release("v1.2.3", "1.2.3").is_newer_than("1.3.0-rc.1")
    assert not Release("v1.2.3", "1.2.3").is_newer_than("mcp")
