"""What policies say of a registry's versions: each file replayed as its client would."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from mcp_static.policies.contents import ListedVersion, contents_of
from mcp_static.policies.matchers import Identity, Verdict, read_matchers, verdict
from mcp_static.policies.policies import POLICIES
from mcp_static.policies.policy import Policy
from mcp_static.settings.policies import PolicySettings

BY_ID = {policy.id: policy for policy in POLICIES}
LISTS = ("copilot", "claude-code")


def npm(identifier: str = "weather", version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return {"registryType": "npm", "identifier": identifier, "version": version, "transport": {"type": "stdio"}, **more}  # fmt: skip


def listed(
    *, name: str = "com.example/weather", version: str = "1.0.0", public: bool = True, **parts: Any
) -> ListedVersion:
    """A version with these packages and remotes."""
    document = {"name": name, "version": version, **parts}
    return ListedVersion(name, version, public, public, document)


def remote(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "streamable-http", "url": url, **more}


def rendered(policy: str, versions: Iterable[ListedVersion], *, allow_names: bool = False) -> Any:
    body = BY_ID[policy].render(contents_of(versions), PolicySettings(allow_names=allow_names))
    return None if body is None else json.loads(body)


def judged(document: Any, server: Identity) -> Verdict:
    """What a client of the lists says of a server."""
    allowed, denied = (read_matchers(document[f"{kind}McpServers"]) for kind in ("allowed", "denied"))
    return verdict(allowed, denied, server)


def started(*words: str) -> Identity:
    return Identity("anything", command=words)


def reached(url: str) -> Identity:
    return Identity("anything", url=url)


@pytest.mark.parametrize("policy", LISTS)
def test_what_the_page_shows_is_allowed_and_nothing_else(policy: str) -> None:
    argument = {"type": "named", "name": "--port", "value": "{port}", "variables": {"port": {"default": "80"}}}  # fmt: skip
    secret = {"name": "KEY", "isRequired": True, "isSecret": True}
    package = npm(packageArguments=[argument], environmentVariables=[secret])
    document = rendered(policy, [listed(packages=[package], remotes=[remote("https://mcp.example.com/mcp")])])  # fmt: skip
    assert judged(document, started("npx", "-y", "weather@1.0.0", "--port", "80")) is Verdict.ALLOWED
    assert judged(document, reached("https://mcp.example.com/mcp")) is Verdict.ALLOWED
    for other in (
        started("npx", "-y", "weather@1.0.0"),
        started("npx", "-y", "weather@1.0.1", "--port", "80"),
        started("npx", "-y", "weather@1.0.0", "--port", "80", "more"),
        reached("https://mcp.example.com/mcp/more"),
        reached("https://example.com/mcp"),
        Identity("com.example/weather", command=("npx", "evil")),
    ):
        assert judged(document, other) is Verdict.NOT_ALLOWED


def test_each_client_is_told_the_commands_that_it_writes_itself() -> None:
    versions = [listed(packages=[npm()])]
    vs_code, claude = ("npx", "weather@1.0.0"), ("cmd", "/c", "npx", "-y", "weather@1.0.0")
    copilot, claude_code = (rendered(policy, versions) for policy in LISTS)
    assert judged(copilot, started(*vs_code)) is Verdict.ALLOWED
    assert judged(copilot, started(*claude)) is Verdict.NOT_ALLOWED
    assert judged(claude_code, started(*claude)) is Verdict.ALLOWED
    assert judged(claude_code, started(*vs_code)) is Verdict.NOT_ALLOWED
    assert claude_code["allowManagedMcpServersOnly"] is True


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (npm(registryBaseUrl="https://npm.corp.example"), ["npx", "--registry", "https://npm.corp.example", "weather@1.0.0"]),
        ({"registryType": "pypi", "identifier": "weather", "version": "1.0.0"}, ["uvx", "weather@1.0.0"]),
        ({"registryType": "nuget", "identifier": "Weather", "version": "1.0.0",
          "packageArguments": [{"type": "positional", "value": "serve"}]}, ["dnx", "Weather@1.0.0", "--yes", "--", "serve"]),
        ({"registryType": "oci", "identifier": "ghcr.io/a/weather:1.0.0", "environmentVariables": [{"name": "KEY", "description": "A key."}]},
         ["docker", "run", "-i", "--rm", "-e", "KEY", "ghcr.io/a/weather:1.0.0"]),
        (npm(runtimeArguments=[{"type": "named", "name": "-y"}], packageArguments=[{"type": "positional", "valueHint": "serve"}]),
         ["npx", "-y", "weather@1.0.0", "serve"]),
    ],
)  # fmt: skip
def test_what_the_gallery_of_vs_code_installs_is_allowed(
    package: dict[str, Any], expected: list[str]
) -> None:
    document = rendered("copilot", [listed(packages=[package])])
    assert {"serverCommand": expected} in document["allowedMcpServers"]


@pytest.mark.parametrize(
    "argument",
    [
        {"type": "positional", "value": "run"},
        {"type": "named", "name": "--debug", "format": "boolean", "value": "true"},
        {"type": "named", "name": "--rm", "value": "true"},
    ],
)
def test_what_the_gallery_of_vs_code_would_start_another_image_with_is_not_allowed(
    argument: dict[str, Any],
) -> None:
    package = {"registryType": "oci", "identifier": "ghcr.io/a/w:1", "runtimeArguments": [argument]}
    document = rendered("copilot", [listed(packages=[package])])
    [entry] = document["allowedMcpServers"]
    command = entry["serverCommand"]
    assert command.count("run") == 1
    assert "true" not in command
    assert command[-1] == "ghcr.io/a/w:1"


def test_an_argument_whose_name_is_no_text_breaks_no_policy() -> None:
    argument = {"type": "named", "name": ["--rm"], "value": "true"}
    package = {"registryType": "oci", "identifier": "ghcr.io/a/w:1", "runtimeArguments": [argument]}
    assert rendered("copilot", [listed(packages=[package])])["allowedMcpServers"]


def test_a_batch_file_is_allowed_on_windows_unless_cmd_would_read_its_words_anew() -> None:
    def commands(kind: str, *values: str) -> list[list[str]]:
        arguments = [{"type": "positional", "value": value} for value in values]
        package = {**npm(), "registryType": kind, "packageArguments": arguments}
        document = rendered("claude-code", [listed(packages=[package])])
        return [entry["serverCommand"] for entry in document["allowedMcpServers"]]

    assert len(commands("npm", "serve")) == len(commands("nuget", "serve")) == 2
    assert commands("nuget")[0] == ["cmd", "/c", "dnx", "weather@1.0.0", "--yes"]
    assert commands("npm", "a&calc") == [["npx", "-y", "weather@1.0.0", "a&calc"]]
    assert commands("pypi", "a&b") == [["uvx", "weather@1.0.0", "a&b"]]


@pytest.mark.parametrize("policy", LISTS)
def test_a_private_package_is_not_allowed_from_the_public_registry(policy: str) -> None:
    private = npm("@corp/tool", registryBaseUrl="https://npm.corp.example")
    document = rendered(policy, [listed(packages=[private])])
    assert document["allowedMcpServers"]
    for entry in document["allowedMcpServers"]:
        assert entry["serverCommand"][-3:-1] == ["--registry", "https://npm.corp.example"]


@pytest.mark.parametrize("policy", LISTS)
def test_what_was_deleted_is_denied(policy: str) -> None:
    gone: dict[str, Any] = {
        "packages": [npm(version="0.9.0")],
        "remotes": [remote("https://old.example.com/mcp")],
    }
    versions = [listed(packages=[npm()]), listed(version="0.9.0", public=False, **gone)]
    document = rendered(policy, versions)
    assert judged(document, started("npx", "-y", "weather@0.9.0")) is Verdict.DENIED
    assert judged(document, reached("https://old.example.com/mcp")) is Verdict.DENIED
    assert judged(document, started("npx", "-y", "weather@1.0.0")) is Verdict.ALLOWED


@pytest.mark.parametrize("policy", LISTS)
@pytest.mark.parametrize(
    ("deleted", "allowed"),
    [
        ("https://eu.example.com/mcp", "https://eu.example.com/mcp"),
        ("https://eu.example.com/mcp", "https://{region}.example.com/mcp"),
        ("https://{region}.example.com/mcp", "https://eu.example.com/mcp"),
        ("https://{region}.example.com/mcp", "https://{tenant}.example.com/mcp"),
    ],
)
def test_a_denial_never_takes_what_another_version_allows(
    policy: str, deleted: str, allowed: str
) -> None:
    variables: dict[str, Any] = {"region": {}, "tenant": {}}
    document = rendered(
        policy,
        [
            listed(remotes=[remote(allowed, variables=variables)]),
            listed(version="0.9.0", public=False, remotes=[remote(deleted, variables=variables)]),
        ],
    )
    assert judged(document, reached("https://eu.example.com/mcp")) is Verdict.ALLOWED


def test_nobody_is_kept_from_their_own_machine_by_a_deleted_server() -> None:
    local = npm(transport=remote("http://localhost:3000/mcp"))
    document = rendered("copilot", [listed(public=False, packages=[local])])
    assert document["deniedMcpServers"] == [{"serverName": "com.example/weather"}]


def test_names_are_denied_when_a_server_is_gone_and_allowed_only_if_asked() -> None:
    there = listed(packages=[npm()])
    gone = [listed(name="com.example/gone", public=False), listed(version="0.1.0", public=False)]
    for allow_names in (False, True):
        document = rendered("copilot", [there, *gone], allow_names=allow_names)
        named = [entry["serverName"] for entry in document["allowedMcpServers"] if "serverName" in entry]  # fmt: skip
        assert named == (["com.example/weather"] if allow_names else [])
        assert document["deniedMcpServers"] == [{"serverName": "com.example/gone"}]
    claude = rendered("claude-code", [there, *gone])
    assert not [entry for entry in claude["deniedMcpServers"] if "serverName" in entry]


REQUIRED: dict[str, Any] = {
    "packageArguments": [{"type": "positional", "valueHint": "folder", "isRequired": True}]
}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"packages": [npm(**REQUIRED)]}, "'folder'"),
        ({"packages": [npm(packageArguments=[{"type": "positional", "value": "${HOME}"}])]}, "variable"),
        ({"packages": [npm(registryBaseUrl="https://a:b@npm.example")]}, "credentials"),
        ({"packages": [{"registryType": "mcpb", "identifier": "https://github.com/a/b/mcp.mcpb"}]}, "no command"),
        ({"packages": [{"registryType": "go", "identifier": "corp.example/x", "version": "v1.0.0", "registryBaseUrl": "https://proxy.corp.example"}]}, "environment"),
        ({"remotes": [remote("https://{host}/mcp", variables={"host": {}})]}, "the user's to fill in"),
        ({"remotes": [remote("https://x{host}.com/mcp", variables={"host": {}})]}, "the user's to fill in"),
        ({"remotes": [remote("https://{host}.co.uk/mcp", variables={"host": {}})]}, "the user's to fill in"),
        ({"remotes": [remote("https://mcp.example.com{rest}", variables={"rest": {}})]}, "the user's to fill in"),
        ({"remotes": [remote("https://mcp.example.com/*")]}, "patterns"),
        ({"remotes": [remote("https://mcp.example.com/{unknown}")]}, "patterns"),
        ({"remotes": [remote("ftp://mcp.example.com/")]}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_no_policy_can_say_is_named_with_its_reason(parts: dict[str, Any], reason: str) -> None:
    contents = contents_of([listed(**parts), listed(public=False, version="0.1.0", **parts)])
    [left] = contents.left_out
    assert (left.name, left.version) == ("com.example/weather", "1.0.0")
    assert reason in left.reason
    for policy in LISTS:
        document = json.loads(BY_ID[policy].render(contents, PolicySettings()) or b"")
        assert document["allowedMcpServers"] == document["deniedMcpServers"] == []


@pytest.mark.parametrize(
    ("url", "variables", "patterns"),
    [
        ("HTTPS://MCP.Example.com:443", {}, ["https://mcp.example.com/"]),
        ("https://mcp.example.com/a b?q=1#x", {}, ["https://mcp.example.com/a%20b?q=1"]),
        ("https://münchen.example/mcp", {}, ["https://xn--mnchen-3ya.example/mcp"]),
        ("https://mcp.example.com:{port}/mcp", {"port": {}}, ["https://mcp.example.com:*/mcp"]),
        ("https://{t}.example.com/{p}/mcp?k={k}", {"t": {}, "p": {}, "k": {}}, ["https://*.example.com/*/mcp?k=*"]),
        ("https://{r}.example.com/", {"r": {"choices": ["eu", "us"]}}, ["https://eu.example.com/", "https://us.example.com/"]),
        ("https://{r}.example.com/", {"r": {"default": "eu"}}, ["https://*.example.com/", "https://eu.example.com/"]),
    ],
)  # fmt: skip
def test_addresses_are_spelled_as_clients_fetch_them(
    url: str, variables: dict[str, Any], patterns: list[str]
) -> None:
    document = rendered("copilot", [listed(remotes=[remote(url, variables=variables)])])
    assert [entry["serverUrl"] for entry in document["allowedMcpServers"]] == sorted(patterns)


def test_claude_code_takes_a_host_without_a_path_as_it_may_be_written() -> None:
    document = rendered("claude-code", [listed(remotes=[remote("https://mcp.example.com")])])
    assert document["allowedMcpServers"] == [{"serverUrl": "https://mcp.example.com"}]


def test_gemini_lists_whole_names_and_never_an_empty_list() -> None:
    listing = [
        listed(remotes=[remote("https://{t}.example.com/mcp", variables={"t": {}}), {"type": "sse", "url": "https://b.example.com/sse"}]),
        listed(name="com.example/local", packages=[npm(transport=remote("http://localhost:1/mcp"))]),
    ]  # fmt: skip
    assert rendered("gemini-cli", listing) == {
        "mcpServers": {"com.example/weather": {"url": "https://b.example.com/sse", "type": "sse"}}
    }
    assert rendered("gemini-cli", listing[1:]) is None


def test_a_fixed_set_asks_nobody_and_holds_no_secret() -> None:
    secret = {"name": "API-KEY", "isRequired": True, "isSecret": True}
    region = {"name": "REGION", "value": "{region}", "variables": {"region": {"default": "eu"}}}
    versions = [
        listed(packages=[npm(environmentVariables=[secret, region])]),
        listed(name="org.example/weather", remotes=[remote("https://w.example.org/mcp", headers=[{"name": "X", "value": "$AWS_SECRET"}])]),
        listed(name="org.example/env", packages=[npm(environmentVariables=[{"name": "X", "value": "${AWS:-x}"}])]),
        listed(name="org.example/files", packages=[npm(**REQUIRED)], remotes=[remote("https://f.example.org/mcp")]),
        listed(name="org.example/old", public=False, packages=[npm()]),
    ]  # fmt: skip
    assert rendered("claude-code-servers", versions) == {
        "mcpServers": {
            "com-example-weather": {
                "type": "stdio",
                "command": "npx",
                "args": ["-y", "weather@1.0.0"],
                "env": {
                    "API-KEY": "${COM_EXAMPLE_WEATHER_API_KEY:-}",
                    "REGION": "${COM_EXAMPLE_WEATHER_REGION:-eu}",
                },
            },
            "org-example-files": {"type": "http", "url": "https://f.example.org/mcp"},
        }
    }


def test_no_name_in_a_fixed_set_passes_to_another_server() -> None:
    names = ["a.b/c-d", "a.b-c/d", "x.y/weather", "y.x/weather"]
    versions = [listed(name=name, packages=[npm(name.replace("/", "."))]) for name in names]
    servers = rendered("claude-code-servers", versions)["mcpServers"]
    assert list(servers) == ["x-y-weather", "y-x-weather"]
    alone = rendered("claude-code-servers", versions[3:])["mcpServers"]
    assert alone == {"y-x-weather": servers["y-x-weather"]}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_the_order_of_versions_changes_nothing_and_a_line_is_an_entry(policy: Policy) -> None:
    both = policy.id != "kiro"  # which takes servers with one of them alone
    versions = [
        listed(name=f"com.example/s{number % 7}", version=f"{number}.0.0", packages=[npm(f"p{number}")] * both,
               remotes=[remote(f"https://s{number}.example.com/<mcp>")], public=number % 3 > 0)
        for number in range(20)
    ]  # fmt: skip
    latest = {version.name: version for version in versions if version.is_public}
    versions = [
        ListedVersion(v.name, v.version, v.is_public, latest.get(v.name) is v, v.document)
        for v in versions
    ]
    body = policy.render(contents_of(versions), PolicySettings())
    assert body is not None
    assert policy.render(contents_of(reversed(versions)), PolicySettings()) == body
    assert b"<" not in body
    more = listed(
        name="com.example/s9", packages=[npm("new")] * both, remotes=[remote("https://n.example.com")]
    )
    after = policy.render(contents_of([*versions, more]), PolicySettings())
    assert after is not None
    assert len(set(after.splitlines()) ^ set(body.splitlines())) <= 5
    assert after.endswith(b"}\n")
