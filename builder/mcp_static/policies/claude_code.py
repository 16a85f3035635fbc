"""Claude Code's policies: the lists of its managed settings, and a fixed set of servers.

Form and meaning: code.claude.com/docs/en/managed-mcp and …/mcp (2026). Patterns without a path match
any path; names in its allowlist are letters, digits, `-` and `_`, and count for nothing beside
commands and addresses; `${VAR:-default}` is filled in from the user's environment.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final

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
    lists = lists_of(contents, _commands, allowed_url=_url)
    return layout(
        {
            "allowManagedMcpServersOnly": True,
            "allowedMcpServers": [matcher.document() for matcher in lists.allowed],
            "deniedMcpServers": [matcher.document() for matcher in lists.denied],
        }
    )


def _fixed_set(contents: Contents, _: PolicySettings) -> bytes:
    """Servers by their whole names: a short one would pass to another server, with its user's keys.

    Those are left out whose names are the same in the characters that names have here, or that would
    read a variable of another one.
    """
    found = [
        (whole_client_name(full), method)
        for full, latest in contents.latest.items()
        if (method := next(filter(_runs_unasked, latest.methods), None)) is not None
    ]
    names = Counter(map(whole_client_name, contents.latest))
    variables = Counter(one for name, method in found for one in _variables(name, method))
    servers = {
        name: members_of(method, partial(_reference, name))
        for name, method in found
        if names[name] == 1 and all(variables[one] == 1 for one in _variables(name, method))
    }
    return layout({"mcpServers": dict(sorted(servers.items()))})


def _variables(name: str, method: Method) -> frozenset[str]:
    """The variables of its user's environment that a server reads."""
    return frozenset(_variable(name, given) for given in method.inputs)


def _variable(name: str, given: Input) -> str:
    return re.sub(r"[^A-Z0-9]", "_", f"{name}_{given.id}".upper())


def _reference(name: str, given: Input) -> str:
    return f"${{{_variable(name, given)}:-{given.default or ''}}}"


def _runs_unasked(method: Method) -> bool:
    """Whether a method works as it stands, as nobody edits this file.

    A variable that its author names is left to no client, and a default with a brace ends too early.
    """
    launch, connection = method.launch, method.connection
    values = (launch.values if launch else []) + (connection.values if connection else [])
    defaults = (part.default or "" for value in values for part in value if isinstance(part, Input))
    if any("}" in default for default in defaults):
        return False
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
            "cmd /c, which Windows needs, unless cmd would read a character of theirs as its own."
        ),
        "A remote at the root of its host allows all of that host: a pattern without a path does.",
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
            "names, or the variables they would read, differ in punctuation alone."
        ),
    ),
    render=_fixed_set,
)
