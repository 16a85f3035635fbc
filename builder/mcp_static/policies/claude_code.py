"""Claude Code's policies: the lists of its managed settings, and a fixed set of servers.

Form and meaning: code.claude.com/docs/en/managed-mcp and …/mcp (2026). Patterns without a path match
any path; names in its allowlist are letters, digits, `-` and `_`, and count for nothing beside
commands and addresses; `${VAR:-default}` is filled in from the user's environment.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.packages.configurations import is_fixed, members_of, whole_client_name
from mcp_static.packages.methods import Method
from mcp_static.packages.shells import windows_command
from mcp_static.packages.values import Input, has_variable
from mcp_static.policies.contents import Contents, Side
from mcp_static.policies.lists import layout, lists_of
from mcp_static.policies.policy import Place, Policy
from mcp_static.settings.policies import PolicySettings


def _commands(side: Side) -> Iterator[tuple[str, ...]]:
    """The commands that pages show, as they are started on Windows as well."""
    for command in side.commands:
        yield command
        on_windows = windows_command(command)
        if on_windows is not None:
            yield on_windows


def _url(pattern: str) -> str:
    """A pattern; without the path that stands for none, as clients may compare it as written."""
    return pattern[:-1] if re.fullmatch(r"https?://[^/?#]+/", pattern) else pattern


def _lists(contents: Contents, _: PolicySettings) -> bytes:
    lists = lists_of(contents, _commands, url=_url)
    return layout(
        {
            "allowManagedMcpServersOnly": True,
            "allowedMcpServers": [matcher.document() for matcher in lists.allowed],
            "deniedMcpServers": [matcher.document() for matcher in lists.denied],
        }
    )


def _fixed_set(contents: Contents, _: PolicySettings) -> bytes:
    """Servers by their whole names: a short one would pass to another server, with its user's keys.

    Those whose names are the same in the characters that names have here are left out.
    """
    uses = Counter(map(whole_client_name, contents.latest))
    servers = {}
    for full, latest in contents.latest.items():
        name = whole_client_name(full)
        members = next(_configurations(name, latest.methods), None)
        if members is not None and uses[name] == 1:
            servers[name] = members
    return layout({"mcpServers": dict(sorted(servers.items()))})


def _configurations(name: str, methods: tuple[Method, ...]) -> Iterator[dict[str, Any]]:
    """The ways to run a server without asking anybody, best first; nobody edits this file."""
    prefix = re.sub(r"[^A-Z0-9]", "_", name.upper())

    def write(given: Input) -> str:
        variable = f"{prefix}_{re.sub(r'[^A-Za-z0-9]', '_', given.id).upper()}"
        return f"${{{variable}:-{given.default or ''}}}"

    for method in methods:
        if _runs_unasked(method):
            yield members_of(method, write)


def _runs_unasked(method: Method) -> bool:
    """Whether a method works as it stands; a variable that its author names is left to no client."""
    launch, connection = method.launch, method.connection
    if launch is not None and connection is None:
        return is_fixed(launch) and not any(map(has_variable, launch.values))
    if connection is not None and launch is None:
        return not any(isinstance(part, Input) for part in connection.url)
    return False


_SYSTEM_FOLDERS: Final = (
    ("macOS", "/Library/Application Support/ClaudeCode/"),
    ("Linux and WSL", "/etc/claude-code/"),
    ("Windows", "C:\\Program Files\\ClaudeCode\\"),
)


def _places(file: str) -> tuple[Place, ...]:
    return tuple(Place(system, f"{folder}{file}") for system, folder in _SYSTEM_FOLDERS)


CLAUDE_CODE: Final = Policy(
    id="claude-code",
    title="Claude Code: allowlist and denylist",
    path="policies/claude-code-managed-settings.json",
    enforces="Lets users add the servers of this registry, and no others.",
    places=_places("managed-settings.json"),
    notes=(
        "Merge the members into the file that you have: it holds other settings as well.",
        (
            "Commands are compared word by word. Those with npx and dnx are listed once more with "
            "cmd /c, which Windows needs."
        ),
    ),
    render=_lists,
)

CLAUDE_CODE_SERVERS: Final = Policy(
    id="claude-code-servers",
    title="Claude Code: a fixed set of servers",
    path="policies/claude-code-managed-mcp.json",
    enforces="Gives every user the latest version of each server, and lets nobody add another one.",
    places=_places("managed-mcp.json"),
    notes=(
        (
            "Each server in this file is started in every session: keep those that everybody needs, "
            "and delete the others."
        ),
        (
            "Values that users supply come from their environment, in variables that begin with the "
            "name of the server, such as COM_EXAMPLE_WEATHER_API_KEY; none of them is in the file."
        ),
        (
            "Servers with a value on the command line or in the address are not in it, nor those whose "
            "names differ in punctuation alone."
        ),
    ),
    render=_fixed_set,
)
