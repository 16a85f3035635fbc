"""Gemini CLI's allowlist of an organization: `admin.mcp.config`, set in its management console.

Form and meaning: google-gemini/gemini-cli, `docs/admin/enterprise-controls.md` and
`packages/core/src/code_assist/admin/mcpUtils.ts` (2026): names have to be equal, the address is taken
from the list, and whatever starts a program is removed. An empty list allows everything.
"""

from typing import Any, Final

from mcp_static.packages.methods import Method
from mcp_static.policies.contents import Contents
from mcp_static.policies.lists import layout
from mcp_static.policies.policy import Place, Policy
from mcp_static.settings.policies import PolicySettings


def _render(contents: Contents, _: PolicySettings) -> bytes | None:
    servers = {
        name: members
        for name, latest in sorted(contents.latest.items())
        if (members := _remote(latest.methods)) is not None
    }
    return layout({"mcpServers": servers}) if servers else None


def _remote(methods: tuple[Method, ...]) -> dict[str, Any] | None:
    """The first remote of a server with one address for everybody."""
    for method in methods:
        connection = None if "registryType" in method.part else method.connection
        if connection is not None and all(isinstance(part, str) for part in connection.url):
            return {"url": "".join(map(str, connection.url)), "type": connection.kind}
    return None


GEMINI_CLI: Final = Policy(
    id="gemini-cli",
    title="Gemini CLI",
    path="policies/gemini-cli-mcp.json",
    enforces="Lets users connect to the remotes of this registry under their whole names.",
    places=(Place("Management console", "MCP Servers, as the allowlist in JSON"),),
    notes=(
        "It can list remotes alone: servers that run on the user's machine are blocked with it.",
        "An empty allowlist allows everything, so that there is no file while no server has a remote.",
        "It lists the first remote of each server's latest version that has no value to fill in.",
    ),
    render=_render,
)
