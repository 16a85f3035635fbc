"""The MCP Static Registry: a registry of MCP servers built from a Git repository."""

from typing import Final

__version__: Final = "0.1.0"
