"""The ways to run a server, as `server.json` describes them: programs to start, addresses to reach.

How packages become commands: the registry's `generic-server-json.md` and what VS Code does with the
same fields. A value is text with inputs in it, which each client writes in a way of its own.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from builder.model.reading import objects_in

_BRACES: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]*)\}")
_IMAGE_VERSION: Final = re.compile(r"[:@][^/]*$")


@dataclass(frozen=True, slots=True)
class Input:
    """Something that the user has to supply; `id` names it."""

    id: str
    description: str = ""
    is_secret: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()


Value = tuple[str | Input, ...]
"""Text with inputs in it."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A program that the client starts and talks to over its standard input and output."""

    command: str
    args: tuple[Value, ...]
    env: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """An address that the client talks to; `kind` is `http` (streamable HTTP) or `sse`."""

    kind: str
    url: Value
    headers: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run a server.

    `launch` or `connection`, or both for a package that is started first and reached by an address
    then; neither for what cannot be said in a command. `before` is the command to run before that.
    """

    title: str
    identifier: str = ""
    launch: Launch | None = None
    connection: Connection | None = None
    before: str = ""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What the user has to supply, each once, in the order in which it is needed."""
        values: list[Value] = []
        if self.launch:
            values += [*self.launch.args, *(value for _, value in self.launch.env)]
        if self.connection:
            values += [self.connection.url, *(value for _, value in self.connection.headers)]
        found = {part.id: part for value in values for part in value if isinstance(part, Input)}
        return tuple(found.values())


def ways_of(server: dict[str, Any]) -> tuple[Way, ...]:
    """The ways to run a server: its remotes first, as they need nothing installed."""
    remotes = (_remote(remote) for remote in objects_in(server.get("remotes")))
    packages = (_package(package) for package in objects_in(server.get("packages")))
    return (*remotes, *packages)


def parts_of(server: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The parts of the record that the ways come from, in the same order."""
    return (*objects_in(server.get("remotes")), *objects_in(server.get("packages")))


def _remote(remote: dict[str, Any]) -> Way:
    connection = _connection(remote)
    address = str(remote.get("url", ""))
    return Way(f"Remote, {_transport_name(connection.kind)}", address, connection=connection)


def _connection(transport: dict[str, Any]) -> Connection:
    kind = "sse" if transport.get("type") == "sse" else "http"
    inputs = transport.get("variables")
    url = _filled(str(transport.get("url", "")), inputs if isinstance(inputs, dict) else {})
    return Connection(kind, url, tuple(_pairs(transport.get("headers"))))


def _transport_name(kind: str) -> str:
    return "server-sent events" if kind == "sse" else "streamable HTTP"


def _package(package: dict[str, Any]) -> Way:
    transport = package.get("transport")
    connection = None
    if isinstance(transport, dict) and transport.get("type") in {"streamable-http", "sse"}:
        connection = _connection(transport)
    kind = str(package.get("registryType", ""))
    identifier, version = str(package.get("identifier", "")), str(package.get("version") or "")
    env = tuple(_pairs(package.get("environmentVariables")))
    runtime = tuple(_arguments(package.get("runtimeArguments")))
    arguments = tuple(_arguments(package.get("packageArguments")))
    hint = package.get("runtimeHint")

    def launch(command: str, *before: str, after: tuple[str, ...] = ()) -> Launch:
        fixed = tuple((word,) for word in before)
        last = tuple((word,) for word in after)
        return Launch(
            str(hint or command), (*fixed[:-1], *runtime, *fixed[-1:], *last, *arguments), env
        )

    at = f"@{version}" if version else ""
    match kind:
        case "npm":
            return Way("npm package", identifier, launch("npx", "-y", f"{identifier}{at}"), connection)
        case "pypi":
            return Way("PyPI package", identifier, launch("uvx", f"{identifier}{at}"), connection)
        case "nuget":
            after = ("--yes", "--") if arguments else ("--yes",)
            way = launch("dnx", f"{identifier}{at}", after=after)
            return Way("NuGet package", identifier, way, connection)
        case "oci":
            tagged = bool(_IMAGE_VERSION.search(identifier)) or not version
            image = identifier if tagged else f"{identifier}:{version}"
            names = tuple(word for name, _ in env for word in ("-e", name))
            return Way(
                "Container image",
                identifier,
                launch("docker", "run", "-i", "--rm", *names, image),
                connection,
            )
        case "go":
            return Way(
                "Go module",
                identifier,
                launch("go", "run", f"{identifier}{at or '@latest'}"),
                connection,
            )
        case "cargo":
            exact = ("--version", version) if version else ()
            return Way(
                "crates.io package",
                identifier,
                Launch(identifier, arguments, env),
                connection,
                shlex.join(["cargo", "install", identifier, *exact]),
            )
        case "mcpb":
            return Way("MCP bundle", identifier)
    return Way(kind or "Package", identifier, connection=connection)


def _pairs(values: object) -> Iterator[tuple[str, Value]]:
    """Headers or environment variables that have a value, or must have one."""
    for value in objects_in(values):
        name = str(value.get("name", ""))
        found = _value(value, name)
        if found:
            yield name, found


def _arguments(values: object) -> Iterator[Value]:
    """The words of a command line; those that may be left away are."""
    for argument in objects_in(values):
        name = str(argument.get("name", ""))
        found = _value(argument, str(argument.get("valueHint") or name.lstrip("-") or "value"))
        if argument.get("type") == "named" and (found or argument.get("isRequired")):
            yield (name,)
        if found:
            yield found


def _value(value: dict[str, Any], hint: str) -> Value:
    """A value: what the author fixed, with the user's inputs in it; empty if it can be left away."""
    fixed = value.get("value")
    variables = value.get("variables")
    if isinstance(fixed, str) and fixed and not (value.get("isSecret") and not variables):
        return _filled(fixed, variables if isinstance(variables, dict) else {})
    default = value.get("default")
    if value.get("isSecret"):
        return (_input(hint, value),) if value.get("isRequired") or fixed or default else ()
    if isinstance(default, str) and default:
        return (default,)
    return (_input(hint, value),) if value.get("isRequired") else ()


def _filled(text: str, variables: dict[str, Any]) -> Value:
    """Text with the inputs that it names in braces."""
    parts: list[str | Input] = []
    end = 0
    for match in _BRACES.finditer(text):
        described = variables.get(match[1])
        if described is None:
            continue  # braces of the author's own
        parts += [text[end : match.start()], _input(match[1], _dict(described))]
        end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _input(name: str, described: dict[str, Any]) -> Input:
    default = described.get("default")
    is_secret = bool(described.get("isSecret"))
    return Input(
        name,
        str(described.get("description") or ""),
        is_secret,
        default if isinstance(default, str) and not is_secret else None,
        tuple(_texts(described.get("choices"))),
    )


def _texts(values: object) -> Iterable[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
