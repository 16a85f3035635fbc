"""What policies are made of: what a registry's versions allow, what they deny, what nothing can say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mcp_static.model.errors import NoCommandError
from mcp_static.packages.methods import Connection, Method, methods_of
from mcp_static.policies.addresses import is_local, url_patterns
from mcp_static.policies.commands import gallery_command, shown_command


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """One version of a server; deleted ones, and those that an operator took down, are not public."""

    name: str
    version: str
    is_public: bool
    is_latest: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A way to run a public version that no policy can express, and why; or one alone, by its path."""

    name: str
    version: str
    method: str
    reason: str
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest public version of a server, with the ways to run it."""

    version: ListedVersion
    methods: tuple[Method, ...]


@dataclass(slots=True)
class Side:
    """What one list is about: addresses, the commands that pages show, those that VS Code writes."""

    urls: set[str] = field(default_factory=set)
    commands: set[tuple[str, ...]] = field(default_factory=set)
    gallery_commands: set[tuple[str, ...]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Contents:
    """Both sides, each server's latest public version by name, and what is left out."""

    allowed: Side = field(default_factory=Side)
    denied: Side = field(default_factory=Side)
    latest: dict[str, Latest] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def contents_of(versions: Iterable[ListedVersion]) -> Contents:
    """The contents of policies for these versions of a registry."""
    contents = Contents()
    for version in versions:
        side = contents.allowed if version.is_public else contents.denied
        side.names.add(version.name)
        methods = methods_of(version.document)
        if version.is_public and version.is_latest:
            contents.latest[version.name] = Latest(version, methods)
        for method in methods:
            try:
                _add(side, method, is_public=version.is_public)
            except NoCommandError as error:
                if version.is_public:
                    named = f"{method.title} {method.identifier}".strip()
                    left = LeftOut(version.name, version.version, named, error.message)
                    contents.left_out.append(left)
    contents.denied.names -= contents.allowed.names
    contents.left_out.sort()
    return contents


def _add(side: Side, method: Method, *, is_public: bool) -> None:
    if method.no_command:
        raise NoCommandError(method.no_command)
    if method.connection is not None:
        patterns = _patterns(method.connection)
        side.urls.update(patterns if is_public else (p for p in patterns if not is_local(p)))
    elif method.launch is not None:
        gallery = gallery_command(method)
        if gallery is not None:
            side.gallery_commands.add(gallery)
        side.commands.add(shown_command(method, method.launch))
    else:
        raise NoCommandError("no command or address of it is known")


def _patterns(connection: Connection) -> Iterator[str]:
    yield from url_patterns(connection.url)
