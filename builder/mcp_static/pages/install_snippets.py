"""What to paste into the clients that people use, for one installation method of a server.

Formats: VS Code's `mcp.json` and its install links, Claude Desktop's `claude_desktop_config.json`,
`claude mcp add-json` of Claude Code, Cursor's `mcp.json` and its install links, and the `mcpServers`
object that most other clients read.
"""

import base64
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

import orjson

from mcp_static.packages.launch import Launch
from mcp_static.packages.methods import Connection, Method
from mcp_static.packages.values import Input, Value

_GENERIC: Final = frozenset({"mcp", "server", "mcp-server", "mcp_server", "mcpserver", "api"})
"""What many servers are called."""

Write = Callable[[Input], str]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text for one client: where it goes, and a link that does it at once, if the client has any."""

    client: str
    where: str
    text: str
    link: str = ""


def client_name(name: str) -> str:
    """What a server is called in a client, of its whole name: the second half, if that tells it apart.

    Letters, digits, `-` and `_` alone, since Claude Code takes no others.
    """
    namespace, _, short = name.partition("/")
    if short.lower() in _GENERIC:
        labels = (label for label in reversed(namespace.split(".")) if label.lower() not in _GENERIC)
        short = "-".join((*islice(labels, 1), short))
    return re.sub(r"[^A-Za-z0-9_-]", "-", short) or "server"


def placeholder(given: Input) -> str:
    """An input as a person has to replace it."""
    return given.default if given.default is not None else f"<{given.id}>"


def snippets_of(name: str, method: Method) -> tuple[Snippet, ...]:
    """The snippets of a method, for a server called `name` in the client; none if it has no command."""
    found = []
    if method.launch and not method.connection:
        found = [_vs_code(name, method), _claude_desktop(name, method.launch)]
    elif method.connection:
        found = [_vs_code(name, method)]
    else:
        return ()
    plain = _plain(method)
    return (*found, _claude_code(name, plain), _cursor(name, plain), _generic(name, plain))


def _joined(value: Value, write: Write) -> str:
    return "".join(part if isinstance(part, str) else write(part) for part in value)


def _launch(launch: Launch, write: Write) -> dict[str, Any]:
    config: dict[str, Any] = {"command": launch.command}
    config["args"] = [_joined(word, write) for word in launch.args]
    if launch.env:
        config["env"] = {name: _joined(value, write) for name, value in launch.env}
    return config


def _connection(connection: Connection, write: Write) -> dict[str, Any]:
    config: dict[str, Any] = {"url": _joined(connection.url, write)}
    if connection.headers:
        config["headers"] = {name: _joined(value, write) for name, value in connection.headers}
    return config


def _plain(method: Method) -> dict[str, Any]:
    """A method as most clients read it, with placeholders."""
    if method.connection:
        return {"type": method.connection.kind, **_connection(method.connection, placeholder)}
    assert method.launch is not None
    return {"type": "stdio", **_launch(method.launch, placeholder)}


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _vs_code(name: str, method: Method) -> Snippet:
    def write(given: Input) -> str:
        return f"${{input:{name}-{given.id}}}"

    if method.connection:
        config = {"type": method.connection.kind, **_connection(method.connection, write)}
    else:
        assert method.launch is not None
        config = {"type": "stdio", **_launch(method.launch, write)}
    inputs = [_vs_code_input(name, given) for given in method.inputs]
    document: dict[str, Any] = {"servers": {name: config}}
    asked: dict[str, Any] = {"name": name, **config}
    if inputs:
        document["inputs"] = asked["inputs"] = inputs
    packed = quote(orjson.dumps(asked), safe="")
    return Snippet(
        "VS Code", "Add to .vscode/mcp.json", _json(document), f"vscode:mcp/install?{packed}"
    )


def _vs_code_input(name: str, given: Input) -> dict[str, Any]:
    """An input; its id says whose it is, since all servers of a file share one list of them."""
    found: dict[str, Any] = {
        "id": f"{name}-{given.id}",
        "type": "promptString",
        "description": given.description or given.id,
    }
    if given.choices:
        found |= {"type": "pickString", "options": list(given.choices)}
    if given.is_secret:
        found["password"] = True
    if given.default is not None:
        found["default"] = given.default
    return found


def _claude_desktop(name: str, launch: Launch) -> Snippet:
    config = {"mcpServers": {name: _launch(launch, placeholder)}}
    return Snippet("Claude Desktop", "Add to claude_desktop_config.json", _json(config))


def _claude_code(name: str, config: dict[str, Any]) -> Snippet:
    packed = orjson.dumps(config).decode()
    text = f"claude mcp add-json {shlex.quote(name)} {shlex.quote(packed)}"
    return Snippet("Claude Code", "Run in a terminal", text)


def _cursor(name: str, config: dict[str, Any]) -> Snippet:
    customization = {key: value for key, value in config.items() if key != "type"}
    # In ASCII: what reads it decodes Base64 to one character a byte.
    packed = base64.b64encode(json.dumps(customization, separators=(",", ":")).encode()).decode()
    link = f"cursor://anysphere.cursor-deeplink/mcp/install?name={quote(name)}&config={quote(packed)}"
    return Snippet(
        "Cursor", "Add to .cursor/mcp.json", _json({"mcpServers": {name: customization}}), link
    )


def _generic(name: str, config: dict[str, Any]) -> Snippet:
    return Snippet(
        "Other clients", "Add to your client's mcp.json", _json({"mcpServers": {name: config}})
    )
