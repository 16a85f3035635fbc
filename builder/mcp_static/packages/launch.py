"""The ways to run a server, as `server.json` describes them: programs to start, addresses to reach.

How packages become commands: the registry's `generic-server-json.md` and what VS Code does with the
same fields. A value is text with inputs in it, which each client writes in a way of its own.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.packages.images import parse_reference

_BRACES: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]*)\}")
_IMAGE_VERSION: Final = re.compile(r"[:@][^/]*$")
_RUNNERS: Final = {
    "npm": ("npx", "bunx"),
    "pypi": ("uvx",),
    "nuget": ("dnx",),
    "oci": ("docker", "podman"),
    "go": ("go",),
}
"""Programs that run a package as the first of them does. Other hints, such as `node`, name what runs
inside, and would not understand the words that follow."""
_SAYS_MORE: Final = (
    "description",
    "format",
    "default",
    "choices",
    "valueHint",
    "variables",
    "isRepeated",
)
"""Members of an argument by which it is more than a flag."""

Known = dict[str, Part]
"""What else a package lets a user set, by the names that braces in its texts may use."""


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

    @property
    def values(self) -> list[Value]:
        """All texts with inputs in them."""
        return [*self.args, *(value for _, value in self.env)]


@dataclass(frozen=True, slots=True)
class Connection:
    """An address that the client talks to; `kind` is `http` (streamable HTTP) or `sse`."""

    kind: str
    url: Value
    headers: tuple[tuple[str, Value], ...]

    @property
    def values(self) -> list[Value]:
        """All texts with inputs in them."""
        return [self.url, *(value for _, value in self.headers)]


def _inputs(values: list[Value]) -> tuple[Input, ...]:
    found = {part.id: part for value in values for part in value if isinstance(part, Input)}
    return tuple(found.values())


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
        """What a client has to ask for, each once: what it starts a program with, or connects with."""
        asking = self.connection or self.launch
        return _inputs(asking.values) if asking else ()

    @property
    def all_inputs(self) -> tuple[Input, ...]:
        """What the user has to supply, for the start of what is connected to as well."""
        parts = [part for part in (self.launch, self.connection) if part]
        return _inputs([value for part in parts for value in part.values])


def ways_of(server: dict[str, Any]) -> tuple[Way, ...]:
    """The ways to run a server: its remotes first, as they need nothing installed."""
    remotes = (_remote(remote) for remote in objects_in(server.get("remotes")))
    packages = (_package(package) for package in objects_in(server.get("packages")))
    return (*remotes, *packages)


def parts_of(server: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The parts of the record that the ways come from, in the same order."""
    return (*objects_in(server.get("remotes")), *objects_in(server.get("packages")))


def _remote(remote: dict[str, Any]) -> Way:
    connection = _connection(remote, {})
    address = str(remote.get("url", ""))
    return Way(f"Remote, {_transport_name(connection.kind)}", address, connection=connection)


def _connection(transport: Part, known: Known) -> Connection:
    kind = "sse" if transport.get("type") == "sse" else "http"
    url = _filled(str(transport.get("url", "")), part_of(transport, "variables"), known)
    return Connection(kind, url, tuple(_pairs(transport.get("headers"), known, is_open=True)))


def _transport_name(kind: str) -> str:
    return "server-sent events" if kind == "sse" else "streamable HTTP"


def _package(package: dict[str, Any]) -> Way:
    transport = package.get("transport")
    connection, known = None, _known(package)
    if isinstance(transport, dict) and transport.get("type") in {"streamable-http", "sse"}:
        connection = _connection(transport, known)
    kind = str(package.get("registryType", ""))
    identifier, version = str(package.get("identifier", "")), str(package.get("version") or "")
    env = tuple(_pairs(package.get("environmentVariables"), known))
    runtime = tuple(_arguments(package.get("runtimeArguments"), known))
    arguments = tuple(_arguments(package.get("packageArguments"), known))
    hint = text_of(package, "runtimeHint")

    def launch(*words: str, after: tuple[str, ...] = ()) -> Launch:
        command = hint if hint in _RUNNERS[kind] else _RUNNERS[kind][0]
        last = tuple((word,) for word in after)
        return Launch(command, (*_runtime(words, runtime, identifier), *last, *arguments), env)

    at = f"@{version}" if version else ""
    match kind:
        case "npm":
            return Way("npm package", identifier, launch("-y", f"{identifier}{at}"), connection)
        case "pypi":
            return Way("PyPI package", identifier, launch(f"{identifier}{at}"), connection)
        case "nuget":
            after = ("--yes", "--") if arguments else ("--yes",)
            way = launch(f"{identifier}{at}", after=after)
            return Way("NuGet package", identifier, way, connection)
        case "oci":
            tagged = bool(_IMAGE_VERSION.search(identifier)) or not version
            image = identifier if tagged else f"{identifier}:{version}"
            given = {word for (word, *_) in runtime if isinstance(word, str)}
            names = tuple(
                word
                for name, _ in env
                if not any(one == name or one.startswith(f"{name}=") for one in given)
                for word in ("-e", name)
            )
            return Way(
                "Container image",
                identifier,
                launch("run", "-i", "--rm", *names, image),
                connection,
            )
        case "go":
            return Way(
                "Go module",
                identifier,
                launch("run", f"{identifier}{at or '@latest'}"),
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


def _runtime(words: tuple[str, ...], runtime: tuple[Value, ...], identifier: str) -> tuple[Value, ...]:
    """The words before a package's own: ours, the last of which is the package, and its author's.

    Some authors write the whole command line: what they say is not said twice, and where they name
    the package, it is run as they say; in the version of the record if they name none.
    """
    *before, package = words
    if before[:1] == ["run"] and runtime[:1] == (("run",),):
        runtime = runtime[1:]
    said = {word for (word, *rest) in runtime if isinstance(word, str) and not rest}
    ours = tuple((word,) for word in before if word not in said or word == "-e")
    named = {word for word in said if _names_package(word, identifier)}
    if not named:
        return (*ours, *runtime, (package,))
    bare = {(word,) for word in named if word == identifier or _image(word)}
    return (*ours, *((package,) if value in bare else value for value in runtime))


def _names_package(word: str, identifier: str) -> bool:
    if word == identifier or word.startswith((f"{identifier}@", f"{identifier}[", f"{identifier}==")):
        return True
    return "/" in identifier and _image(word) is not None and _image(word) == _image(identifier)


def _image(text: str) -> tuple[str, str] | None:
    """Host and repository of an image, whatever its version."""
    reference = parse_reference(text) or parse_reference(f"{text}:latest")
    return (reference.host, reference.repository) if reference else None


def _known(package: Part) -> Known:
    named: Known = {}
    variables: Known = {}
    for key in ("packageArguments", "runtimeArguments", "environmentVariables"):
        for value in objects_in(package.get(key)):
            for name in (text_of(value, "valueHint"), (text_of(value, "name") or "").lstrip("-")):
                if name:
                    named.setdefault(name, value)
            for name in part_of(value, "variables"):
                variables.setdefault(name, part_of(part_of(value, "variables"), name))
    return {**named, **variables}


def _pairs(values: object, known: Known, *, is_open: bool = False) -> Iterator[tuple[str, Value]]:
    """Headers or environment variables that have a value, or must have one."""
    for value in objects_in(values):
        name = str(value.get("name", ""))
        found = _value(value, name, known, is_open=is_open)
        if found:
            yield name, found


def _arguments(values: object, known: Known) -> Iterator[Value]:
    """The words of a command line; those that may be left away are."""
    arguments = objects_in(values)
    for argument, following in pairwise([*arguments, {}]):
        name = str(argument.get("name", ""))
        hint = str(argument.get("valueHint") or name.lstrip("-") or "value")
        found = _value(argument, hint, known)
        if argument.get("type") == "named" and (
            found or argument.get("isRequired") or _is_flag(argument) or _is_split(following)
        ):
            yield (name,)
        if found:
            yield found


def _is_flag(argument: Part) -> bool:
    """Whether a named argument without a value says nothing but its name, so its author wants it."""
    return not any(argument.get(key) for key in _SAYS_MORE)


def _is_split(following: Part) -> bool:
    """Whether what follows a named argument without a value is that value, as in `-e`, `NAME`."""
    return following.get("type") == "positional" and bool(text_of(following, "value"))


def is_template(text: str) -> bool:
    """Whether a text has places in braces for what the user supplies."""
    return bool(_BRACES.search(text))


def _value(value: Part, hint: str, known: Known, *, is_open: bool = False) -> Value:
    """A value: what the author fixed, with the user's inputs in it; empty if it can be left away.

    A secret that is fixed is nobody else's to see; one with braces in it is a form to fill in.
    """
    fixed, is_secret = text_of(value, "value"), bool(value.get("isSecret"))
    variables = part_of(value, "variables")
    if fixed and (not is_secret or variables or is_template(fixed)):
        return _filled(fixed, variables, known, is_open=is_open or is_secret)
    default = value.get("default")
    if value.get("isSecret"):
        return (_input(hint, value),) if value.get("isRequired") or fixed or default else ()
    if isinstance(default, str) and default:
        return (default,)
    return (_input(hint, value),) if value.get("isRequired") else ()


def _filled(text: str, variables: Part, known: Known, *, is_open: bool = False) -> Value:
    """Text with the inputs that it names in braces.

    Braces that name neither a variable nor another setting stay, as the schema has it. Headers and
    secrets are open: sent with braces in them, they would only be refused, so what such braces name
    is asked for as a secret.
    """
    parts: list[str | Input] = []
    end = 0
    for match in _BRACES.finditer(text):
        name = match[1]
        if name in variables:
            found: Value = (_input(name, part_of(variables, name)),)
        elif name in known:
            found = _other(name, known[name])
        elif is_open:
            found = (_input(name, {"isSecret": True}),)
        else:
            continue
        parts += [text[end : match.start()], *found]
        end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part)


def _other(name: str, described: Part) -> Value:
    """The value of another setting, as far as it does not hang on further ones."""
    fixed = text_of(described, "value")
    alone = {**described, "value": None} if fixed and is_template(fixed) else described
    return _value(alone, name, {}) or (_input(name, described),)


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
