"""GitHub Copilot's "Registry only", as each of its clients carries it out.

They ask the registry for the latest version under the name in the configuration: 200 allows the server,
404 blocks it, and anything else blocks all servers.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from mcp_static.doctor.clients import Client, RegistryOnly
from mcp_static.doctor.configurations import ConfiguredServer
from mcp_static.doctor.likeness import commands_of, is_remote, likenesses, matches_remote
from mcp_static.doctor.registry import AskedRegistry, Lookup
from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import text_of
from mcp_static.packages.configurations import joined, placeholder
from mcp_static.packages.methods import Connection, methods_of
from mcp_static.reports.findings import Finding, Level

_SUGGESTED: Final = 3
_COMPARES_REMOTES: Final = (RegistryOnly.GALLERY, RegistryOnly.NAME_AND_REMOTE)


def registry_findings(
    client: Client, server: ConfiguredServer, registry: AskedRegistry
) -> list[Finding]:
    """What a client says of a server under "Registry only"; one that passed, or all that is wrong."""
    name = server.shown_name
    lookup = registry.latest(server.name)
    if lookup.is_listed:
        found = list(_compared(client, server, lookup, registry))
        return found if any(one.is_error for one in found) else [_allowed(name, lookup), *found]
    if lookup.is_unknown:
        return [_unknown(name, server, registry)]
    message = f"cannot be looked up: the registry answers {lookup.status}"
    if lookup.status == 200:
        message = "cannot be looked up: the registry answers with something that is no server"
    fix = "Clients block all servers then. Test the host with mcp-static conformance."
    return [Finding("registry-answer", Level.ERROR, message, fix, name)]


def _allowed(name: str, lookup: Lookup) -> Finding:
    version = text_of(lookup.server, "version")
    return Finding("registry", Level.PASSED, f"is in the registry, latest version {version}", path=name)


def _unknown(name: str, server: ConfiguredServer, registry: AskedRegistry) -> Finding:
    like = dict.fromkeys(one.name for one in likenesses(server.identity, registry.servers))
    if not like:
        message = "is not in the registry: it lists neither this name nor this package or address"
        fix = "Ask the registry's operator to list it, or remove it."
        return Finding("not-listed", Level.ERROR, message, fix, name)
    names = " or ".join(islice(like, _SUGGESTED))
    message = f"is not in the registry under this name; it seems to be {names}"
    return Finding("name-differs", Level.ERROR, message, f"Rename it to {names}.", name)


def _compared(
    client: Client, server: ConfiguredServer, lookup: Lookup, registry: AskedRegistry
) -> Iterator[Finding]:
    name, check = server.shown_name, client.registry_only
    if check is RegistryOnly.GALLERY and not server.gallery:
        version = text_of(lookup.server, "version")
        yield Finding(
            "gallery-missing",
            Level.ERROR,
            "does not say that it comes from a registry, so that VS Code counts it as the user's own",
            f'Add "gallery": "{registry.url}", "version": "{version}" to it in an mcp.json of VS Code, '
            "or install it from the gallery.",
            name,
        )
    if server.version and server.version != text_of(lookup.server, "version"):
        yield from _version(server, registry)
    if server.identity.url:
        level = Level.ERROR if check in _COMPARES_REMOTES else Level.WARNING
        yield from _remote(server, lookup, check, level)
    elif check is RegistryOnly.NAME_AND_REMOTE:
        yield from _command(server, lookup)


def _version(server: ConfiguredServer, registry: AskedRegistry) -> Iterator[Finding]:
    versions = {text_of(document, "version") for document in registry.versions(server.name)}
    if versions and server.version not in versions:
        message = "was installed in a version that the registry no longer lists"
        fix = "Update it: a withdrawn version may be unsafe."
        yield Finding("version-gone", Level.WARNING, message, fix, server.shown_name)


def _remote(
    server: ConfiguredServer, lookup: Lookup, check: RegistryOnly, level: Level
) -> Iterator[Finding]:
    remotes = [method.connection for method in methods_of(lookup.server) if _is_remote(method.part)]
    connections = [connection for connection in remotes if connection is not None]
    matches = is_remote if check is RegistryOnly.GALLERY else matches_remote
    matching = [one for one in connections if matches(server.identity.url, one)]
    if not matching:
        listed = " or ".join(joined(one.url, placeholder) for one in connections[:_SUGGESTED])
        fix = f"Use {listed}." if listed else "The registry lists no remote of it."
        message = "has another address than the registry lists"
        yield Finding("remote-differs", level, message, fix, server.shown_name)
    elif check is RegistryOnly.NAME_AND_REMOTE and (extra := _extra_headers(server, matching)):
        message = f"sends headers that the registry does not list: {', '.join(extra)}"
        fix = (
            "Ask its author to list them as `headers` of the remote, without their values, or remove "
            "them: Copilot CLI blocks a server that sends others."
        )
        yield Finding("extra-headers", Level.ERROR, message, fix, server.shown_name)


def _is_remote(part: dict[str, object]) -> bool:
    return "registryType" not in part


def _extra_headers(server: ConfiguredServer, connections: list[Connection]) -> list[str]:
    listed = {name.lower() for connection in connections for name, _ in connection.headers}
    return sorted(header[:100] for header in server.headers - listed)


def _command(server: ConfiguredServer, lookup: Lookup) -> Iterator[Finding]:
    """Copilot CLI compares commands as well, in a way that is not public."""
    known: list[tuple[str, ...]] = []
    for method in methods_of(lookup.server):
        try:
            known += commands_of(method)
        except NoCommandError:
            return  # it has values of the user's, so that no command is the one
    if known and server.identity.command not in known:
        message = "is started by another command than the registry lists, which Copilot CLI may block"
        fix = f"Start it as its page shows: {' '.join(known[0])}"
        yield Finding("command-differs", Level.WARNING, message, fix, server.shown_name)
