"""Records that were written to make a policy say more, or less, than the registry lists."""

import json
import subprocess
from itertools import pairwise
from typing import Any

import pytest
from mcp_static.doctor.policy_files import read_policy
from mcp_static.packages.npm import REGISTRY
from mcp_static.policies.addresses import MAX_PATTERNS, MAX_WILDCARDS
from mcp_static.policies.claude_code import CLAUDE_CODE
from mcp_static.policies.contents import ListedVersion, contents_of
from mcp_static.policies.copilot import COPILOT
from mcp_static.policies.matchers import Verdict
from mcp_static.policies.policy import Policy
from mcp_static.settings.policies import PolicySettings

from tests.policies.test_policies import LISTS, listed, npm, reached, remote, rendered


def reason(version: ListedVersion) -> str:
    """Why nothing of a version is listed."""
    contents = contents_of([version])
    [left] = contents.left_out
    for policy in (COPILOT, CLAUDE_CODE):
        assert json.loads(policy.render(contents, PolicySettings()) or b"")["allowedMcpServers"] == []
    return left.reason


def free(*names: str) -> dict[str, Any]:
    return {name: {} for name in names}


@pytest.mark.parametrize("between", ["-", "x", "/"])
def test_an_address_of_many_values_is_left_out_as_clients_would_search_for_ever(between: str) -> None:
    names = "abcdefgh"
    url = f"https://a.example.com/{between.join(f'{{{name}}}' for name in names)}"
    assert f"more than {MAX_WILDCARDS}" in reason(listed(remotes=[remote(url, variables=free(*names))]))


def test_values_side_by_side_are_one_wildcard() -> None:
    url, variables = "https://{a}{b}{c}{d}{e}{f}.example.com/{a}{b}", free(*"abcdef")
    document = rendered("copilot", [listed(remotes=[remote(url, variables=variables)])])
    assert document["allowedMcpServers"] == [{"serverUrl": "https://*.example.com/*"}]


@pytest.mark.integration
def test_the_longest_search_of_vs_code_is_short() -> None:
    """With its own expression for a `*` in a host, on the longest host that is all near misses."""
    pattern = "-".join(["[^/@\\\\?#]*"] * MAX_WILDCARDS)
    program = f"""
        const pattern = new RegExp('^https://{pattern}\\.example\\.com/mcp$', 'i');
        pattern.test('https://' + '-'.repeat(240) + '.example.org/mcp');
    """
    subprocess.run(["node", "-e", program], check=True, timeout=30)


def test_an_address_with_too_many_choices_is_left_out_as_a_whole() -> None:
    choices = [str(number) for number in range(MAX_PATTERNS + 1)]
    version = listed(
        remotes=[remote("https://{a}.example.com/", variables={"a": {"choices": choices}})]
    )
    assert f"more than {MAX_PATTERNS} ways" in reason(version)


@pytest.mark.parametrize("policy", LISTS)
def test_a_value_that_is_fixed_is_not_the_users(policy: str) -> None:
    variables = {"region": {"value": "eu"}}
    version = listed(remotes=[remote("https://{region}.example.com/mcp", variables=variables)])
    assert rendered(policy, [version])["allowedMcpServers"] == [
        {"serverUrl": "https://eu.example.com/mcp"}
    ]


@pytest.mark.parametrize("policy", [COPILOT, CLAUDE_CODE], ids=LISTS)
@pytest.mark.parametrize(
    ("deleted", "allowed", "url"),
    [
        ("https://eu.example.com/", "https://eu.example.com/mcp", "https://eu.example.com/mcp"),
        ("https://{a}.b.example.com/mcp", "https://x.{b}.example.com/mcp", "https://x.b.example.com/mcp"),
        ("https://a.example.com/{a}/x", "https://a.example.com/y/{b}", "https://a.example.com/y/x"),
        ("https://a.example.com/{a}x", "https://a.example.com/{a}", "https://a.example.com/x"),
    ],
)  # fmt: skip
def test_what_was_deleted_takes_nothing_with_it(
    policy: Policy, deleted: str, allowed: str, url: str
) -> None:
    variables = free("a", "b")
    versions = [
        listed(remotes=[remote(allowed, variables=variables)]),
        listed(version="0.9.0", public=False, remotes=[remote(deleted, variables=variables)]),
    ]
    body = policy.render(contents_of(versions), PolicySettings())
    assert body is not None
    assert read_policy(body, policy.path).judge(policy, reached(url)) is Verdict.ALLOWED


def test_patterns_that_never_meet_are_both_kept() -> None:
    versions = [
        listed(remotes=[remote("https://{a}.example.com/new/{b}", variables=free("a", "b"))]),
        listed(version="0.9.0", public=False,
               remotes=[remote("https://{a}.example.com/old/{b}", variables=free("a", "b"))]),
    ]  # fmt: skip
    denied = rendered("copilot", versions)["deniedMcpServers"]
    assert denied == [{"serverUrl": "https://*.example.com/old/*"}]


@pytest.mark.parametrize("word", ["a&calc", "a|calc", "%APPDATA%", 'a"&calc&"', "a^", ">x", "!x!"])
def test_nothing_is_given_to_cmd_that_it_would_carry_out(word: str) -> None:
    package = npm(packageArguments=[{"type": "positional", "value": word}])
    allowed = rendered("claude-code", [listed(packages=[package])])["allowedMcpServers"]
    assert allowed == [{"serverCommand": ["npx", "-y", "weather@1.0.0", word]}]


@pytest.mark.parametrize(
    "package",
    [
        npm("--package=evil"),
        npm("-y"),
        npm("evil/repository"),
        npm("github:evil/repository"),
        npm("./folder"),
        npm("https://evil.example/x.tgz"),
        npm(version="npm:evil@1.0.0"),
        npm(version="https://evil.example/x.tgz"),
        npm(version="evil/repository"),
        {"registryType": "pypi", "identifier": "git+https://evil.example/x", "version": "1.0.0"},
        {"registryType": "pypi", "identifier": "--from=evil", "version": "1.0.0"},
        {"registryType": "nuget", "identifier": "--source", "version": "1.0.0"},
        {"registryType": "oci", "identifier": "--privileged"},
        {"registryType": "go", "identifier": "-exec=evil", "version": "v1.0.0"},
    ],
)
def test_no_name_or_version_of_a_package_is_an_option_or_an_address(package: dict[str, Any]) -> None:
    assert "runners read" in reason(listed(packages=[package]))


def option(name: str, value: str) -> dict[str, Any]:
    return {"runtimeArguments": [{"type": "named", "name": name, "value": value}]}


EVIL = "https://registry.evil.example"
PYPI = {"registryType": "pypi", "identifier": "weather", "version": "1.0.0"}
NUGET = {"registryType": "nuget", "identifier": "Weather", "version": "1.0.0"}
CORP = {"registryBaseUrl": "https://pypi.corp.example"}


@pytest.mark.parametrize(
    "package",
    [
        npm(**option("--registry", EVIL)),
        npm(runtimeArguments=[{"type": "positional", "value": f"--registry={EVIL}"}]),
        PYPI | option("--default-index", EVIL),
        PYPI | option("--index-url", EVIL),
        PYPI | option("--index", EVIL),
        PYPI | option("--extra-index-url", EVIL),
        PYPI | CORP | option("--extra-index-url", EVIL),
        PYPI | CORP | option("--find-links", EVIL),
        NUGET | option("--source", EVIL),
        NUGET | option("--add-source", EVIL),
    ],
)
def test_a_package_that_was_proven_in_one_registry_is_fetched_from_no_other(
    package: dict[str, Any],
) -> None:
    assert "another registry" in reason(listed(packages=[package]))


@pytest.mark.parametrize("named", [{}, {"registryBaseUrl": REGISTRY.site.url}])
def test_the_registry_that_a_record_names_may_stand_in_its_arguments_too(named: dict[str, str]) -> None:
    package = npm(**named, **(option("--registry", REGISTRY.site.url) if named else {}))
    allowed = rendered("claude-code", [listed(packages=[package])])["allowedMcpServers"]
    words = ["--registry", REGISTRY.site.url] if named else []
    assert {"serverCommand": ["npx", "-y", *words, "weather@1.0.0"]} in allowed


def test_a_program_that_was_installed_before_is_left_out_as_any_of_its_name_would_pass() -> None:
    words = [{"type": "positional", "value": word} for word in ("-c", "evil")]
    crate = {"registryType": "cargo", "identifier": "bash", "version": "1.0.0", "packageArguments": words}  # fmt: skip
    assert "any program of that name" in reason(listed(packages=[crate]))


def test_no_server_of_a_fixed_set_reads_the_secret_of_another() -> None:
    def keyed(name: str, variable: str) -> ListedVersion:
        header = {"name": "Authorization", "value": f"Bearer {{{variable}}}", "variables": {variable: {"isSecret": True}}}  # fmt: skip
        return listed(name=name, remotes=[remote("https://mcp.example.com/mcp", headers=[header])])

    other = keyed("org.example/other", "key")
    for one, two in pairwise(
        [
            keyed("io.github.alice/foo", "bar_key"),
            keyed("io.github.alice-foo/bar", "key"),
            keyed("io.github.alice/foo", "BAR-KEY"),
        ]
    ):
        servers = rendered("claude-code-servers", [one, two, other])["mcpServers"]
        assert list(servers) == ["org-example-other"]
        assert len(rendered("claude-code-servers", [one, other])["mcpServers"]) == 2


def test_a_default_that_would_end_a_variable_is_left_out_of_a_fixed_set() -> None:
    variable = {"name": "CONFIG", "value": "{c}", "variables": {"c": {"default": '{"a":1}'}}}
    version = listed(packages=[npm(environmentVariables=[variable])])
    assert rendered("claude-code-servers", [version]) == {"mcpServers": {}}


def test_claude_code_tells_letters_of_a_path_apart() -> None:
    policy = read_policy(b'{"allowedMcpServers": [{"serverUrl": "https://A.example.com/mcp*"}]}', "x")
    for url, in_claude_code in (
        ("https://a.EXAMPLE.com/mcp?x", Verdict.ALLOWED),
        ("https://a.example.com/MCP", Verdict.NOT_ALLOWED),
    ):
        assert policy.judge(CLAUDE_CODE, reached(url)) is in_claude_code
        assert policy.judge(COPILOT, reached(url)) is Verdict.ALLOWED
    for url in ("https://a.example.com./mcp", "https://a.example.com.:443/mcp"):
        assert policy.judge(CLAUDE_CODE, reached(url)) is Verdict.ALLOWED, "it ignores the last dot"
