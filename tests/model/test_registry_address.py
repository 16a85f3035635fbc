"""A registry's address, however somebody pasted it."""

import pytest
from mcp_static.model.registry_address import registry_address


@pytest.mark.parametrize("base", ["https://mcp.example.com", "http://127.0.0.1:8000/mcp-registry"])
@pytest.mark.parametrize("path", ["", "/v0.1", "/v0.1/servers", "/v0", "/v0/servers"])
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_an_address_with_a_path_of_the_api_is_the_same_registry(base: str, path: str, end: str) -> None:
    assert registry_address(f"{base}{path}{end}") == base


@pytest.mark.parametrize(
    "text", ["https://v0.1", "https://[::1", "https://mcp.example.com/v0.10", "dist"]
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert registry_address(text) == text
