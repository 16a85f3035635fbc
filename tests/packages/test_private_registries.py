"""Commands of packages that are in a company's registry: they fetch from there, or there are none."""

from typing import Any

import pytest
from mcp_static.packages.configurations import command_words, placeholder
from mcp_static.packages.methods import Method, methods_of
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.pages.install_snippets import Listing, snippets_of
from mcp_static.pages.server_view import method_views

NPM = "https://artifactory.corp.example/api/npm/npm-local"
PYPI = "https://artifactory.corp.example/api/pypi/pypi-local"
NUGET = "https://nuget.corp.example/v3/index.json"


def method(kind: str, named: str, base_url: str, **more: Any) -> Method:
    """The method of a package with this `registryBaseUrl`."""
    package = {"registryType": kind, "identifier": named, "version": "1.0.0",
               "registryBaseUrl": base_url, "transport": {"type": "stdio"}, **more}  # fmt: skip
    [found] = methods_of({"packages": [package]})
    return found


def command(found: Method) -> str:
    """The command line of a method."""
    assert found.launch is not None, found.no_command
    return " ".join(command_words(found.launch, placeholder))


ARGUMENT = {"packageArguments": [{"type": "positional", "value": "serve"}]}


@pytest.mark.parametrize(
    ("kind", "identifier", "base_url", "more", "expected"),
    [
        ("npm", "@corp/tool", NPM, {}, f"npx -y --registry {NPM} @corp/tool@1.0.0"),
        ("npm", "@corp/tool", NPM, {"runtimeHint": "bunx"}, f"npx -y --registry {NPM} @corp/tool@1.0.0"),
        ("pypi", "tool", PYPI, ARGUMENT, f"uvx --default-index {PYPI}/simple tool@1.0.0 serve"),
        ("pypi", "tool", f"{PYPI}/simple/", {}, f"uvx --default-index {PYPI}/simple/ tool@1.0.0"),
        ("nuget", "Tool", NUGET, ARGUMENT, f"dnx Tool@1.0.0 --yes --source {NUGET} -- serve"),
        ("oci", "team/tool", "https://docker.corp.example", {}, "docker run -i --rm docker.corp.example/team/tool:1.0.0"),
        ("oci", "team/tool:2", "https://corp.example:5000/docker-local/", {}, "docker run -i --rm corp.example:5000/docker-local/team/tool:2"),
        ("oci", "docker.corp.example/team/tool:2", "docker.corp.example", {}, "docker run -i --rm docker.corp.example/team/tool:2"),
        ("oci", "team/tool:2", "https://docker.io", {}, "docker run -i --rm team/tool:2"),
        ("go", "corp.example/tool", "https://proxy.corp.example", {}, "go run corp.example/tool@1.0.0"),
    ],
)  # fmt: skip
def test_a_command_fetches_from_the_registry_that_the_record_names(
    kind: str, identifier: str, base_url: str, more: dict[str, Any], expected: str
) -> None:
    assert command(method(kind, identifier, base_url, **more)) == expected


def test_what_runs_once_before_fetches_from_there_too() -> None:
    found = method("cargo", "tool", "https://crates.corp.example")
    assert found.install_command == (
        "cargo install tool --version 1.0.0 --index sparse+https://crates.corp.example/index/"
    )
    launch = method("go", "corp.example/tool", "https://proxy.corp.example").launch
    assert launch is not None
    assert dict(launch.env) == {
        "GOPROXY": ("https://proxy.corp.example",), "GONOSUMDB": ("corp.example/tool",),
    }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in PACKAGE_TYPES if kind.registry])
def test_the_public_registry_is_implied(kind: Any) -> None:
    for address in (kind.registry.site.url, f"{kind.registry.site.url}/"):
        named, plain = method(kind.id, "tool", address), method(kind.id, "tool", "")
        assert (named.launch, named.install_command) == (plain.launch, plain.install_command)


def runtime(*words: str) -> dict[str, Any]:
    return {"runtimeArguments": [{"type": "positional", "value": word} for word in words]}


@pytest.mark.parametrize(
    "given",
    [runtime("--registry", f"{NPM}/"), runtime(f"--registry={NPM}"), {"runtimeArguments": [{"type": "named", "name": "--registry", "value": NPM}]}],
)  # fmt: skip
def test_an_author_who_names_the_registry_in_the_arguments_is_not_repeated(given: Any) -> None:
    assert command(method("npm", "@corp/tool", NPM, **given)).count("--registry") == 1


USERS = {"type": "named", "name": "--registry", "value": "{where}", "variables": {"where": {}}}
PUBLIC_PROXY = {"environmentVariables": [{"name": "GOPROXY", "value": "https://other.example"}]}


@pytest.mark.parametrize(
    ("kind", "base_url", "more", "reason"),
    [
        ("npm", NPM, runtime("--registry", "https://other.example"), "another registry"),
        ("npm", NPM, {"runtimeArguments": [USERS]}, "another registry"),
        ("pypi", PYPI, runtime("--index-url", "https://other.example/simple"), "another registry"),
        ("go", "https://proxy.corp.example", PUBLIC_PROXY, "another proxy"),
        ("npm", "https://user:secret@npm.corp.example", {}, "credentials"),
        ("npm", "--node-options=-r", {}, "not the address of a registry"),
        ("npm", "https://{tenant}.example", {}, "not the address of a registry"),
        ("npm", "https://npm.example/${env:HOME}", {}, "not the address of a registry"),
        ("nuget", "npm.corp.example", {}, "not the address of a registry"),
        ("cargo", "https://a b.example", {}, "not the address of a registry"),
        ("oci", "ghcr.io", {"identifier": "docker.io/a/tool:1"}, "another host"),
    ],
)
def test_there_is_no_command_where_the_runner_cannot_be_told(
    kind: str, base_url: str, more: dict[str, Any], reason: str
) -> None:
    transport = {"type": "streamable-http", "url": "http://localhost:3000"}
    for transported in ({}, {"transport": transport}):
        found = method(kind, "tool", base_url, **{**transported, **more})
        assert reason in found.no_command
        assert (found.launch, found.connection, found.install_command) == (None, None, "")
        assert snippets_of(Listing("com.corp/tool"), found) == ()
        [view] = method_views({"name": "com.corp/tool", "packages": [found.part]}, None)
        assert view.no_command == found.no_command
        assert view.start_command == ""


def test_every_snippet_of_a_private_package_names_its_registry() -> None:
    for kind, base_url in (("npm", NPM), ("pypi", PYPI), ("nuget", NUGET)):
        for snippet in snippets_of(Listing("com.corp/tool"), method(kind, "tool", base_url)):
            assert base_url in snippet.text, snippet
