"""SDKs for MCP servers: what a package depends on that is most likely a server.

Names: the list of SDKs of the Model Context Protocol's documentation, and the most used others, in the
package registries of 2026.
"""

import re
from typing import Final

_SDKS: Final = {
    "npm": r"@modelcontextprotocol/(?:sdk|server)|fastmcp|mcp-framework|@cyanheads/mcp-ts-core",
    "pypi": r"mcp|fastmcp|mcp-server|fastapi-mcp",
    "cargo": r"rmcp|rust-mcp-sdk|mcp-server|mcp-core",
    "nuget": r"modelcontextprotocol(?:\..+)?",
    "go": r"github\.com/(?:modelcontextprotocol/go-sdk|mark3labs/mcp-go|metoro-io/mcp-golang)",
}


def is_server_sdk(registry_type: str, dependency: str) -> bool:
    """Whether a dependency is an SDK for servers."""
    return re.fullmatch(_SDKS[registry_type], dependency, re.IGNORECASE) is not None
