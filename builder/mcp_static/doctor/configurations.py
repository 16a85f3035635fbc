"""Configurations of clients, read as the clients read them: JSON with comments and commas at the end
of lists, or TOML.

Values of variables and headers are secrets: only the names of headers are kept.
"""

from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.errors import InputError, ManifestError
from mcp_static.model.jsonc import parse_jsonc
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.packages.manifest import parse_toml
from mcp_static.policies.matchers import Identity

MAX_BYTES: Final = 32 << 20
"""The largest file that is read; Claude Code's also holds what was typed in each project."""
_LONGEST_NAME: Final = 200
_REMOTE_TYPES: Final = ("http", "sse", "streamable-http", "streamableHttp")
MAX_SERVERS: Final = 1_000
"""The most servers of a file, all of which a registry is asked for."""


@dataclass(frozen=True, slots=True)
class ConfiguredServer:
    """A server in a configuration: what clients compare of it.

    `headers` are names in lowercase; `gallery` and `version` are what VS Code writes when it installs
    a server from a registry.
    """

    identity: Identity
    headers: frozenset[str] = frozenset()
    gallery: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """Its name there."""
        return self.identity.name

    @property
    def shown_name(self) -> str:
        """Its name in messages."""
        return self.name[:_LONGEST_NAME] or '""'


def read_configuration(content: bytes, file: str, key: str, folder: str) -> list[ConfiguredServer]:
    """The servers of a configuration, those that Claude Code keeps for a project's folder included.

    `key` is the member with the servers; one of the root of a project may be left out, as VS Code and
    Copilot CLI accept it. Entries that are no objects are passed over, as clients do. Raises InputError
    for what is neither JSON nor TOML; the message never quotes the file.
    """
    document = _toml(content, file) if file.endswith(".toml") else parse_jsonc(content, file)
    if not isinstance(document, dict):
        raise InputError(f"{file} is not a JSON object.", "Correct it, or leave it out.")
    servers = {
        **_servers(document, key, file),
        **part_of(part_of(part_of(document, "projects"), folder), "mcpServers"),
    }
    if len(servers) > MAX_SERVERS:
        raise InputError(f"{file} has more than {MAX_SERVERS:,} servers.", "Check a part of them.")
    return [_server(name, value) for name, value in servers.items() if isinstance(value, dict)]


def _servers(document: Part, key: str, file: str) -> Part:
    if file.endswith(".mcp.json"):
        return part_of(document, "mcpServers") if "mcpServers" in document else document
    return part_of(document, key)


def _server(name: str, config: Part) -> ConfiguredServer:
    url = text_of(config, "httpUrl") or text_of(config, "url") or ""
    is_remote = bool(url) and config.get("type") in _REMOTE_TYPES  # whatever else it has
    command, words = text_of(config, "command") if not is_remote else None, config.get("args")
    arguments = words if isinstance(words, list) else []
    started = (command, *map(str, arguments)) if command else ()
    named = (
        *part_of(config, "headers"),
        *part_of(config, "http_headers"),
        *part_of(part_of(config, "requestInit"), "headers"),
    )
    return ConfiguredServer(
        Identity(name, url=url if not command else "", command=started),
        frozenset(header.lower() for header in named),
        _text(config.get("gallery")),
        text_of(config, "version") or "",
    )


def _text(gallery: object) -> str:
    """`gallery`: the registry's address, or, as older versions of VS Code wrote it, true."""
    if isinstance(gallery, str):
        return gallery
    return "true" if gallery is True else ""


def _toml(content: bytes, file: str) -> Any:
    try:
        return parse_toml(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8.", "Save it as UTF-8.") from None
    except ManifestError:
        raise InputError(f"{file} is not TOML.", "Correct it, or leave it out.") from None
