"""Configurations of clients as they are found: comments, TOML, secrets, damage."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.doctor.clients import CLIENTS, Client
from mcp_static.doctor.configurations import (
    MAX_SERVERS,
    ConfiguredServer,
    read_configuration,
)
from mcp_static.model.errors import InputError
from mcp_static.model.jsonc import parse_jsonc
from mcp_static.packages.methods import methods_of
from mcp_static.pages.install_snippets import Listing, snippets_of

BY_ID = {client.id: client for client in CLIENTS}


def read(text: str | bytes, file: str = "mcp.json", key: str = "servers") -> list[ConfiguredServer]:
    content = text.encode() if isinstance(text, str) else text
    return read_configuration(content, file, key, "/work")


COMMENTED = """\ufeff// mine
{
  /* not "servers": { */
  "servers": {
    "a": { "url": "https://a.example.com//x", /* , */ },
    "b": { "command": "npx", "args": ["-y", "b,]", /*}*/ ], }, // }
  },
}
"""


def test_comments_and_last_commas_are_read_as_clients_read_them() -> None:
    one, other = read(COMMENTED)
    assert (one.name, one.identity.url) == ("a", "https://a.example.com//x")
    assert other.identity.command == ("npx", "-y", "b,]")


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_plain_json_is_itself(value: Any) -> None:
    assert parse_jsonc(json.dumps(value).encode(), "x") == value
    assert parse_jsonc(json.dumps(value, ensure_ascii=False, indent=1).encode(), "x") == value


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '"servers"', "{'servers': {}}", '{"servers": {} /*', "[" * 100_000, '{"a": 1,, }', b"\xff"],
)  # fmt: skip
def test_what_is_no_configuration_is_refused_without_being_quoted(text: str | bytes) -> None:
    with pytest.raises(InputError, match=r"^mcp.json is not") as refused:
        read(text)
    assert len(refused.value.message) < 100


@pytest.mark.parametrize("piece", ["/*", '"\\', ",  ", "//", '"', "/*\n*", '\\\n"', "[", "a."])
@pytest.mark.parametrize("file", ["mcp.json", "config.toml"])
def test_hostile_files_take_linear_time(piece: str, file: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError):
        read(piece * 200_000 + "!", file)
    assert time.perf_counter() - started < 3


def test_a_file_of_too_many_servers_is_refused() -> None:
    servers = {f"s{n}": {"command": "x"} for n in range(MAX_SERVERS + 1)}
    with pytest.raises(InputError, match="more than 1,000"):
        read(json.dumps({"servers": servers}))


@pytest.mark.parametrize("value", [None, [], "x", {"a": 5, "b": [], "c": None}, {"": {}}])
def test_entries_of_other_shapes_harm_no_one(value: Any) -> None:
    document = {"servers": value, "projects": [], "mcpServers": value}
    assert [server.identity.command for server in read(json.dumps(document))] in ([], [()])


def test_the_type_says_whether_a_server_is_reached_or_started() -> None:
    both = {"url": "https://evil.example/mcp", "command": "npx", "args": ["-y", "listed@1.0.0"]}
    kinds = {
        "http": "https://evil.example/mcp",
        "sse": "https://evil.example/mcp",
        "stdio": "",
        "x": "",
    }
    servers = {kind: {**both, "type": kind} for kind in kinds}
    for server in read(json.dumps({"servers": servers})):
        assert server.identity.url == kinds[server.name]
        assert bool(server.identity.command) is not bool(server.identity.url)


def test_values_of_variables_and_headers_are_not_kept() -> None:
    config = {
        "url": "https://a.example.com",
        "env": {"A": "s3cret"},
        "headers": {"Authorization": "s3cret"},
        "requestInit": {"headers": {"X-Key": "s3cret"}},
    }
    [server] = read(json.dumps({"servers": {"a": config}}))
    assert server.headers == {"authorization", "x-key"}
    assert "s3cret" not in repr(server)


def test_claude_code_keeps_servers_for_each_project_in_one_file() -> None:
    document = {
        "mcpServers": {"everywhere": {"command": "a"}},
        "projects": {
            "/work": {"mcpServers": {"here": {"command": "b"}}},
            "/other": {"mcpServers": {"elsewhere": {"command": "c"}}},
        },
    }
    found = read(json.dumps(document), "/home/a/.claude.json", "mcpServers")
    assert [server.name for server in found] == ["everywhere", "here"]


def test_a_file_of_a_projects_root_may_leave_the_outer_member_out() -> None:
    inner = {"a": {"command": "x"}}
    for document in (inner, {"mcpServers": inner}):
        assert [one.name for one in read(json.dumps(document), "/work/.mcp.json", "servers")] == ["a"]


SERVER = {
    "name": "com.example/weather",
    "packages": [{"registryType": "npm", "identifier": "weather", "version": "1.0.0", "transport": {"type": "stdio"}}],
    "remotes": [{"type": "streamable-http", "url": "https://mcp.example.com/mcp", "headers": [{"name": "X-Key", "isRequired": True}]}],
}  # fmt: skip


@pytest.mark.parametrize("client", [one for one in CLIENTS if one.id not in {"kiro", "claude-code"}], ids=lambda client: client.id)  # fmt: skip
def test_what_a_page_says_to_paste_is_read_back(client: Client) -> None:
    file = "config.toml" if client.id == "codex" else "mcp.json"
    found = set()
    for method in methods_of(SERVER):
        for snippet in snippets_of(Listing("com.example/weather", "1.0.0", "https://r.example.com"), method):  # fmt: skip
            if snippet.client == client.title and not snippet.text.startswith("https:"):
                [server] = read(snippet.text, file, client.key)
                found.add((server.identity.url, server.identity.command))
                if server.identity.url:
                    assert server.headers == {"x-key"}
    commands = {("", ("npx", "-y", "weather@1.0.0"))}
    remotes = {("https://mcp.example.com/mcp", ())}
    assert found in ({*commands, *remotes}, commands)


def test_places_follow_the_platform_and_the_variables_that_move_them() -> None:
    home, folder = Path("/home/a"), Path("/work")

    def paths(client: str, platform: str, **environment: str) -> list[str]:
        places = BY_ID[client].places
        found = (place.path(platform, home, folder, environment) for place in places)
        return [path.as_posix() for path in found if path is not None]

    assert paths("vs-code", "linux")[:2] == ["/home/a/.config/Code/User/mcp.json", "/work/.vscode/mcp.json"]  # fmt: skip
    assert paths("vs-code", "darwin")[0] == "/home/a/Library/Application Support/Code/User/mcp.json"
    assert paths("vs-code", "win32", APPDATA="C:/R")[0] == "C:/R/Code/User/mcp.json"
    assert paths("claude-desktop", "win32") == []
    assert paths("codex", "linux", CODEX_HOME="/c")[0] == "/c/config.toml"
    assert paths("copilot-cli", "win32")[0] == "/home/a/.copilot/mcp-config.json"


@pytest.mark.parametrize(
    ("file", "clients"),
    [
        (".vscode/mcp.json", ["vs-code"]),
        ("Code/User/mcp.json", ["vs-code"]),
        (".mcp.json", ["vs-code", "claude-code", "copilot-cli"]),
        ("x/claude_desktop_config.json", ["claude-desktop"]),
        (".cursor/mcp.json", ["cursor"]),
        (".kiro/settings/mcp.json", ["kiro"]),
        (".codex/config.toml", ["codex"]),
        ("x/config.toml", []),
        ("mcp.json", []),
    ],
)
def test_a_file_is_known_by_its_name(file: str, clients: list[str]) -> None:
    assert [client.id for client in CLIENTS if client.has(Path("/a") / file)] == clients
