"""Which server of a registry one in a configuration is, whatever it is called there.

Its package or its address tells: names are chosen by users.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, text_of
from mcp_static.model.web_addresses import parse_address
from mcp_static.packages.configurations import joined, placeholder
from mcp_static.packages.methods import Connection, Method, methods_of
from mcp_static.policies.addresses import url_patterns
from mcp_static.policies.commands import gallery_command, shown_command
from mcp_static.policies.matchers import Identity, matches_url


@dataclass(frozen=True, slots=True)
class Likeness:
    """A server of the registry that another one is like, and the package or remote that tells."""

    name: str
    version: str
    method: Method


def likenesses(server: Identity, listed: Iterable[Part]) -> Iterator[Likeness]:
    """The listed servers that one with this command or address may be."""
    for document in listed:
        for method in methods_of(document):
            if _is_like(server, method):
                name, version = text_of(document, "name"), text_of(document, "version")
                yield Likeness(name or "", version or "", method)


def of_its_name(server: Identity, document: Part) -> Iterator[Likeness]:
    """What the server of the same name has of the same kind: remotes for an address, else packages."""
    for method in methods_of(document):
        if method.connection is not None if server.url else method.launch is not None:
            yield Likeness(server.name, text_of(document, "version") or "", method)


def _is_like(server: Identity, method: Method) -> bool:
    if server.url:
        return method.connection is not None and is_at(server.url, method.connection)
    return method.launch is not None and named_version(server.command, method) is not None


def is_at(url: str, connection: Connection) -> bool:
    """Whether an address is that of a remote, with what users fill in, or near it."""
    one, other = parse_address(url), parse_address(joined(connection.url, placeholder))
    return matches_remote(url, connection) or (
        one is not None and other is not None and one.near == other.near
    )


def is_remote(url: str, connection: Connection) -> bool:
    """Whether an address is that of a remote, letter by letter but for what users fill in."""
    if all(isinstance(part, str) for part in connection.url):
        return url == "".join(map(str, connection.url))
    return matches_remote(url, connection)


def matches_remote(url: str, connection: Connection) -> bool:
    """Whether a client would fetch from a remote for this address, with what users fill in."""
    if url == "".join(part if isinstance(part, str) else placeholder(part) for part in connection.url):
        return True
    try:
        return any(matches_url(pattern, url) for pattern in url_patterns(connection.url))
    except NoCommandError:
        return False


def named_version(command: tuple[str, ...], method: Method) -> str | None:
    """The version of a method's package that a command starts, empty if it names none.

    None if the command does not name that package.
    """
    identifier, marks = _without_tag(method), ("@", "==", ":")
    for word in command:
        if word == identifier:
            return ""
        for mark in marks:
            if identifier and word.startswith(f"{identifier}{mark}"):
                return word[len(identifier) + len(mark) :]
    return None


def package_version(method: Method) -> str | None:
    """The version of a method's package; of an image, its tag."""
    tag = method.identifier[len(_without_tag(method)) + 1 :]
    return tag or text_of(method.part, "version")


def _without_tag(method: Method) -> str:
    """The identifier of a package; of an image, without its tag or digest."""
    if method.part.get("registryType") != "oci":
        return method.identifier
    folder, slash, last = method.identifier.partition("@")[0].rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def commands_of(method: Method) -> Iterator[tuple[str, ...]]:
    """The command lines by which clients start a method: that of its page, and VS Code's own.

    Raises NoCommandError, with the reason, if there is none for everybody.
    """
    if method.launch is not None:
        yield shown_command(method, method.launch)
        if (gallery := gallery_command(method)) is not None:
            yield gallery
