"""Policy files for clients: whether a registry has them, and what they say."""

from typing import Final

from pydantic import Field

from mcp_static.settings.part import Part

MAX_SERVERS: Final = 1000
"""Servers up to which a registry has policy files: each publish writes the files anew, as a whole."""
MAX_VERSIONS: Final = 5000
"""Versions up to which it has them, deleted ones included."""


class PolicySettings(Part):
    """What the policy files say; a registry whose settings have this table, even empty, has them."""

    allow_names: bool = Field(
        False,
        strict=True,
        description="Whether Copilot's policy allows servers by their names too, so that VS Code's "
        "gallery installs local ones; users choose names, so that it enforces less.",
    )
