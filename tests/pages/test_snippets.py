"""Install snippets, for every type of package and transport, in the clients' documented formats."""

import base64
import json
import shlex
import tomllib
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from mcp_static.packages.configurations import client_name
from mcp_static.packages.methods import Method, methods_of
from mcp_static.pages.install_snippets import Listing, Snippet, snippets_of
from mcp_static.pages.server_view import method_views

NAME = "io.github.alice/weather"
STDIO = {"type": "stdio"}
CLIENTS = ["VS Code", "Claude Desktop", "Claude Code", "Cursor", "Copilot CLI", "JetBrains",
           "Gemini CLI", "Codex", "Shared .mcp.json", "Other clients"]  # fmt: skip


def package(kind: str, identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "registryType": kind,
        "identifier": identifier,
        "version": "1.2.3",
        "transport": STDIO,
        **more,
    }


def method(server: dict[str, Any]) -> Method:
    [found] = methods_of(server)
    return found


def words(server: dict[str, Any]) -> list[str]:
    launch = method(server).launch
    assert launch is not None
    args = ["".join(p if isinstance(p, str) else f"<{p.id}>" for p in word) for word in launch.args]
    return [launch.command, *args]


ARGUMENTS = package(
    "npm",
    "weather",
    runtimeArguments=[{"type": "named", "name": "--node-options", "value": "-r {module}", "variables": {"module": {"description": "A module."}}}],
    packageArguments=[
        {"type": "positional", "valueHint": "folder", "isRequired": True, "description": "Where."},
        {"type": "positional", "value": "fixed {braces}"},
        {"type": "positional", "valueHint": "optional"},
        {"type": "named", "name": "--port", "default": "8080"},
        {"type": "named", "name": "--verbose", "isRequired": True, "value": ""},
        {"type": "named", "name": "--maybe", "description": "Only if you like."},
    ],
    environmentVariables=[
        {"name": "API_KEY", "isRequired": True, "isSecret": True, "description": "Your key."},
        {"name": "LEAKED", "value": "sk-123", "isSecret": True},
        {"name": "TOKEN", "value": "Bearer {token}", "variables": {"token": {"isSecret": True, "default": "sk-456"}}},
        {"name": "UNITS", "value": "{units}", "variables": {"units": {"choices": ["metric", "imperial"], "default": "metric"}}},
        {"name": "REGION", "default": "eu"},
        {"name": "UNUSED", "description": "Optional."},
    ],
)  # fmt: skip


def test_arguments_and_variables_become_what_the_user_needs_and_no_more() -> None:
    given = {"packages": [ARGUMENTS]}
    assert words(given) == [
        "npx", "-y", "--node-options", "-r <module>", "weather@1.2.3", "<folder>", "fixed {braces}", "--port", "8080",
        "--verbose", "<verbose>",
    ]  # fmt: skip
    launch = method(given).launch
    assert launch is not None
    assert [name for name, _ in launch.env] == ["API_KEY", "LEAKED", "TOKEN", "UNITS", "REGION"]
    ids = [given.id for given in method(given).inputs]
    assert ids == ["module", "folder", "verbose", "API_KEY", "LEAKED", "token", "units"]


def by_client(server: dict[str, Any]) -> dict[str, Snippet]:
    return {snippet.client: snippet for snippet in snippets_of(Listing(NAME), method(server))}


def test_secrets_are_placeholders_in_every_client() -> None:
    found = by_client({"packages": [ARGUMENTS]})
    assert list(found) == CLIENTS
    for snippet in found.values():
        assert "sk-" not in unquote(snippet.text + snippet.link)
    assert (
        "sk-"
        not in base64.b64decode(parse_qs(urlsplit(found["Cursor"].link).query)["config"][0]).decode()
    )
    document = json.loads(found["VS Code"].text)
    server = document["servers"][NAME]
    assert server["type"] == "stdio"
    assert server["env"]["API_KEY"] == "${input:io.github.alice/weather-API_KEY}"
    assert server["env"]["TOKEN"] == "Bearer ${input:io.github.alice/weather-token}"
    inputs = {given["id"]: given for given in document["inputs"]}
    assert inputs[f"{NAME}-API_KEY"] == {
        "id": f"{NAME}-API_KEY", "type": "promptString", "description": "Your key.", "password": True,
    }  # fmt: skip
    assert inputs[f"{NAME}-units"]["type"] == "pickString"
    assert inputs[f"{NAME}-units"]["options"] == ["metric", "imperial"]
    desktop = json.loads(found["Claude Desktop"].text)["mcpServers"]["weather"]
    assert desktop["env"]["API_KEY"] == "<API_KEY>"
    assert desktop["env"]["UNITS"] == "metric"
    assert "type" not in desktop


def test_install_links_carry_the_same() -> None:
    found = by_client({"packages": [ARGUMENTS]})
    link = found["VS Code"].link
    assert link.startswith("vscode:mcp/install?")
    asked = json.loads(unquote(link.partition("?")[2]))
    assert asked.pop("name") == NAME
    document = json.loads(found["VS Code"].text)
    assert asked == {**document["servers"][NAME], "inputs": document["inputs"]}
    cursor = parse_qs(urlsplit(found["Cursor"].link).query)
    assert cursor["name"] == ["weather"]
    config = json.loads(base64.b64decode(cursor["config"][0]))
    assert config == json.loads(found["Cursor"].text)["mcpServers"]["weather"]


def test_a_command_line_is_quoted_whatever_an_author_writes() -> None:
    evil = package(
        "npm", "weather", packageArguments=[{"type": "positional", "value": "'; rm -rf ~ #$(x)`y`"}]
    )
    text = by_client({"packages": [evil]})["Claude Code"].text
    command = shlex.split(text)
    assert command[:4] == ["claude", "mcp", "add-json", "weather"]
    assert json.loads(command[4])["args"][-1] == "'; rm -rf ~ #$(x)`y`"


@pytest.mark.parametrize(("kind", "written"), [("streamable-http", "http"), ("sse", "sse")])
def test_remotes_are_reached_by_address(kind: str, written: str) -> None:
    remote = {
        "type": kind,
        "url": "https://{tenant}.example.com/mcp",
        "variables": {"tenant": {"description": "Yours.", "isRequired": True}},
        "headers": [
            {"name": "Authorization", "isRequired": True, "isSecret": True},
            {"name": "X-Plain", "value": "1"},
        ],
    }
    found = by_client({"remotes": [remote]})
    without = {"Claude Desktop", *(("Codex", "Shared .mcp.json") if kind == "sse" else ())}
    assert list(found) == [client for client in CLIENTS if client not in without]
    server = json.loads(found["VS Code"].text)["servers"][NAME]
    assert server == {
        "type": written,
        "url": "https://${input:io.github.alice/weather-tenant}.example.com/mcp",
        "headers": {"Authorization": "${input:io.github.alice/weather-Authorization}", "X-Plain": "1"},
    }
    plain = json.loads(found["Other clients"].text)["mcpServers"]["weather"]
    assert plain["url"] == "https://<tenant>.example.com/mcp"
    assert plain["headers"]["Authorization"] == "<Authorization>"


def test_a_package_with_an_address_is_started_first_and_then_reached() -> None:
    given = package("npm", "weather", transport={"type": "streamable-http", "url": "http://localhost:{port}/mcp",
                    "variables": {"port": {"default": "3000"}}})  # fmt: skip
    assert by_client({"packages": [given]}).keys() == {*CLIENTS} - {"Claude Desktop"}
    assert plain({"packages": [given]}) == {"type": "http", "url": "http://localhost:3000/mcp"}
    [view] = method_views({"name": "a/weather", "packages": [given]}, None)
    assert view.start_command == "npx -y weather@1.2.3"


def plain(server: dict[str, Any]) -> Any:
    return json.loads(by_client(server)["Other clients"].text)["mcpServers"]["weather"]


STARTED = package(
    "npm",
    "weather",
    transport={"type": "streamable-http", "url": "http://{host}:{port}/{path}/{other}"},
    packageArguments=[
        {"type": "named", "name": "--listen", "value": "{host}", "valueHint": "host",
         "variables": {"host": {"default": "127.0.0.1"}}},
        {"type": "named", "name": "--port", "default": "8089"},
        {"type": "named", "name": "--log", "value": "{log}", "default": "info"},
    ],
    environmentVariables=[
        {"name": "MODE", "value": "it's http"},
        {"name": "KEY", "isRequired": True, "isSecret": True},
        {"name": "path"},
    ],
)  # fmt: skip


def test_the_address_of_a_package_has_what_its_settings_say() -> None:
    given = {"name": "a/weather", "packages": [STARTED]}
    assert plain(given)["url"] == "http://127.0.0.1:8089/<path>/{other}"
    [view] = method_views(given, None)
    assert view.start_command == (
        "MODE='it'\"'\"'s http' KEY='<KEY>' "
        "npx -y weather@1.2.3 --listen 127.0.0.1 --port 8089 --log info"
    )
    assert view.has_placeholders
    asked = json.loads(by_client(given)["VS Code"].text)["inputs"]
    assert [one["id"] for one in asked] == [f"{NAME}-path"]  # what is started is not asked for


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"value": "Bearer {api_key}", "isSecret": True}, "Bearer <api_key>"),
        ({"value": "Bearer {api_key}"}, "Bearer <api_key>"),
        ({"value": "Bearer sk-1", "isSecret": True}, "<Authorization>"),
        ({"value": '{"a": 1}'}, '{"a": 1}'),
    ],
)
def test_a_header_is_a_form_to_fill_in(value: dict[str, Any], written: str) -> None:
    remote = {
        "type": "sse",
        "url": "https://a.example",
        "headers": [{"name": "Authorization", **value}],
    }
    server = {"name": "a/weather", "remotes": [remote]}
    assert plain(server)["headers"] == {"Authorization": written}
    inputs = json.loads(by_client(server)["VS Code"].text).get("inputs", [])
    assert all(one["password"] for one in inputs)
    assert len(inputs) == written.count("<")
    [view] = method_views(server, None)
    shown = "Bearer {api_key}" if "{api_key}" in value["value"] else ""
    assert [option.value for option in view.options] == [shown] * bool(inputs)


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("", "$AWS_SECRET"),
        ("", "${env:AWS_SECRET}"),
        ("", "${AWS_SECRET:-}"),
        ("?key=$AWS_SECRET", "1"),
    ],
)
def test_no_snippet_sends_a_variable_of_the_users_environment(url: str, value: str) -> None:
    headers = [{"name": "X-Key", "value": value}]
    server = {"remotes": [{"type": "sse", "url": f"https://a.example/{url}", "headers": headers}]}
    assert by_client(server) == {}
    assert "environment" in method(server).no_command


def test_whole_names_stand_where_policies_compare_names() -> None:
    found = by_client({"packages": [package("npm", "weather")]})
    named = {
        "VS Code": NAME, "Copilot CLI": NAME, "JetBrains": NAME, "Gemini CLI": NAME, "Shared .mcp.json": NAME,
        "Claude Desktop": "weather", "Cursor": "weather", "Other clients": "weather",
    }  # fmt: skip
    for client, name in named.items():
        document = json.loads(found[client].text)
        servers = document.get("servers") or document["mcpServers"]
        assert list(servers) == [name], client
    assert list(tomllib.loads(found["Codex"].text)["mcp_servers"]) == ["weather"]
    assert shlex.split(found["Claude Code"].text)[3] == "weather"


def test_vs_code_is_told_the_registry_that_it_looks_names_up_in() -> None:
    server = {"packages": [package("npm", "weather")]}
    listing = Listing(NAME, "1.0.0", "https://mcp.example.com")
    [vs_code] = [one for one in snippets_of(listing, method(server)) if one.client == "VS Code"]
    config = json.loads(vs_code.text)["servers"][NAME]
    assert (config["gallery"], config["version"]) == ("https://mcp.example.com", "1.0.0")
    assert "gallery" not in json.loads(by_client(server)["VS Code"].text)["servers"][NAME]


def test_remotes_in_the_words_of_each_client() -> None:
    headers = [{"name": "Authorization", "isRequired": True, "isSecret": True}]
    url = "https://a.example/mcp"
    found = by_client({"remotes": [{"type": "streamable-http", "url": url, "headers": headers}]})
    key = {"Authorization": "<Authorization>"}
    expected: dict[str, dict[str, Any]] = {
        "Gemini CLI": {"httpUrl": url, "headers": key},
        "JetBrains": {"url": url, "requestInit": {"headers": key}},
        "Copilot CLI": {"type": "http", "url": url, "headers": key, "tools": ["*"]},
        "Shared .mcp.json": {"type": "http", "url": url, "headers": key},
    }
    for client, config in expected.items():
        document = json.loads(found[client].text)
        [given] = (document.get("servers") or document["mcpServers"]).values()
        assert given == config, client
    codex = tomllib.loads(found["Codex"].text)["mcp_servers"]["weather"]
    assert codex == {"url": url, "http_headers": key}
    events = by_client({"remotes": [{"type": "sse", "url": "https://a.example/sse"}]})
    assert json.loads(events["Gemini CLI"].text)["mcpServers"][NAME] == {"url": "https://a.example/sse"}


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ({"url": "https://a.example/mcp"}, True),
        ({"url": "https://a.example/mcp", "headers": [{"name": "X", "value": "1"}]}, False),
        ({"url": "http://localhost:8080/mcp"}, False),
        ({"url": "https://10.0.0.1/mcp"}, False),
    ],
)
def test_claude_desktop_reaches_remotes_by_connectors(remote: dict[str, Any], *, shown: bool) -> None:
    found = by_client({"remotes": [{"type": "streamable-http", **remote}]})
    assert ("Claude Desktop" in found) is shown
    if shown:
        assert found["Claude Desktop"].text == remote["url"]
        assert "Connectors" in found["Claude Desktop"].where


def positional(*values: str) -> list[dict[str, Any]]:
    return [{"type": "positional", "value": value} for value in values]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            package("oci", "docker.io/a/w:1", version=None, runtimeArguments=[
                *positional("run"), {"type": "named", "name": "--rm"},
                {"type": "named", "name": "-e", "description": "Sets a variable."}, *positional("KEY", "a/w")],
                environmentVariables=[{"name": "KEY", "isRequired": True}, {"name": "MORE", "value": "1"}]),
            "docker run -i -e MORE --rm -e KEY docker.io/a/w:1",
        ),
        (
            package("oci", "ghcr.io/a/w:1", version=None, runtimeArguments=positional("run", "-v", "/tmp:/tmp")),
            "docker run -i --rm -v /tmp:/tmp ghcr.io/a/w:1",
        ),
        (
            package("pypi", "weather", runtimeArguments=[{"type": "named", "name": "--from", "value": "weather"}, *positional("serve")]),
            "uvx --from weather@1.2.3 serve",
        ),
        (
            package("npm", "@a/weather", runtimeArguments=positional("-y", "@a/weather@beta", "serve")),
            "npx -y @a/weather@beta serve",
        ),
        (package("pypi", "weather", runtimeArguments=positional("weather[cli]==1")), "uvx weather[cli]==1"),
        (
            package("npm", "weather", packageArguments=[{"type": "named", "name": "--mcp"}, *positional("x")]),
            "npx -y weather@1.2.3 --mcp x",
        ),
    ],
)  # fmt: skip
def test_a_command_line_that_the_author_wrote_whole_is_not_said_twice(
    given: dict[str, Any], expected: str
) -> None:
    assert " ".join(words({"packages": [given]})) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("io.github.alice/weather", "weather"),
        ("com.infobip/mcp", "infobip-mcp"),
        ("com.cloudflare.mcp/mcp", "cloudflare-mcp"),
        ("com.acme/MCP-Server", "acme-MCP-Server"),
        ("com.monday/monday.com", "monday-com"),
        ("mcp/mcp", "mcp"),
        ("", "server"),
    ],
)
def test_a_server_is_called_in_clients_what_tells_it_apart(name: str, expected: str) -> None:
    assert client_name(name) == expected


def test_remotes_come_before_packages_and_nothing_is_nothing() -> None:
    server = {
        "remotes": [{"type": "sse", "url": "https://a.example/sse"}],
        "packages": [package("npm", "a")],
    }
    assert [method.title for method in methods_of(server)] == [
        "Remote, server-sent events",
        "npm package",
    ]
    assert methods_of({}) == methods_of({"packages": None, "remotes": ["x"]}) == ()


def test_what_no_schema_foresaw_breaks_nothing() -> None:
    odd = {"packages": [{"registryType": "zip", "identifier": 7}, {}, {"registryType": "npm", "identifier": "x", "environmentVariables": [{"name": 1, "value": 2}, 3]}],
           "remotes": [{}]}  # fmt: skip
    titles = [(found.title, len(snippets_of(Listing("x"), found))) for found in methods_of(odd)]
    assert titles == [("Remote, streamable HTTP", 9), ("zip", 0), ("Package", 0), ("npm package", 10)]
