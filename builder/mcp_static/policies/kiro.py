"""The one file of servers that Kiro and Amazon Q Developer take as an organization's allowlist.

Form and meaning: kiro.dev/docs/cli/mcp/governance (with its JSON Schema) and
docs.aws.amazon.com/amazonq, `mcp-governance`; aws/language-servers, `mcpRegistryValidator.ts` and
`mcpServerConfigConverter.ts`; aws/amazon-q-developer-cli, `mcp_registry.rs` (all 2026). Names have no
slash and are unique; a server has one package or one remote; arguments are positional and have values;
the version of the server is the one that is started. One entry that breaks this, or an empty list, and
the whole file is refused. Clients of different age disagree in three places: only newer ones take
`oci`, so that there is none; some leave `runtimeArguments` out, among which may be the registry that a
package comes from; and a variable's value is called `value` or `default`, so that it is given twice.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, objects_in, text_of
from mcp_static.packages import npm, pypi
from mcp_static.packages.arguments import argument_words, settings_of
from mcp_static.packages.configurations import joined
from mcp_static.packages.launch import require_plain
from mcp_static.packages.methods import Connection, Method
from mcp_static.packages.values import Input, Value, fixed_text, has_variable
from mcp_static.policies.contents import Contents, LeftOut, ListedVersion
from mcp_static.policies.lists import layout
from mcp_static.policies.policy import Place, Policy
from mcp_static.settings.policies import PolicySettings

_PATH: Final = "policies/kiro-mcp-registry.json"
_ADDRESSES: Final = {"npm": npm.REGISTRY.private_address, "pypi": pypi.private_index}
"""Of the types that the file takes: the address of a private registry, as npx and uvx are given it."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{3,200}")
_LONGEST_TEXT: Final = 100
"""Characters of a title or a description."""
_SAID_ANYWAY: Final = frozenset({"-y", "--yes"})
"""What clients say to npx by themselves."""


def bare_name(name: str) -> str:
    """A whole name without its slash; `_` is in no namespace, so that no two names become one."""
    return name.replace("/", "_")


def _render(contents: Contents, _: PolicySettings) -> bytes | None:
    servers = [entry for entry, _ in _entries(contents) if entry is not None]
    return layout({"servers": servers}) if servers else None


def _left_out(contents: Contents) -> Iterable[LeftOut]:
    return [left for _, left in _entries(contents) if left is not None]


def _entries(contents: Contents) -> Iterator[tuple[dict[str, Any] | None, LeftOut | None]]:
    """The latest public version of each server, as an entry or with the reason why it is none."""
    for name, listed in sorted(contents.latest.items()):
        try:
            yield {"server": _server(listed.version, listed.methods)}, None
        except NoCommandError as error:
            yield None, LeftOut(name, listed.version.version, "", error.message, _PATH)


def _server(listed: ListedVersion, methods: tuple[Method, ...]) -> dict[str, Any]:
    name = bare_name(listed.name)
    if not _NAME.fullmatch(name):
        raise NoCommandError("its name is longer than the 200 characters of a name in the file")
    if len(methods) != 1:
        raise NoCommandError(f"it can be run in {len(methods)} ways, and the file takes exactly one")
    server = {
        "name": name,
        "description": _shortened(text_of(listed.document, "description") or name),
        "version": listed.version,
    }
    if title := text_of(listed.document, "title"):
        server["title"] = _shortened(title)
    [method] = methods
    return {**server, **_way(method, listed.version)}


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _way(method: Method, version: str) -> dict[str, Any]:
    """The one package or remote. Raises NoCommandError."""
    if method.no_command:
        raise NoCommandError(method.no_command)
    kind = text_of(method.part, "registryType")
    if kind is None and method.connection is not None:
        return {"remotes": [_remote(method.connection)]}
    if kind not in _ADDRESSES:
        raise NoCommandError(f"its package is of the type {kind}, and the file takes npm and PyPI")
    if method.connection is not None:
        raise NoCommandError("its package is started first and then connected to over HTTP")
    return {"packages": [_package(method.part, version)]}


def _remote(connection: Connection) -> dict[str, Any]:
    """A remote; headers that users fill in are theirs to add in their own configuration."""
    kind = "sse" if connection.kind == "sse" else "streamable-http"
    remote: dict[str, Any] = {"type": kind, "url": _text(connection.url, "address")}
    headers = [(name, fixed_text(value)) for name, value in connection.headers]
    if given := [{"name": name, "value": value} for name, value in headers if value]:
        remote["headers"] = given
    return remote


def _package(package: Part, version: str) -> dict[str, Any]:
    identifier = str(package.get("identifier", ""))
    require_plain(identifier, version)
    own_version = text_of(package, "version")
    if own_version not in {None, version}:
        raise NoCommandError(
            f"its package has the version {own_version}, and the version of the server is started"
        )
    written: dict[str, Any] = {"registryType": package["registryType"]}
    if private := _ADDRESSES[written["registryType"]](text_of(package, "registryBaseUrl") or ""):
        written["registryBaseUrl"] = private
    written |= {"identifier": identifier, "version": version, "transport": {"type": "stdio"}}
    if set(_words(package, "runtimeArguments")) - _SAID_ANYWAY:
        raise NoCommandError("it has runtimeArguments, which some of the clients leave out")
    lists = {
        "packageArguments": [_positional(word) for word in _words(package, "packageArguments")],
        "environmentVariables": list(_variables(package)),
    }
    return written | {key: value for key, value in lists.items() if value}


def _words(package: Part, key: str) -> list[str]:
    values = argument_words(package.get(key), settings_of(package))
    return [_text(value, "command line") for value in values]


def _positional(word: str) -> dict[str, str]:
    return {"type": "positional", "value": word}


def _variables(package: Part) -> Iterator[dict[str, str]]:
    """The variables with a value that is no secret; the others are the users' to add."""
    for variable in objects_in(package.get("environmentVariables")):
        name = text_of(variable, "name")
        value = text_of(variable, "value") or text_of(variable, "default")
        if name and value and not variable.get("isSecret") and not variable.get("variables"):
            yield {"name": name, "value": value, "default": value}


def _text(value: Value, where: str) -> str:
    if has_variable(value):
        raise NoCommandError(f"its {where} has a variable, which clients fill in differently")
    return joined(value, lambda given: _default(given, where))


def _default(given: Input, where: str) -> str:
    if given.default is None:
        raise NoCommandError(f"its {where} has a value that each user supplies, {given.id!r}")
    return given.default


KIRO: Final = Policy(
    id="kiro",
    title="Kiro and Amazon Q Developer",
    path=_PATH,
    enforces="Lets users start the latest version of the servers in this one file, and no others.",
    places=(Place("Kiro console", "Settings, MCP Registry URL: the address of the file, over https"),),
    notes=(
        "A name has an underscore in place of its slash, since names in the file have none.",
        (
            "One entry that a client does not know makes it refuse the whole file, so that servers "
            "with several packages or remotes, with other packages than npm's and PyPI's, or with a "
            "value to fill in on the command line or in the address are left out, each with its reason."
        ),
        "Variables and headers without a value, secrets among them, are added by users themselves.",
        "An empty list is refused as well, so that there is no file while no server fits.",
    ),
    render=_render,
    left_out=_left_out,
)
