"""Names, versions and the paths made of them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.layout import (
    encode_segment,
    parse_location,
    record_path,
    segment_problem,
    version_problem,
)
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.versions import (
    escaped_version,
    folded_version,
    range_problem,
    semantic_version,
)

letters = string.ascii_letters + string.digits
halves = st.builds(
    lambda first, middle, last: first + middle + last,
    st.sampled_from(letters),
    st.text(letters + ".-", max_size=30),
    st.sampled_from(letters),
)
names = st.builds(lambda a, b: f"{a}/{b}", halves, halves).filter(
    lambda name: not any(segment_problem(half) for half in name.split("/"))
)


@pytest.mark.parametrize(
    "text",
    ["io.github.alice/weather", "com.example/a_b.c-d", "a/b", "index.html/index", "com.x/" + "y" * 194],
)
def test_good_names_are_names(text: str) -> None:
    assert name_problem(text) is None
    assert str(parse_name(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weather",
        "io.github.alice/a/b",
        "/weather",
        "io.github.alice/",
        "-io/weather",
        "io./weather",
        "io.github.alice/_weather",
        "io.github.alice/weather.",
        "io_github/weather",
        "io.github.alice/wéather",
        "io.github.alice/weather\n",
        "com.x/" + "y" * 195,
        "../..",
        "com.example/index.html",
        "com.example/Index.HTML.gz",
    ],
)
def test_bad_names_say_why(text: str) -> None:
    problem = name_problem(text)
    assert problem
    with pytest.raises(ValueError, match="."):
        parse_name(text)


def test_the_shard_is_two_lowercase_characters_of_the_last_label() -> None:
    assert parse_name("io.github.Alice/x").namespace.shard == "al"
    assert parse_name("com.x/x").namespace.shard == "x"


@given(names, st.text(min_size=1, max_size=40))
def test_a_path_says_the_name_and_version_it_was_made_of(name: str, version: str) -> None:
    if version_problem(version):
        return
    parsed = parse_name(name)
    path = record_path(parsed, version)
    assert path.isascii()
    assert ".." not in path.split("/")
    location = parse_location(path)
    assert location is not None
    assert (location.name, location.version, location.file) == (parsed, version, "server.json")


@pytest.mark.parametrize(
    "path",
    [
        "registry-data/servers/al/io.github.alice/weather/server.json",
        "registry-data/servers/xx/io.github.alice/weather/1.0.0/server.json",
        "registry-data/servers/al/io.github.alice/weather/1.0.0/other.json",
        "registry-data/servers/al/io.github.alice/weather/latest/server.json",
        "registry-data/servers/al/io.github.alice/weather/%2e%2e/server.json",
        "registry-data/servers/al/io.github.alice/weather/1%2E0/server.json",
        "registry-data/servers/al/io.github.alice/weather/%FF/server.json",
        "registry-data/clients/al/io.github.alice/weather/1.0.0/server.json",
        "other/servers/al/io.github.alice/weather/1.0.0/server.json",
    ],
)
def test_other_paths_are_no_records(path: str) -> None:
    assert parse_location(path) is None


@pytest.mark.parametrize(
    "version",
    [
        "../../x",
        ".",
        "..",
        "a/b",
        "a\\b",
        "",
        "CON",
        "com1.2",
        "nul.txt",
        "latest",
        "Latest",
        " 1.0",
        "1\n",
        "\ud800",
    ],
)
def test_versions_that_no_path_can_hold(version: str) -> None:
    assert version_problem(version)


def test_255_emoji_are_too_long_a_version() -> None:
    assert "bytes" in (version_problem("😀" * 255) or "")
    assert version_problem("😀" * 3) is None


@pytest.mark.parametrize(
    "version",
    ["1.0.0", "{{VERSION}}", "mcp", "1.0.1º", "v16.28.1-2", "2025.10.23.1321", "1.0 beta", "~x"],
)
def test_odd_versions_that_are_served_today_have_a_path(version: str) -> None:
    assert version_problem(version) is None
    assert record_path(ServerName(parse_name("a.b/c").namespace, "c"), version).isascii()


@given(st.text(max_size=20), st.text(max_size=20))
def test_escaped_versions_never_collide_not_even_without_case(one: str, other: str) -> None:
    for text in (one, other):
        if any("\ud800" <= character <= "\udfff" for character in text):
            return
    assert (escaped_version(one).lower() == escaped_version(other).lower()) == (one == other)


def test_segments_are_percent_encoded_outside_a_small_set() -> None:
    assert encode_segment("a+b~c %é") == "a+b%7Ec%20%25%C3%A9"


@pytest.mark.parametrize(
    "text",
    [
        "^1.2.3",
        "~1.2",
        ">=1.0",
        "<2",
        "=1.0.0",
        "1.x",
        "1.2.*",
        "*",
        "X",
        "1 - 2",
        "1 || 2",
        ">=1 <2",
        "latest",
        "1.0, 2.0",
    ],
)
def test_ranges_and_wildcards_are_no_single_version(text: str) -> None:
    assert range_problem(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3",
        "v1.2.3",
        "1.0.0-x",
        "1.0.0-x.7",
        "0.0.0-0",
        "mcp",
        "{{VERSION}}",
        "2025.10.23",
        "1.0.1º",
    ],
)
def test_single_versions_are_none_of_that(text: str) -> None:
    assert range_problem(text) is None


def test_only_semantic_versions_have_an_order() -> None:
    assert semantic_version("1.2.3-beta.1+build") is not None
    assert semantic_version("v1.2.3") == semantic_version("1.2.3")
    assert semantic_version("vv1.2.3") is None
    assert semantic_version("V1.2.3") is None
    assert semantic_version("1.2") is None


def test_versions_that_look_alike_fold_to_the_same() -> None:
    assert folded_version("1.0-RC") == folded_version("1.0-rc")
    assert folded_version("caf\u00e9") == folded_version("cafe\u0301")
    assert folded_version("1.0") != folded_version("1.0.0")
