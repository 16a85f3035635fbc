"""Every snippet and policy of a corpus, read as the client that it is for documents its format.

Real entries, where MCP_STATIC_CORPUS names a file of them; made-up ones otherwise. The formats are
those of the decision record about client policies.
"""

import base64
import gzip
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from mcp_static.packages.configurations import command_words, is_fixed, placeholder
from mcp_static.packages.methods import Method, methods_of
from mcp_static.packages.values import has_variable
from mcp_static.pages.install_snippets import Listing, Snippet, snippets_of
from mcp_static.policies.contents import ListedVersion, contents_of
from mcp_static.policies.matchers import Identity, Verdict, read_matchers, verdict
from mcp_static.policies.policies import POLICIES
from mcp_static.settings.policies import PolicySettings

STRINGS: Final = {"env", "headers", "http_headers"}
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_-]+")


def one_server(document: Any, key: str) -> tuple[str, dict[str, Any]]:
    [(name, config)] = document[key].items()
    assert set(document) <= {key, "inputs"}
    return name, config


def check(config: dict[str, Any], *, allowed: set[str], needed: set[str]) -> None:
    """Members as a client knows them, each of the right kind."""
    assert needed <= set(config) <= allowed, config
    for member, value in config.items():
        if member in {"args", "tools"}:
            assert all(isinstance(word, str) for word in value)
        elif member in STRINGS:
            assert all(isinstance(text, str) and text for pair in value.items() for text in pair)
        elif member == "requestInit":
            check(value, allowed={"headers"}, needed={"headers"})
        else:
            assert isinstance(value, str)
            assert value


LOCAL: Final = {"command", "args"}


def vs_code(snippet: Snippet, name: str) -> None:
    document = json.loads(snippet.text)
    found, config = one_server(document, "servers")
    assert found == name
    shape(config, typed={"stdio", "http", "sse"}, more={"gallery", "version"})
    ids = {given["id"] for given in document.get("inputs", [])}
    for given in document.get("inputs", []):
        assert given["type"] in {"promptString", "pickString"}
        assert given["description"]
    used = set(re.findall(r"\$\{input:([^}]*)\}", json.dumps(config, ensure_ascii=False)))
    assert used == ids
    link = json.loads(unquote(snippet.link.removeprefix("vscode:mcp/install?")))
    assert link.pop("name") == name
    assert link.pop("inputs", []) == document.get("inputs", [])
    assert link == config


def shape(
    config: dict[str, Any],
    *,
    typed: frozenset[str] | set[str] = frozenset(),
    more: frozenset[str] | set[str] = frozenset(),
) -> None:
    kind = {"type"} if typed else set()
    if "command" in config:
        check(config, allowed={*LOCAL, "env", *kind, *more}, needed={*LOCAL, *kind})
    else:
        check(config, allowed={"url", "headers", *kind, *more}, needed={"url", *kind})
    assert not typed or config["type"] in typed


def claude_desktop(snippet: Snippet, _: str) -> None:
    if snippet.text.startswith("{"):
        found, config = one_server(json.loads(snippet.text), "mcpServers")
        assert _SIMPLE.fullmatch(found)
        check(config, allowed={*LOCAL, "env"}, needed=LOCAL)
    else:
        assert urlsplit(snippet.text).scheme == "https"


def claude_code(snippet: Snippet, _: str) -> None:
    program, mcp, add, found, packed = shlex.split(snippet.text)
    assert (program, mcp, add) == ("claude", "mcp", "add-json")
    assert _SIMPLE.fullmatch(found)
    shape(json.loads(packed), typed={"stdio", "http", "sse"})


def cursor(snippet: Snippet, _: str) -> None:
    found, config = one_server(json.loads(snippet.text), "mcpServers")
    shape(config)
    query = parse_qs(urlsplit(snippet.link).query)
    assert query["name"] == [found]
    assert json.loads(base64.b64decode(query["config"][0])) == config


def copilot_cli(snippet: Snippet, name: str) -> None:
    found, config = one_server(json.loads(snippet.text), "mcpServers")
    assert found == name
    assert config["tools"] == ["*"]
    shape(config, typed={"local", "http", "sse"}, more={"tools"})


def jetbrains(snippet: Snippet, name: str) -> None:
    found, config = one_server(json.loads(snippet.text), "servers")
    assert found == name
    local = "command" in config
    check(config, allowed={*LOCAL, "env"} if local else {"url", "requestInit"}, needed=LOCAL if local else {"url"})  # fmt: skip


def gemini_cli(snippet: Snippet, name: str) -> None:
    found, config = one_server(json.loads(snippet.text), "mcpServers")
    assert found == name
    starts = [member for member in ("command", "url", "httpUrl") if member in config]
    assert len(starts) == 1
    check(config, allowed={*LOCAL, "env", "url", "httpUrl", "headers"}, needed=set(starts))


def codex(snippet: Snippet, _: str) -> None:
    [(found, config)] = tomllib.loads(snippet.text)["mcp_servers"].items()
    assert _SIMPLE.fullmatch(found)
    local = "command" in config
    check(config, allowed={*LOCAL, "env"} if local else {"url", "http_headers"}, needed=LOCAL if local else {"url"})  # fmt: skip


def shared(snippet: Snippet, name: str) -> None:
    found, config = one_server(json.loads(snippet.text), "mcpServers")
    assert found == name
    assert "${" not in snippet.text
    shape(config, typed={"stdio", "http"})


def other(snippet: Snippet, _: str) -> None:
    shape(one_server(json.loads(snippet.text), "mcpServers")[1], typed={"stdio", "http", "sse"})


def one_file(document: Any) -> None:
    """The list of Kiro and Amazon Q Developer, as strictly as the strictest of their clients."""
    assert list(document) == ["servers"]
    servers = [entry["server"] for entry in document["servers"]]
    assert len({server["name"] for server in servers}) == len(servers) > 0
    for server in servers:
        assert re.fullmatch(r"[a-zA-Z0-9._-]{3,200}", server["name"])
        assert 0 < len(server["description"]) <= 100 >= len(server.get("title", "-")) > 0
        assert ("packages" in server) is not ("remotes" in server)
        [way] = server.get("packages") or server["remotes"]
        if "remotes" in server:
            assert way["type"] in {"streamable-http", "sse"}
            assert all(header["name"] and header["value"] for header in way.get("headers", []))
            continue
        assert way["registryType"] in {"npm", "pypi"}
        assert way["transport"] == {"type": "stdio"}
        assert way["version"] == server["version"]
        for argument in [*way.get("runtimeArguments", []), *way.get("packageArguments", [])]:
            assert argument["type"] == "positional"
            assert argument["value"]
        for variable in way.get("environmentVariables", []):
            assert variable["name"]
            assert variable["value"] == variable["default"] != ""


READERS: Final[dict[str, Callable[[Snippet, str], None]]] = {
    "VS Code": vs_code,
    "Claude Desktop": claude_desktop,
    "Claude Code": claude_code,
    "Cursor": cursor,
    "Copilot CLI": copilot_cli,
    "JetBrains": jetbrains,
    "Gemini CLI": gemini_cli,
    "Codex": codex,
    "Shared .mcp.json": shared,
    "Other clients": other,
}


@lru_cache(maxsize=1)
def versions_of(file: Path) -> tuple[ListedVersion, ...]:
    """All entries of a corpus as a registry lists them; every tenth as if it were deleted."""
    found = []
    with gzip.open(file) as stream:
        for number, line in enumerate(stream):
            server = json.loads(line)["server"]
            is_public = number % 10 > 0
            found.append(ListedVersion(server["name"], server["version"], is_public, is_public, server))
    return tuple(found)


def all_methods(file: Path) -> Iterator[tuple[ListedVersion, Method]]:
    for version in versions_of(file):
        for method in methods_of(version.document):
            yield version, method


def test_every_snippet_is_in_its_clients_format(corpus_file: Path) -> None:
    seen = set()
    for version, method in all_methods(corpus_file):
        listing = Listing(version.name, version.version, "https://mcp.example.com")
        for snippet in snippets_of(listing, method):
            READERS[snippet.client](snippet, version.name)
            seen.add(snippet.client)
    assert seen == set(READERS)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_every_policy_is_in_its_clients_format(corpus_file: Path, policy: Any) -> None:
    body = policy.render(contents_of(versions_of(corpus_file)), PolicySettings())
    document = json.loads(body)
    if policy.id == "kiro":
        one_file(document)
        return
    if "mcpServers" in document:
        assert list(document) == ["mcpServers"]
        for name, config in document["mcpServers"].items():
            if policy.id == "gemini-cli":
                assert name.count("/") == 1
                assert set(config) == {"url", "type"}
                assert config["type"] in {"http", "sse"}
            else:
                assert _SIMPLE.fullmatch(name)
                shape(config, typed={"stdio", "http", "sse"})
        return
    for kind in ("allowed", "denied"):
        entries = document[f"{kind}McpServers"]
        matchers = read_matchers(entries)
        assert matchers is not None
        assert len(matchers) == len(entries) == len({json.dumps(entry) for entry in entries})


@pytest.mark.parametrize("policy", [one for one in POLICIES if one.id in {"copilot", "claude-code"}], ids=lambda policy: policy.id)  # fmt: skip
def test_what_every_page_shows_passes_every_policy(corpus_file: Path, policy: Any) -> None:
    document = json.loads(policy.render(contents_of(versions_of(corpus_file)), PolicySettings()))
    allowed, denied = (read_matchers(document[f"{kind}McpServers"]) for kind in ("allowed", "denied"))
    commands = {matcher.command for matcher in allowed or () if matcher.command}
    barred = {matcher.command for matcher in denied or () if matcher.command}
    urls = [matcher for matcher in allowed or () if matcher.url]
    checked = 0
    for version, method in all_methods(corpus_file):
        launch, connection = method.launch, method.connection
        if connection is None and launch is not None and is_fixed(launch):
            if any(map(has_variable, launch.args)):
                continue
            command = tuple(command_words(launch, placeholder))
            if version.is_public:
                assert command in commands
                assert command not in barred
            else:
                assert (command in barred) is (command not in commands)
        elif connection is not None and version.is_public and all(isinstance(p, str) for p in connection.url):  # fmt: skip
            server = Identity(version.name, url="".join(map(str, connection.url)))
            if policy.id == "copilot":  # Claude Code takes a host without a path for all of its paths
                assert (
                    verdict(urls, [one for one in denied or () if one.url], server) is Verdict.ALLOWED
                )
        checked += 1
    assert checked
