"""What to paste into the clients that people use, for one installation method of a server.

Names: where an organization's policy compares the name that a server has in a client with the
registry's (VS Code and the other clients of GitHub Copilot, Gemini CLI), it is the whole name; the rest
take letters, digits, `-` and `_` alone, or are easier to read with a short one. Further remotes of a
server have names of their own, so that one does not overwrite another. The sources of all formats are
in the decision record about client policies.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from mcp_static.model.web_addresses import parse_address
from mcp_static.packages.configurations import (
    client_name,
    command_words,
    joined,
    members_of,
    placeholder,
    stdio_members,
)
from mcp_static.packages.launch import Launch
from mcp_static.packages.methods import Connection, Method
from mcp_static.packages.shells import posix_line, windows_command, windows_line
from mcp_static.packages.values import Input


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text for one client: where it goes, and a link that does it at once, if the client has any.

    `windows` is the text for a terminal of Windows, if there is another one.
    """

    client: str
    where: str
    text: str
    link: str = ""
    windows: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a registry says a server is: its name, its version, and where the registry is served."""

    name: str
    version: str = ""
    registry: str = ""

    def whole_name(self, method: Method) -> str:
        """The name of a method in clients that compare it with the registry's.

        No server's name has a second slash, so that the name of a further remote is none of another's.
        """
        return f"{self.name}/{method.suffix}" if method.suffix else self.name

    def short_name(self, method: Method) -> str:
        """The name of a method in clients that compare it with nothing."""
        short = client_name(self.name)
        return f"{short}-{method.suffix}" if method.suffix else short


def snippets_of(listing: Listing, method: Method) -> tuple[Snippet, ...]:
    """The snippets of a method; none if it has neither a command nor an address."""
    return tuple(_snippets(listing, method))


def _snippets(listing: Listing, method: Method) -> Iterator[Snippet]:
    members = members_of(method, placeholder)
    if not members:
        return
    name, short = listing.whole_name(method), listing.short_name(method)
    yield _vs_code(listing, method)
    yield from _claude_desktop(short, method)
    yield _claude_code(short, method, members)
    yield _cursor(short, members)
    yield _copilot_cli(name, members)
    yield _jetbrains(name, members)
    yield _gemini_cli(name, members)
    if members["type"] != "sse":
        yield _codex(short, members)
        if b"${" not in orjson.dumps(members):
            yield _shared(name, members)
    yield Snippet("Other clients", "Add to your client's mcp.json", _servers(short, members))


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _servers(name: str, members: dict[str, Any]) -> str:
    return _json({"mcpServers": {name: members}})


def _without_type(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != "type"}


def _vs_code(listing: Listing, method: Method) -> Snippet:
    """VS Code's own `mcp.json`; `gallery` and `version` are what it writes when it installs itself.

    Where servers have to come from a registry, it looks one up by them and by its name, which is that
    of the first remote.
    """
    name = listing.whole_name(method)

    def write(given: Input) -> str:
        return f"${{input:{name}-{given.id}}}"

    config = members_of(method, write)
    if listing.registry.startswith("https://") and listing.version and not method.suffix:
        config |= {"gallery": listing.registry, "version": listing.version}
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


def _shared(name: str, members: dict[str, Any]) -> Snippet:
    """The file in a project's root that several clients read; it has neither inputs nor variables."""
    return Snippet(
        "Shared .mcp.json",
        "Add to .mcp.json in the project's root, which VS Code, Copilot CLI and others read",
        _servers(name, members),
    )


def _claude_desktop(name: str, method: Method) -> Iterator[Snippet]:
    """Local servers by its file, remote ones as connectors: it reaches none from its file.

    A connector is reached from Anthropic's network, with OAuth or without a login, never with headers.
    """
    if method.connection is None:
        assert method.launch is not None
        config = {"mcpServers": {name: _launched(method.launch)}}
        yield Snippet("Claude Desktop", "Add to claude_desktop_config.json", _json(config))
    elif method.launch is None and not method.connection.headers and _is_public(method.connection):
        yield Snippet(
            "Claude Desktop",
            "Under Settings, Connectors, add a custom connector with this address; it has to be "
            "reachable from the internet",
            joined(method.connection.url, placeholder),
        )


def _launched(launch: Launch) -> dict[str, Any]:
    return stdio_members(launch, placeholder)


def _is_public(connection: Connection) -> bool:
    address = parse_address(joined(connection.url, lambda _: "x"))
    return address is not None and not address.is_on_the_users_machine and not address.is_ip


def _claude_code(name: str, method: Method, members: dict[str, Any]) -> Snippet:
    packed = orjson.dumps(members).decode()
    text = posix_line(["claude", "mcp", "add-json", name, packed])
    return Snippet("Claude Code", "Run in a terminal", text, windows=_added_on_windows(name, method))


def _added_on_windows(name: str, method: Method) -> str:
    """The same without JSON, whose quotes each version of PowerShell passes on in another way.

    `--env` and `--header` take all words up to the next option, so that they come first.
    """
    add, given = ["claude", "mcp", "add"], method.connection or method.launch
    if isinstance(given, Connection):
        for header, value in given.headers:
            add += ["--header", f"{header}: {joined(value, placeholder)}"]
        return windows_line([*add, "--transport", given.kind, name, joined(given.url, placeholder)])
    if given is None or windows_command(tuple(command_words(given, _filled_in))) is None:
        return ""
    for variable, value in given.env:
        add += ["--env", f"{variable}={joined(value, placeholder)}"]
    command = command_words(given, placeholder)
    wrapped = windows_command((command[0],)) or ()
    return windows_line([*add, "--transport", "stdio", name, "--", *wrapped, *command[1:]])


def _filled_in(given: Input) -> str:
    """What stands for a value of the user's while the author's part of a command is looked at."""
    return given.default or "x"


def _cursor(name: str, members: dict[str, Any]) -> Snippet:
    config = _without_type(members)
    # In ASCII: what reads it decodes Base64 to one character a byte.
    packed = base64.b64encode(json.dumps(config, separators=(",", ":")).encode()).decode()
    link = f"cursor://anysphere.cursor-deeplink/mcp/install?name={quote(name)}&config={quote(packed)}"
    return Snippet("Cursor", "Add to .cursor/mcp.json", _servers(name, config), link)


def _copilot_cli(name: str, members: dict[str, Any]) -> Snippet:
    kind = "local" if members["type"] == "stdio" else members["type"]
    config = {"type": kind, **_without_type(members), "tools": ["*"]}
    return Snippet("Copilot CLI", "Add to ~/.copilot/mcp-config.json", _servers(name, config))


def _jetbrains(name: str, members: dict[str, Any]) -> Snippet:
    config = _without_type(members)
    if headers := config.pop("headers", None):
        config["requestInit"] = {"headers": headers}
    return Snippet(
        "JetBrains",
        "Add to the mcp.json of GitHub Copilot, under its settings, Model Context Protocol",
        _json({"servers": {name: config}}),
    )


def _gemini_cli(name: str, members: dict[str, Any]) -> Snippet:
    config = _without_type(members)
    if members["type"] == "http":
        config = {"httpUrl": config.pop("url"), **config}
    return Snippet("Gemini CLI", "Add to ~/.gemini/settings.json", _servers(name, config))


def _codex(name: str, members: dict[str, Any]) -> Snippet:
    """Codex's TOML; it has no transport of server-sent events."""
    table = f"mcp_servers.{name}"
    config = _without_type(members)
    nested = {"env": config.pop("env", None), "http_headers": config.pop("headers", None)}
    lines = [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in config.items())]
    for key, values in nested.items():
        if values:
            lines += ["", f"[{table}.{key}]"]
            lines += [f"{_toml(one)} = {_toml(value)}" for one, value in values.items()]
    return Snippet("Codex", "Add to ~/.codex/config.toml", "\n".join(lines))


def _toml(value: str | list[str]) -> str:
    """A string or a list of them in TOML: as in JSON, but for a character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
