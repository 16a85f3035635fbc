"""Which server of a registry one in a configuration is: by its package or address."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.doctor.likeness import likenesses, named_version, package_version
from mcp_static.packages.methods import methods_of
from mcp_static.policies.matchers import Identity

IMAGE = {"registryType": "oci", "identifier": "ghcr.io:443/a/b:1.0.0", "transport": {"type": "stdio"}}
PYPI = {"registryType": "pypi", "identifier": "weather", "version": "1.0.0", "transport": {"type": "stdio"}}  # fmt: skip


@pytest.mark.parametrize(
    ("package", "command", "version"),
    [
        (PYPI, ("uvx", "weather@1.0.0"), "1.0.0"),
        (PYPI, ("uvx", "weather==0.9"), "0.9"),
        (PYPI, ("uvx", "weather"), ""),
        (PYPI, ("uvx", "weather-pro"), None),
        (IMAGE, ("docker", "run", "ghcr.io:443/a/b:2.0.0"), "2.0.0"),
        (IMAGE, ("docker", "run", "ghcr.io:443/a/b"), ""),
        (IMAGE, ("docker", "run", "ghcr.io:443/a/bc:1"), None),
    ],
)
def test_a_package_is_found_in_a_command_with_its_version(
    package: dict[str, Any], command: tuple[str, ...], version: str | None
) -> None:
    [method] = methods_of({"packages": [package]})
    assert named_version(command, method) == version
    assert package_version(method) == "1.0.0"


def test_an_address_with_something_filled_in_or_a_slash_more_is_known() -> None:
    remote = {"type": "streamable-http", "url": "https://{t}.example.com/mcp", "variables": {"t": {}}}
    plain = {"type": "sse", "url": "https://plain.example.com/sse"}
    listed = [{"name": "a.b/t", "remotes": [remote]}, {"name": "a.b/p", "remotes": [plain]}]
    for url, name in (
        ("https://eu.example.com/mcp", "a.b/t"),
        ("https://plain.example.com/sse/?x=1", "a.b/p"),
    ):
        [found] = likenesses(Identity("x", url=url), listed)
        assert found.name == name
    assert not list(likenesses(Identity("x", url="https://example.com/mcp"), listed))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "registryType", "identifier", "version", "transport", "runtimeHint", "runtimeArguments",
    "packageArguments", "environmentVariables", "registryBaseUrl", "type", "url", "headers", "variables",
    "name", "value", "default", "isSecret", "isRequired", "valueHint",
)  # fmt: skip
KNOWN = st.sampled_from(["npm", "pypi", "oci", "nuget", "go", "cargo", "mcpb", "sse", "{a}", "${b}", "named"])  # fmt: skip
PARTS = st.recursive(
    KNOWN | JSON,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS), PARTS), max_size=3), st.booleans())
def test_whatever_a_registry_answers_is_looked_through(parts: list[Any], is_url: bool) -> None:
    server = Identity("x", url="https://a.example.com") if is_url else Identity("x", command=("npx", "a"))  # fmt: skip
    for found in likenesses(server, [{"name": [], "packages": parts, "remotes": parts}]):
        assert found.name == ""
