"""Addresses of repositories, in all the forms that Git and manifests write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.origin import Origin, parse_origin

WEATHER = Origin("github", "alice/weather")


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/alice/weather",
        "https://github.com/alice/weather.git",
        "https://www.GitHub.com/alice/weather/",
        "http://github.com/alice/weather#readme",
        "https://alice:secret@github.com/alice/weather.git",
        "https://github.com/alice/weather/tree/main/packages/server",
        "git+https://github.com/alice/weather.git",
        "git://github.com/alice/weather.git",
        "git@github.com:alice/weather.git",
        "git@github.com:/alice/weather",
        "alice@github.com:alice/weather.git",
        "github.com:alice/weather",
        "ssh://git@github.com/alice/weather.git",
        "ssh://git@github.com:22/alice/weather.git",
        "ssh://git@ssh.github.com:443/alice/weather.git",
        "git+ssh://git@github.com/alice/weather.git",
        "github:alice/weather",
    ],
)
def test_every_form_names_the_same_repository(address: str) -> None:
    assert parse_origin(address) == WEATHER
    assert WEATHER.url == "https://github.com/alice/weather"


@pytest.mark.parametrize(
    "address",
    [
        "https://gitlab.com/group/sub/weather.git",
        "git@gitlab.com:group/sub/weather.git",
        "ssh://git@altssh.gitlab.com:443/group/sub/weather.git",
        "https://gitlab.com/group/sub/weather/-/tree/main/server",
        "gitlab:group/sub/weather",
    ],
)
def test_gitlab_keeps_its_subgroups(address: str) -> None:
    assert parse_origin(address) == Origin("gitlab", "group/sub/weather")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/srv/git/weather.git",
        "C:/weather",
        "https://example.com/alice/weather",
        "https://github.com.example.com/alice/weather",
        "https://github.com@example.com/alice/weather",
        "https://github.com/alice",
        "https://github.com/alice/..",
        "https://github.com/alice/wea ther",
        "https://[github.com/alice/weather",
        "ftp://github.com/alice/weather",
    ],
)
def test_other_addresses_are_none(address: str) -> None:
    assert parse_origin(address) is None


@given(st.text() | st.from_regex(r"(https://|git@)git(hub|lab)\.com[:/]\S*"))
def test_no_address_raises_or_leaves_its_forge(address: str) -> None:
    origin = parse_origin(address)
    assert origin is None or origin.url.startswith(("https://github.com/", "https://gitlab.com/"))


def test_a_name_follows_from_the_repository_or_from_the_folder_in_it() -> None:
    assert WEATHER.server_name("") == "io.github.alice/weather"
    assert WEATHER.server_name("servers/tides") == "io.github.alice/tides"
    assert Origin("gitlab", "group/sub/weather").server_name("") == "io.gitlab.group/weather"
    assert Origin("github", "alice/.github").server_name("") == "io.github.alice/github"


@pytest.mark.parametrize("owner", ["two.labels", "under_score"])
def test_an_owner_that_no_namespace_can_spell_gives_no_name(owner: str) -> None:
    assert Origin("gitlab", f"{owner}/weather").server_name("") is None
