"""The marker in a README."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.errors import NotProvenError
from mcp_static.model.names import parse_name
from mcp_static.packages.package import require_marker

from tests.packages.market import ALICE, MALLORY


@pytest.mark.parametrize(
    "text",
    [
        "# Weather\n\nmcp-name: {}\n\nMore.",
        "# Weather\r\nmcp-name: {}\r\nMore.",
        "mcp-name: {}",
        "<p>mcp-name: {}</p>",
        "<code>mcp-name: {}</code>",
        "mcp-name: {} and more",
        "<!-- mcp-name: {} -->",
        "<!-- mcp-name: {}-->",
        "<!--mcp-name: {}-->",
        "<!-- mcp-name: {}--!>",
        "<!--\r\nmcp-name: {}\r\n-->",
        "mcp-name: {}-pro\nmcp-name: {}\n",
        "(mcp-name: {})",
        "`mcp-name: {}`",
        "mcp-name: {}, that is it",
        "mcp-name: {}\u00e9",
        "xmcp-name: {}",
        "mcp-name: io.github.mallory/x mcp-name: {}",
    ],
)
def test_a_text_names_the_server(text: str) -> None:
    require_marker(text.replace("{}", ALICE), parse_name(ALICE), "the README")
    require_marker(text.replace("{}", ALICE.upper()), parse_name(ALICE), "the README")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ALICE,
        "mcp-name: {}-pro",
        "mcp-name: {}.core",
        "mcp-name: {}/sub",
        "mcp-name: {}--pro",
        "mcp-name: {}_x",
        "mcp-name: {}1",
        "mcp-name: {}.",
        "mcp-name: {}-",
        "mcp-name: {}--",
        "mcp-name:  {}",
        "mcp-name:{}",
        "mcp-name:\t{}",
        "MCP-Name: {}",
        "mcp-name: x{}",
        "mcp-name: io.github.mallory/weather",
        "mcp-name: ioXgithub.alice/weather",
    ],
)
def test_a_text_does_not_name_the_server(text: str) -> None:
    with pytest.raises(NotProvenError) as caught:
        require_marker(text.replace("{}", ALICE), parse_name(ALICE), "the README")
    assert f"mcp-name: {ALICE}" in caught.value.fix


@given(st.characters(codec="utf-8"))
def test_a_name_ends_where_no_name_can_go_on(character: str) -> None:
    text = f"mcp-name: {ALICE}{character}"
    goes_on = character.isascii() and (character.isalnum() or character in "._/-")
    if goes_on:
        with pytest.raises(NotProvenError, match="runs on"):
            require_marker(text, parse_name(ALICE), "the README")
    else:
        require_marker(text, parse_name(ALICE), "the README")


def test_a_marker_that_runs_on_is_told_from_one_that_names_another() -> None:
    with pytest.raises(NotProvenError, match="runs on"):
        require_marker(f"mcp-name: {ALICE}.", parse_name(ALICE), "the README")
    with pytest.raises(NotProvenError, match=f"names {MALLORY}, not {ALICE}"):
        require_marker(f"mcp-name: {MALLORY}", parse_name(ALICE), "the README")
