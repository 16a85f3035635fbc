"""`mcp-static doctor`, in front of a registry on loopback: what each client would say, and why."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mcp_static.cli import main

from tests.conftest import build_registry
from tests.importing.doubles import page, registry_double
from tests.registries import Registry
from tests.servers import Served, serve_in_background

WEATHER, TICKETS, GONE = "com.example/weather", "com.example/tickets", "com.example/gone"
REMOTE = "https://tickets.example.com/mcp"
SECRET = "s3cret-value"


def npm(version: str) -> dict[str, Any]:
    return {"registryType": "npm", "identifier": "weather", "version": version, "transport": {"type": "stdio"}}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with policies: a local server, a remote one, and what was withdrawn."""
    folder = tmp_path_factory.mktemp("doctor")
    registry = Registry(folder / "registry.git")
    registry.commit({"registry.toml": 'url = "https://mcp.example.com"\n[policies]\n'})
    for version in ("0.9.0", "1.0.0", "1.1.0"):
        registry.publish(WEATHER, version, packages=[npm(version)])
    headers = [
        {"name": "X-Team", "value": "a"},
        {"name": "X-Key", "isRequired": True, "isSecret": True},
    ]
    remote = {"type": "streamable-http", "url": REMOTE, "headers": headers}
    registry.publish(TICKETS, "2.0.0", remotes=[remote])
    registry.publish(GONE, "1.0.0", remotes=[{"type": "sse", "url": "https://gone.example.com/sse"}])
    registry.set_status(WEATHER, "0.9.0", "deleted")
    registry.set_status(GONE, "1.0.0", "deleted")
    build_registry(registry, folder / "dist")
    with serve_in_background(folder / "dist") as served:
        yield served


Doctor = Callable[..., dict[str, Any]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, on Linux, with a project as the current folder."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CODEX_HOME", "COPILOT_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["doctor", *arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


def configure(home: Path, path: str, servers: dict[str, Any], key: str = "mcpServers") -> None:
    file = home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({key: servers}))


def judged(*arguments: str) -> tuple[int, list[tuple[str, str]]]:
    """The exit code, and the id and the server of each finding."""
    code, output = run(*arguments, "--format", "json")
    sections = json.loads(output)["sections"]
    return code, [(one["id"], one["path"]) for section in sections for one in section["findings"]]


LOCAL = {"command": "npx", "args": ["-y", "weather@1.1.0"]}
FROM_GALLERY = {"gallery": "https://mcp.example.com", "version": "1.1.0"}


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ({WEATHER: {**LOCAL, **FROM_GALLERY}}, ["registry", "policy"]),
        ({TICKETS: {"url": REMOTE, **FROM_GALLERY, "version": "2.0.0"}}, ["registry", "policy"]),
        ({"weather": {**LOCAL, **FROM_GALLERY}}, ["name-differs", "policy"]),
        ({"tickets": {"url": f"{REMOTE}/", **FROM_GALLERY}}, ["name-differs", "remote-differs"]),
        ({WEATHER: LOCAL}, ["gallery-missing", "policy"]),
        ({TICKETS: {"url": REMOTE.upper(), "gallery": True}}, ["remote-differs", "policy"]),
        ({TICKETS: {"url": f"{REMOTE}/other", "gallery": True}}, ["remote-differs", "remote-differs"]),
        ({WEATHER: {**LOCAL, "args": ["weather"], "gallery": True}}, ["registry", "command-differs"]),
        ({WEATHER: {"command": "node", "args": ["a.js"], "gallery": True}}, ["registry", "command-differs"]),
        ({WEATHER: {**LOCAL, "args": ["-y", "weather@0.8.0"], **FROM_GALLERY, "version": "0.8.0"}},
         ["registry", "version-gone", "version-gone"]),
        ({WEATHER: {**LOCAL, "args": ["-y", "weather@0.9.0"], "gallery": True}}, ["registry", "policy-denied"]),
        ({GONE: {"url": "https://gone.example.com/sse", "gallery": True}}, ["not-listed", "policy-denied"]),
        ({"mine": {"command": "node", "args": ["a.js"]}}, ["not-listed", "not-listed"]),
        ({"mine": {"command": "node", "args": ["${env:HOME}/a.js"]}}, ["not-listed", "has-variable"]),
    ],
)  # fmt: skip
def test_vs_code_compares_names_where_it_came_from_and_addresses(
    served: Served, home: Path, server: dict[str, Any], found: list[str]
) -> None:
    configure(home, ".config/Code/User/mcp.json", server, "servers")
    code, findings = judged("--client", "vs-code", "--registry", served.url)
    assert findings == [(one, next(iter(server))) for one in found]
    passed = {"registry", "policy"}
    assert code == (0 if set(found) <= passed else 1)


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ({TICKETS: {"url": REMOTE, "headers": {"x-team": "a", "X-Key": SECRET}}}, ["registry", "policy"]),
        ({TICKETS: {"url": REMOTE, "headers": {"Authorization": SECRET}}}, ["extra-headers", "policy"]),
        ({TICKETS: {"url": f"{REMOTE}?a={SECRET}"}}, ["remote-differs", "remote-differs"]),
        ({WEATHER: {**LOCAL, "args": [*LOCAL["args"], SECRET], "env": {"KEY": SECRET}}},
         ["registry", "command-differs", "command-differs"]),
        ({"weather": {**LOCAL, "type": "local"}}, ["name-differs", "policy"]),
    ],
)  # fmt: skip
def test_copilot_cli_compares_headers_too_and_no_secret_is_shown(
    served: Served, home: Path, server: dict[str, Any], found: list[str]
) -> None:
    configure(home, ".copilot/mcp-config.json", server)
    arguments = ("--client", "copilot-cli", "--registry", f"{served.url}/v0.1/")
    _, findings = judged(*arguments)
    assert findings == [(one, next(iter(server))) for one in found]
    for style in ("text", "json"):
        assert SECRET not in run(*arguments, "--format", style)[1]


def test_every_client_is_asked_for_what_it_compares(served: Served, home: Path) -> None:
    remote, local = {"url": REMOTE}, LOCAL
    configure(
        home, ".config/github-copilot/intellij/mcp.json", {TICKETS: {"url": f"{REMOTE}x"}}, "servers"
    )
    configure(home, "project/.mcp.json", {"weather": local})
    configure(
        home, ".gemini/settings.json", {TICKETS: {"httpUrl": REMOTE}, "tickets": remote, WEATHER: local}
    )
    configure(
        home,
        "project/.kiro/settings/mcp.json",
        {"com.example_weather": {"type": "registry"}, "w": local},
    )
    configure(home, ".cursor/mcp.json", {"anything": local})
    (home / ".codex").mkdir()
    (home / ".codex/config.toml").write_text("[mcp_servers.weather]\ncommand = 'npx'\n")
    code, output = run("--registry", served.url, "--format", "json")
    found = {
        section["title"].partition(":")[0]: [(one["id"], one["path"]) for one in section["findings"]]
        for section in json.loads(output)["sections"]
    }
    assert code == 1
    assert found == {
        "JetBrains": [("registry", TICKETS), ("remote-differs", TICKETS), ("remote-differs", TICKETS)],
        "VS Code": [("name-differs", "weather"), ("policy", "weather")],
        "Copilot CLI": [("name-differs", "weather"), ("policy", "weather")],
        "Claude Code": [("policy", "weather")],
        "Gemini CLI": [("policy", TICKETS), ("name-differs", "tickets"), ("not-listed", WEATHER)],
        "Kiro": [("policy", "com.example_weather"), ("name-differs", "w")],
        "Cursor": [("allowed", "anything")],
        "Codex": [("allowed", "weather")],
    }  # fmt: skip


def test_policy_files_that_are_given_count_without_a_registry(home: Path) -> None:
    configure(home, ".claude.json", {"a": {"command": "npx", "args": ["x"]}, "b": {"url": "https://b.example.com/y"}})  # fmt: skip
    lists = {"allowedMcpServers": [{"serverUrl": "https://b.example.com"}, {"serverName": "a"}], "deniedMcpServers": [{"serverName": "c"}]}  # fmt: skip
    (home / "managed-settings.json").write_text(json.dumps(lists))
    (home / "copilot.json").write_text(json.dumps({"allowedMcpServers": []}))
    (home / "managed-mcp.json").write_text(json.dumps({"mcpServers": {}}))
    policies = ("--policy", str(home / "managed-settings.json"), "--policy", str(home / "copilot.json"))
    assert judged(*policies) == (0, [("policy", "a"), ("policy", "b")])
    _, findings = judged("--policy", str(home / "managed-mcp.json"))
    assert findings == [("fixed-set", "a"), ("fixed-set", "b")]
    configure(home, ".claude.json", {"c": {"command": "x"}})
    assert judged(*policies) == (1, [("policy-denied", "c")])


def test_names_count_for_nothing_in_claude_code_where_commands_are_listed(home: Path) -> None:
    configure(home, ".claude.json", {"a": {"command": "evil"}})
    lists = {"allowedMcpServers": [{"serverName": "a"}, {"serverCommand": ["npx", "x"]}]}
    (home / "lists.json").write_text(json.dumps(lists))
    assert judged("--policy", str(home / "lists.json")) == (1, [("not-listed", "a")])


def test_what_to_do_is_said_in_words(served: Served, home: Path) -> None:
    configure(
        home, ".config/Code/User/mcp.json", {"weather": {**LOCAL, "args": ["weather"]}}, "servers"
    )
    code, output = run("--registry", served.url)
    assert code == 1
    assert "✗ VS Code: " in output
    assert f"Rename it to {WEATHER}." in output
    assert "Start it as its page shows: npx -y weather@1.1.0" in output
    assert output.endswith("0 servers allowed, 1 blocked.\n")


def test_a_file_is_read_for_the_client_that_is_said_or_known(served: Served, home: Path) -> None:
    configure(home, "x.json", {WEATHER: LOCAL})
    code, output = run("--registry", served.url, str(home / "x.json"))
    assert code == 2
    assert "--client" in output
    code, findings = judged("--registry", served.url, "--client", "copilot-cli", str(home / "x.json"))
    assert (code, findings) == (0, [("registry", WEATHER), ("policy", WEATHER)])


def test_damage_is_named_and_nothing_at_all_is_no_fault(served: Served, home: Path) -> None:
    assert run("--registry", served.url) == (0, "No configuration of a client was found.\n")
    configure(home, "project/.vscode/mcp.json", {}, "servers")
    (home / ".cursor").mkdir()
    (home / ".cursor/mcp.json").write_text("{ not json")
    code, output = run("--registry", served.url)
    assert code == 1
    assert "it has no servers" in output
    assert "mcp.json is not JSON, with or without comments (line 1)." in output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--registry", "mcp.example.com"), 2),
        (("--registry", "http://127.0.0.1:9"), 3),
        (("--policy", "no-policy.json"), 1),
    ],
)
def test_wrong_calls_and_silent_registries_have_their_exit_codes(
    home: Path, arguments: tuple[str, ...], code: int
) -> None:
    configure(home, ".copilot/mcp-config.json", {"a": LOCAL})
    (home / "project/no-policy.json").write_text("{}")
    assert run(*arguments)[0] == code


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"", "registry-answer"),
        (200, b"<html>log in</html>", "registry-answer"),
        (200, b"[]", "registry-answer"),
        (404, b"{}", "not-listed"),
        (200, b'{"server": {"version": 5, "remotes": {}, "packages": [5, {"registryType": []}]}}', "registry"),
        (200, b'{"server": {"packages": [{"registryType": "npm", "identifier": 5}], "remotes": [{}]}}', "registry"),
    ],
)  # fmt: skip
def test_what_is_neither_200_nor_404_blocks_everything(
    home: Path, status: int, body: bytes, kind: str
) -> None:
    configure(home, ".copilot/mcp-config.json", {"../a?b#c": {"command": "x"}})

    def answer(query: dict[str, str]) -> tuple[int, bytes]:
        return page([]) if "limit" in query else (status, body)

    with registry_double(answer) as (url, _):
        code, findings = judged("--registry", url, "--policy", str(_empty(home)))
    assert findings[0] == (kind, "../a?b#c")
    assert code == (0 if kind == "registry" else 1)


def test_a_registry_that_fails_as_a_whole_blocks_everything(home: Path) -> None:
    configure(home, ".copilot/mcp-config.json", {"a": LOCAL})
    with registry_double(lambda _: (500, b"")) as (url, _):
        code, findings = judged("--registry", url, "--policy", str(_empty(home)))
    assert (code, findings[0]) == (1, ("registry-answer", "a"))


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"<html>"), (200, b"<html>log in</html>"), (200, b'{"servers": 5}')]
)
def test_an_address_without_a_registry_condemns_no_server(home: Path, status: int, body: bytes) -> None:
    configure(home, ".copilot/mcp-config.json", {"a": LOCAL})
    with registry_double(lambda _: (status, body)) as (url, _):
        code, output = run("--registry", url)
    assert code == 3
    assert f"{url} is not a registry" in output


def _empty(home: Path) -> Path:
    """A policy file that allows everything."""
    file = home / "lists.json"
    file.write_text('{"deniedMcpServers": []}')
    return file
