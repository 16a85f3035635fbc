"""The installation methods of a server, as its `server.json` lists them: programs to start, addresses
to connect to.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, objects_in, part_of
from mcp_static.packages.launch import Launch, read_runnable
from mcp_static.packages.types import package_type
from mcp_static.packages.values import (
    Input,
    Settings,
    Value,
    filled,
    has_variable,
    named_values,
    settings_of,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One installation method: a package or a remote of a record, which is `part`.

    It has a `launch` or a `connection`, or both for a package that is started first and then connected
    to; neither if no command can express it, and then `no_command` says why, if there is a reason
    beyond the type. `install_command` has to be run once before all that.
    """

    title: str
    identifier: str
    part: Part
    launch: Launch | None = None
    connection: Connection | None = None
    install_command: str = ""
    no_command: str = ""

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


def _inputs(values: list[Value]) -> tuple[Input, ...]:
    found = {part.id: part for value in values for part in value if isinstance(part, Input)}
    return tuple(found.values())


def methods_of(server: dict[str, Any]) -> tuple[Method, ...]:
    """The methods of a server: its remotes first, as they need nothing installed."""
    remotes = (_remote(remote) for remote in objects_in(server.get("remotes")))
    packages = (_package(package) for package in objects_in(server.get("packages")))
    return (*remotes, *packages)


def _remote(remote: Part) -> Method:
    connection = _connection(remote, {})
    transport = "server-sent events" if connection.kind == "sse" else "streamable HTTP"
    reads_variables = any(map(has_variable, connection.values))
    return Method(
        title=f"Remote, {transport}",
        identifier=str(remote.get("url", "")),
        part=remote,
        connection=None if reads_variables else connection,
        no_command=_READS_VARIABLES if reads_variables else "",
    )


_READS_VARIABLES: Final = (
    "its address or a header names a variable of the user's environment, which clients would send to it"
)


def _connection(transport: Part, settings: Settings) -> Connection:
    kind = "sse" if transport.get("type") == "sse" else "http"
    url = filled(str(transport.get("url", "")), part_of(transport, "variables"), settings)
    return Connection(kind, url, tuple(named_values(transport.get("headers"), settings, is_open=True)))


def _package(package: Part) -> Method:
    kind, settings = str(package.get("registryType", "")), settings_of(package)
    runnable = read_runnable(package, settings)
    transport, connection = part_of(package, "transport"), None
    if transport.get("type") in ("streamable-http", "sse"):
        connection = _connection(transport, settings)
    known = package_type(kind)
    if known is None:
        title = kind or "Package"
        return Method(title=title, identifier=runnable.identifier, part=package, connection=connection)
    if known.launch is None:  # a file, which the client opens and starts by itself
        return Method(title=known.title, identifier=runnable.identifier, part=package)
    method = Method(
        title=known.title, identifier=runnable.identifier, part=package, connection=connection
    )
    try:
        install_command = known.install_command(runnable) if known.install_command else ""
        return replace(method, launch=known.launch(runnable), install_command=install_command)
    except NoCommandError as error:
        return replace(method, connection=None, no_command=error.message)
