"""Every snippet and policy of a corpus, read as the client that it is for documents its format.

Real entries, where MCP_STATIC_CORPUS names a file of them; made-up ones otherwise, and in any case a few
that are hard. The formats are those of the decision record about client policies.
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
from mcp_static.packages.configurations import command_words, is_fixed, joined, placeholder
from mcp_static.packages.methods import Method, methods_of
from mcp_static.packages.shells import windows_command
from mcp_static.packages.values import has_variable
from mcp_static.pages.install_snippets import Listing, Snippet, snippets_of
from mcp_static.pages.server_view import method_views
from mcp_static.policies.contents import ListedVersion, contents_of
from mcp_static.policies.matchers import Identity, Verdict, read_matchers, verdict
from mcp_static.policies.policies import POLICIES
from mcp_static.settings.policies import PolicySettings

from tests.pages.odd_servers import ODD_SERVERS
from tests.pages.windows import words_of

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
    config = json.loads(packed)
    shape(config, typed={"stdio", "http", "sse"})
    if snippet.windows:
        assert claude_mcp_add(words_of(snippet.windows)[1]) == (found, on_windows(config))


def on_windows(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration with its command as one list, which cmd starts if it is a batch file."""
    if "command" not in config:
        return config
    command = [config["command"], *config["args"]]
    starts = ["cmd", "/c"] if command[0] in {"npx", "dnx"} else []
    members = {member: value for member, value in config.items() if member != "args"}
    return {**members, "command": [*starts, *command]}


def claude_mcp_add(words: list[str]) -> tuple[str, dict[str, Any]]:
    """What `claude mcp add` makes of its words: options first, each with all that follows up to the next."""
    assert words[:3] == ["claude", "mcp", "add"]
    end = words.index("--") if "--" in words else len(words)
    rest, command = words[3:end], words[end + 1 :]
    config: dict[str, Any] = {"command": command} if command else {}
    while rest[0].startswith("--"):
        option, value, *rest = rest
        if option == "--transport":
            config["type"] = value
        else:
            assert rest[0].startswith("--"), "it would be taken for a further value"
            member, mark = {"--env": ("env", "="), "--header": ("headers", ": ")}[option]
            key, _, text = value.partition(mark)
            config.setdefault(member, {})[key] = text
    name, *address = rest
    return name, config | dict(zip(["url"], address, strict=False))


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
    """All entries of a corpus as a registry lists them, and the hard ones; every tenth as if deleted."""
    found = []
    with gzip.open(file) as stream:
        servers = [*ODD_SERVERS, *(json.loads(line)["server"] for line in stream)]
    for number, server in enumerate(servers, 1):
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
            READERS[snippet.client](snippet, listing.whole_name(method))
            seen.add(snippet.client)
    assert seen == set(READERS)


def test_no_remote_overwrites_another_of_its_server_in_any_client(corpus_file: Path) -> None:
    several = 0
    for version in versions_of(corpus_file):
        listing = Listing(version.name)
        connected = [one for one in methods_of(version.document) if "registryType" not in one.part]
        for name_of in (listing.whole_name, listing.short_name):
            assert len({name_of(one) for one in connected}) == len(connected)
        several += len(connected) > 1
    assert several


def test_no_command_starts_its_runner_twice(corpus_file: Path) -> None:
    started = 0
    for _, method in all_methods(corpus_file):
        if method.launch is None:
            continue
        words = [joined(word, placeholder) for word in method.launch.args]
        kind, started = method.part["registryType"], started + 1
        if kind == "oci":
            assert words[0] == "run"
            assert not {"run", "true", "false", method.launch.command} & set(before_image(words))
            assert words.count("--rm") + words.count("-i") <= 2
        elif kind == "npm":
            assert words.count("-y") + words.count("--yes") == 1
    assert started


def before_image(words: list[str]) -> list[str]:
    """The words of `docker run` up to the image; each option whose value follows has one."""
    return words[1 : next((n for n, word in enumerate(words) if "/" in word and ":" in word), None)]


def test_every_line_for_a_terminal_has_the_words_of_its_command(corpus_file: Path) -> None:
    """Those by which a server is started before it is connected to; on Windows, where there is one."""
    lines = 0
    for version in versions_of(corpus_file):
        views = method_views(version.document, None)
        for view, method in zip(views, methods_of(version.document), strict=True):
            if not view.start_command or method.launch is None:
                continue
            command = command_words(method.launch, placeholder)
            environment = {name: joined(value, placeholder) for name, value in method.launch.env}
            variables = [f"{name}={value}" for name, value in environment.items()]
            assert shlex.split(view.start_command) == [*variables, *command]
            if view.start_on_windows:
                assert words_of(view.start_on_windows) == (environment, command)
            lines += 1
    assert lines


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
                on_windows = windows_command(command)
                assert policy.id == "copilot" or on_windows in {None, *commands}
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
