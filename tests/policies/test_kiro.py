"""The one file of Kiro and Amazon Q Developer: what fits it, and what is left out with its reason."""

import json
from typing import Any

import pytest
from mcp_static.packages import pypi
from mcp_static.packages.npm import REGISTRY as NPM
from mcp_static.policies.contents import contents_of
from mcp_static.policies.kiro import KIRO
from mcp_static.settings.policies import PolicySettings

from tests.policies.test_policies import listed, npm, remote

PYPI: dict[str, Any] = {"registryType": "pypi", "identifier": "docs-mcp", "version": "1.0.0", "transport": {"type": "stdio"}}  # fmt: skip


def entries(**parts: Any) -> list[dict[str, Any]]:
    """The servers in the file for one server with these parts."""
    body = KIRO.render(contents_of([listed(**parts)]), PolicySettings())
    return [] if body is None else [one["server"] for one in json.loads(body)["servers"]]


def test_a_server_with_one_package_or_one_remote_is_in_the_file_under_a_bare_name() -> None:
    variables = [
        {"name": "LOG_LEVEL", "default": "ERROR"},
        {"name": "REGION", "value": "eu"},
        {"name": "KEY", "isSecret": True, "default": "never"},
        {"name": "TOKEN", "isRequired": True},
    ]
    arguments = [
        {"type": "named", "name": "--port", "value": "80"},
        {"type": "positional", "value": "serve"},
    ]
    [server] = entries(
        title="Docs",
        description="d" * 300,
        packages=[{**PYPI, "environmentVariables": variables, "packageArguments": arguments}],
    )
    assert server == {
        "name": "com.example_weather",
        "title": "Docs",
        "description": "d" * 99 + "…",
        "version": "1.0.0",
        "packages": [
            {
                **PYPI,
                "packageArguments": [{"type": "positional", "value": word} for word in ("--port", "80", "serve")],
                "environmentVariables": [
                    {"name": "LOG_LEVEL", "value": "ERROR", "default": "ERROR"},
                    {"name": "REGION", "value": "eu", "default": "eu"},
                ],
            }
        ],
    }  # fmt: skip
    headers = [{"name": "X-Team", "value": "a"}, {"name": "Authorization", "isRequired": True}]
    [server] = entries(remotes=[remote("https://tickets.example.com/mcp", headers=headers)])
    assert server["remotes"] == [
        {
            "type": "streamable-http",
            "url": "https://tickets.example.com/mcp",
            "headers": [{"name": "X-Team", "value": "a"}],
        }
    ]


def test_what_clients_say_to_npx_themselves_is_not_said_twice_and_private_registries_are_kept() -> None:
    private = "https://npm.corp.example"
    words = [{"type": "positional", "value": "-y"}]
    [server] = entries(packages=[npm(runtimeArguments=words, registryBaseUrl=private)])
    assert "runtimeArguments" not in server["packages"][0]
    assert server["packages"][0]["registryBaseUrl"] == private


@pytest.mark.parametrize(
    ("package", "given", "written"),
    [
        (PYPI, f"https://{pypi.REGISTRY.site.host}", None),
        (PYPI, "https://pypi.corp.example", "https://pypi.corp.example/simple"),
        (PYPI, "https://pypi.corp.example/simple/", "https://pypi.corp.example/simple/"),
        (npm(), f"https://{NPM.site.host}", None),
        (npm(), "https://npm.corp.example", "https://npm.corp.example"),
    ],
)  # fmt: skip
def test_a_registry_is_written_as_its_runner_takes_it(
    package: dict[str, Any], given: str, written: str | None
) -> None:
    """UV_DEFAULT_INDEX is an index, which the address of a registry is not (`mcpRegistryConstants.ts`)."""
    [server] = entries(packages=[{**package, "registryBaseUrl": given}])
    assert server["packages"][0].get("registryBaseUrl") == written


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"packages": [npm()], "remotes": [remote("https://a.example.com/mcp")]}, "2 ways"),
        ({}, "0 ways"),
        ({"packages": [{"registryType": "oci", "identifier": "ghcr.io/a/b:1", "transport": {"type": "stdio"}}]}, "type oci"),
        ({"packages": [{"registryType": "mcpb", "identifier": "https://github.com/a/b.mcpb"}]}, "type mcpb"),
        ({"packages": [npm(version="0.9.0")]}, "version 0.9.0"),
        ({"packages": [npm(transport={"type": "sse", "url": "http://localhost:1/"})]}, "over HTTP"),
        ({"packages": [npm(packageArguments=[{"type": "positional", "valueHint": "dir", "isRequired": True}])]}, "'dir'"),
        ({"packages": [npm(packageArguments=[{"type": "positional", "value": "${HOME}"}])]}, "variable"),
        ({"packages": [npm(runtimeArguments=[{"type": "positional", "value": "weather@1.0.0"}])]}, "runtimeArguments"),
        ({"packages": [npm(runtimeArguments=[{"type": "named", "name": "--registry", "value": "https://npm.corp.example"}])]}, "runtimeArguments"),
        ({"version": "npm:evil@1.0.0", "packages": [npm(version="")]}, "only a number"),
        ({"remotes": [remote("https://{t}.example.com/mcp", variables={"t": {}})]}, "'t'"),
        ({"name": f"com.example/{'a' * 190}", "packages": [npm()]}, "200 characters"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_left_out_with_its_reason(parts: dict[str, Any], reason: str) -> None:
    assert entries(**parts) == []
    [left] = KIRO.left_out(contents_of([listed(**parts)]))
    assert reason in left.reason
    assert left.policy == KIRO.path


def test_names_that_look_alike_stay_apart_and_what_is_deleted_is_gone() -> None:
    names = ["com.example.a/b", "com.example/a.b", "com.example/a_b"]
    versions = [listed(name=name, packages=[npm()]) for name in names]
    body = KIRO.render(
        contents_of([*versions, listed(public=False, packages=[npm()])]), PolicySettings()
    )
    assert body is not None
    found = [entry["server"]["name"] for entry in json.loads(body)["servers"]]
    assert found == ["com.example.a_b", "com.example_a.b", "com.example_a_b"]
