"""How clients start or reach a server: a method as the words of a command line, or as the members of
a client's configuration.

Snippets, policies and pages all come from here: what a page says to run is what a policy allows.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from mcp_static.packages.launch import Launch
from mcp_static.packages.methods import Connection, Method
from mcp_static.packages.values import Input, Value

_GENERIC: Final = frozenset({"mcp", "server", "mcp-server", "mcp_server", "mcpserver", "api"})
"""What many servers are called."""

Write = Callable[[Input], str]
"""How a client's configuration names what the user supplies."""


def client_name(name: str) -> str:
    """What a server is called in a client, of its whole name: the second half, if that tells it apart.

    Letters, digits, `-` and `_` alone, since Claude Code and Codex take no others.
    """
    namespace, _, short = name.partition("/")
    if short.lower() in _GENERIC:
        labels = (label for label in reversed(namespace.split(".")) if label.lower() not in _GENERIC)
        short = "-".join((*islice(labels, 1), short))
    return _plain(short) or "server"


def whole_client_name(name: str) -> str:
    """The whole name in the same characters."""
    return _plain(name)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)


def placeholder(given: Input) -> str:
    """An input as a person has to replace it."""
    return given.default if given.default is not None else f"<{given.id}>"


def joined(value: Value, write: Write) -> str:
    """A value as one text."""
    return "".join(part if isinstance(part, str) else write(part) for part in value)


def command_words(launch: Launch, write: Write) -> list[str]:
    """The command line, its program first."""
    return [launch.command, *(joined(word, write) for word in launch.args)]


def is_fixed(launch: Launch) -> bool:
    """Whether the command line is the same for every user, unless they change a default."""
    parts = (part for word in launch.args for part in word)
    return all(isinstance(part, str) or part.default is not None for part in parts)


def stdio_members(launch: Launch, write: Write) -> dict[str, Any]:
    """The members by which clients start a server."""
    command, *args = command_words(launch, write)
    members: dict[str, Any] = {"command": command, "args": args}
    if launch.env:
        members["env"] = {name: joined(value, write) for name, value in launch.env}
    return members


def remote_members(connection: Connection, write: Write) -> dict[str, Any]:
    """The members by which clients reach a server."""
    members: dict[str, Any] = {"url": joined(connection.url, write)}
    if connection.headers:
        members["headers"] = {name: joined(value, write) for name, value in connection.headers}
    return members


def members_of(method: Method, write: Write) -> dict[str, Any]:
    """The members for a method, with the transport as most clients call it; empty if it has neither."""
    if method.connection:
        return {"type": method.connection.kind, **remote_members(method.connection, write)}
    if method.launch:
        return {"type": "stdio", **stdio_members(method.launch, write)}
    return {}
