"""The installation methods of a server, as its `server.json` lists them: programs to start, addresses
to connect to.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, objects_in, part_of
from mcp_static.packages.arguments import named_values, settings_of
from mcp_static.packages.launch import Launch, read_runnable
from mcp_static.packages.remote_names import remote_suffixes
from mcp_static.packages.types import package_type
from mcp_static.packages.values import Input, Settings, Value, filled, has_variable, tell_apart


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
    beyond the type. `install_command` has to be run once before all that. `suffix` tells further
    remotes of a server from its first, where each has a name in a client; it is empty for all others.
    """

    title: str
    identifier: str
    part: Part
    launch: Launch | None = None
    connection: Connection | None = None
    install_command: str = ""
    no_command: str = ""
    suffix: str = ""

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
    listed = objects_in(server.get("remotes"))
    suffixes = remote_suffixes([(_kind(remote), str(remote.get("url", ""))) for remote in listed])
    remotes = (_remote(remote, suffix) for remote, suffix in zip(listed, suffixes, strict=True))
    packages = (_package(package) for package in objects_in(server.get("packages")))
    return (*remotes, *packages)


def _remote(remote: Part, suffix: str) -> Method:
    connection = _connection(remote, {})
    transport = "server-sent events" if connection.kind == "sse" else "streamable HTTP"
    reads_variables = any(map(has_variable, connection.values))
    return Method(
        title=f"Remote, {transport}",
        identifier=str(remote.get("url", "")),
        part=remote,
        connection=None if reads_variables else _told_apart(None, connection)[1],
        no_command=_READS_VARIABLES if reads_variables else "",
        suffix=suffix,
    )


_READS_VARIABLES: Final = (
    "its address or a header names a variable of the user's environment, which clients would send to it"
)


def _kind(transport: Part) -> str:
    return "sse" if transport.get("type") == "sse" else "http"


def _connection(transport: Part, settings: Settings) -> Connection:
    kind = _kind(transport)
    url = filled(str(transport.get("url", "")), part_of(transport, "variables"), settings)
    return Connection(kind, url, tuple(named_values(transport.get("headers"), settings, is_open=True)))


def _package(package: Part) -> Method:
    kind, settings = str(package.get("registryType", "")), settings_of(package)
    transport, connection = part_of(package, "transport"), None
    if transport.get("type") in ("streamable-http", "sse"):
        connection = _connection(transport, settings)
    known, identifier = package_type(kind), str(package.get("identifier", ""))
    if known is None:
        return Method(
            title=kind or "Package", identifier=identifier, part=package, connection=connection
        )
    variant = known.variant(package)
    method = Method(
        title=f"{known.title}, {variant}" if variant else known.title,
        identifier=identifier,
        part=package,
    )
    if known.launch is None:  # a file, which the client opens and starts by itself
        return method
    address = connection.url if connection else ()
    runnable = read_runnable(package, settings, address, known.flags)
    try:
        install_command = known.install_command(runnable) if known.install_command else ""
        launch, connection = _told_apart(known.launch(runnable), connection)
    except NoCommandError as error:
        return replace(method, no_command=error.message)
    return replace(method, launch=launch, connection=connection, install_command=install_command)


def _told_apart(
    launch: Launch | None, connection: Connection | None
) -> tuple[Launch | None, Connection | None]:
    """Both with a name for each input that no other one has."""
    rename = tell_apart(value for part in (launch, connection) if part for value in part.values)
    if launch:
        env = tuple((name, rename(value)) for name, value in launch.env)
        launch = replace(launch, args=tuple(map(rename, launch.args)), env=env)
    if connection:
        headers = tuple((name, rename(value)) for name, value in connection.headers)
        connection = replace(connection, url=rename(connection.url), headers=headers)
    return launch, connection
