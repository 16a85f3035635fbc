"""The markers by which packages point back at their server.

Their forms, and what ends one, are the official registry's (`internal/validators/registries`).
"""

import re
from typing import Final

SERVER_LABEL: Final = "io.modelcontextprotocol.server.name"
"""The label of an OCI image."""

_GOES_ON: Final = "[A-Za-z0-9._/-]"
"""What can go on a server's name, so that a shorter one before it is not meant."""


def readme_marker(name: str) -> str:
    """The words by which a README names its server."""
    return f"mcp-name: {name}"


def names_server(readme: str, name: str) -> bool:
    """Whether a README names a server, the name followed by the end, `-->`, or what cannot go on it."""
    mark = re.escape(readme_marker(name))
    return re.search(rf"{mark}(?=\Z|--!?>|(?!{_GOES_ON}))", readme) is not None


def named_server(readme: str) -> str | None:
    """The first server that a README names, whichever it is."""
    found = re.search(rf"mcp-name: ({_GOES_ON}+)", readme)
    return found[1] if found else None
