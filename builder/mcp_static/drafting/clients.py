"""Configurations of clients in a project and its README: how the server is started, and with what.

Of variables, only the names are taken: their values are somebody's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt

from mcp_static.drafting.project import Project
from mcp_static.drafting.variables import is_variable_name
from mcp_static.model.errors import InputError, ManifestError
from mcp_static.model.jsonc import parse_jsonc
from mcp_static.model.reading import Part, part_of, text_of

_FILES: Final = (
    ".mcp.json",
    "mcp.json",
    ".vscode/mcp.json",
    ".cursor/mcp.json",
    ".codex-plugin/mcp.json",
    "gemini-extension.json",
)
_KEYS: Final = ("mcpServers", "servers", "context_servers")
_README_CHARACTERS: Final = 200_000
_BLOCK_CHARACTERS: Final = 20_000
_MAX_BLOCKS: Final = 100
_SUBCOMMANDS: Final = frozenset(
    {"mcp", "mcp-server", "mcp-serve", "mcp-stdio", "serve", "server", "start", "run", "stdio"}
)
_OWN_SOURCE: Final = re.compile(r"\.(?:m?js|ts|py)\Z|path/to/")
"""Words that start a server from its sources, in instructions for whoever has a copy of them."""


@dataclass(frozen=True, slots=True)
class ConfiguredServer:
    """A server in a configuration: its command, the names of its variables, its address."""

    words: tuple[str, ...]
    variables: tuple[str, ...]
    url: str | None = None


def configured_servers(
    project: Project, readme: str | None, names: Iterable[str]
) -> list[ConfiguredServer]:
    """The project's server, as configurations have it; `names` are those of its packages.

    Files of a repository often configure other people's servers, so only what uses one of the names
    counts; in a README, also what is started from its sources.
    """
    known = [name.casefold() for name in names if len(name) > 2]
    found = []
    for file in _FILES:
        try:
            text = project.text(file)
        except ManifestError:
            continue
        found += [one for one in _servers(text or "") if _has(one, known)]
    blocks = _blocks(readme or "")
    return [
        *found,
        *(
            one
            for block in blocks
            for one in _servers(block)
            if one.url or _has(one, known) or any(map(_OWN_SOURCE.search, one.words))
        ),
    ]


def subcommand_of(configured: Iterable[ConfiguredServer], names: Iterable[str]) -> str | None:
    """The word after the package or its program that makes a server of it, if all say the same.

    Only words that name no value are taken, since others may be somebody's.
    """
    known = {name.casefold() for name in names}
    found = set()
    for server in configured:
        for word, following in pairwise((*server.words, "")):
            bare = re.sub(r"(?<=.)(?:@|==).*", "", word).casefold()
            if bare in known:
                found.add(following if following in _SUBCOMMANDS else None)
                break
    return found.pop() if len(found) == 1 else None


def _has(server: ConfiguredServer, names: list[str]) -> bool:
    words = [word.casefold() for word in (*server.words, server.url or "")]
    return any(name in word for name in names for word in words)


def _blocks(readme: str) -> list[str]:
    """The fenced code of a README that could be a configuration."""
    tokens = MarkdownIt().parse(readme[:_README_CHARACTERS])
    fences = [token.content for token in tokens if token.type == "fence"]
    return [text for text in fences if '"' in text and "{" in text][:_MAX_BLOCKS]


def _servers(text: str) -> Iterator[ConfiguredServer]:
    document = _document(text)
    for servers in _maps_of_servers(document):
        for config in servers.values():
            if isinstance(config, dict) and (server := _server(config)):
                yield server


def _document(text: str) -> Part:
    """The object of a configuration; one whose outer braces are left out is read as well."""
    for candidate in (text, f"{{{text}}}"):
        try:
            document = parse_jsonc(candidate[:_BLOCK_CHARACTERS].encode(), "")
        except InputError:
            continue
        if isinstance(document, dict):
            return document
    return {}


def _maps_of_servers(document: Part) -> Iterator[Part]:
    yield from (part_of(document, key) for key in _KEYS)
    yield part_of(part_of(document, "mcp"), "servers")
    if not any(key in document for key in (*_KEYS, "mcp")):
        yield document


def _server(config: Part) -> ConfiguredServer | None:
    command = config.get("command")
    nested = command if isinstance(command, dict) else {}
    words = [
        *_texts(command),
        *_texts(nested.get("path")),
        *_texts(nested.get("args")),
        *_texts(config.get("args")),
    ]
    url = text_of(config, "url") or text_of(config, "serverUrl") or text_of(config, "httpUrl")
    if not words and not url:
        return None
    named = [
        *part_of(config, "env"),
        *part_of(config, "environment"),
        *part_of(nested, "env"),
        *_passed(words),
    ]
    return ConfiguredServer(tuple(words), tuple(dict.fromkeys(filter(is_variable_name, named))), url)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _passed(words: list[str]) -> Iterator[str]:
    """The variables that a command hands to a container (docker-run(1): `-e`, `--env`)."""
    for word, following in pairwise(words):
        if word in {"-e", "--env"}:
            yield following.partition("=")[0]
