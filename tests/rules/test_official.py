"""What the official registry refuses: facts of its code and its tests, and of the real entries it took.

Facts of github.com/modelcontextprotocol/registry: `internal/validators/validators_test.go`, the patterns of
`validators.go` and `utils.go`, `internal/validators/registries/*_test.go`; for addresses, what Go's
`net/url` parses (`url_test.go`).
"""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from mcp_static.cli import main
from mcp_static.packages import npm
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.official import OFFICIAL_RULES, address_problem, is_range
from mcp_static.rules.rule import Allowances, EmptyRegistry
from mcp_static.rules.run import findings_of, official_findings, read_record

from tests.registries import server_json
from tests.rules.breaches import NAME, PUBLISHER, STDIO, package, with_package, with_remote

ONE_DIGIT = "https://weather-tools.dev/100%"


class CompanyRegistry(EmptyRegistry):
    """A registry whose settings name a forge and package registries of its own."""

    allowed = Allowances(
        forges=(("gitlab", "git.corp.dev"),),
        package_registries=frozenset(
            {("npm", "https://npm.corp.dev"), ("oci", "https://images.corp.dev")}
        ),
    )


def official(document: dict[str, Any]) -> list[Finding]:
    """What is said of a document that this registry accepts."""
    record = read_record(json.dumps(document).encode())
    found = findings_of(record, CompanyRegistry())
    assert [finding for finding in found if finding.is_error] == []
    return list(official_findings(record, found))


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        # Of its tests.
        ("^1.2.3", True), (">=1.2.3", True), ("~1.2.3", True), ("1.x", True), ("1.*", True), (">= 1.2.3", True),
        ("1.2.3 - 2.0.0", True), ("1.2 || 1.3", True), ("1.2.3", False), ("1.2.3-alpha.1", False),
        ("2021.03.15", False), ("snapshot", False), ("snapshot - 2025.09", False),
        # Of its patterns: two or three numbers or wildcards, then a hyphen and anything, with an x somewhere.
        ("1.0.0-next.1", True), ("1.0.0-linux", True), ("v1.0-experimental", True), ("1.0.0-EXP", True),
        ("1.X.0", True), ("x.1", True), ("1.2.3 -2.0.0", True), ("=1.0.0", True), ("1.0.0-rc.1", False),
        ("1-next", False), ("1.2.3.4-next", False), ("1.0.0+linux", False), ("next", False), ("2.0.0-fix_1", False),
    ],
)  # fmt: skip
def test_its_idea_of_a_range(version: str, refused: bool) -> None:
    assert is_range(version) is refused


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://weather-tools.dev/a%20b", False), ("https://weather-tools.dev/100%", True),
        ("https://weather-tools.dev/%zz", True), ("https://weather-tools.dev/%2", True),
        ("https://weather-tools.dev/?q=100%", False), ("https://weather-tools.dev/#100%", True),
        ("https://weather-tools.dev:{port}/mcp", False), ("https://weather-tools.dev:{p}/mcp", False),
        ("https://weather-tools.dev:{p}", False), ("https://weather-tools.dev:{p}?a=b", True),
        ("https://weather-tools.dev:{port}?a=b", False), ("https://{a}.{b}.dev/{c}", False),
        ("{base}/mcp", True), ("{scheme}://weather-tools.dev/", False), ("HTTPS://weather-tools.dev/", False),
    ],
)  # fmt: skip
def test_addresses_that_go_does_not_read(url: str, refused: bool) -> None:
    assert (address_problem(url) is not None) is refused


def test_its_stand_in_for_a_scheme_is_not_encrypted() -> None:
    assert address_problem("{scheme}://weather-tools.dev/", is_remote=True)


SHA = "fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce"
BUNDLE = "https://github.com/alice/weather-mcp/releases/download/v1.0.0/weather.mcpb"
SERVED = {"type": "streamable-http", "url": "http://127.0.0.1:{port}/mcp"}
PORT = {"type": "named", "name": "--port", "default": "8080"}


def bundle(**more: Any) -> dict[str, Any]:
    return with_package(registryType="mcpb", identifier=BUNDLE, version=None, fileSha256=SHA, **more)


def image(identifier: str, **more: Any) -> dict[str, Any]:
    return with_package(registryType="oci", identifier=identifier, version=None, **more)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("official-schema", server_json(NAME, **{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-16/server.schema.json"}), "$schema"),
    ("official-name", server_json("io.github.alice/w"), "name"),
    ("official-version", server_json(NAME, "1.0.0-next.1"), "version"),
    ("official-version", with_package(version="1.0.0-linux"), "packages[0].version"),
    ("official-title", server_json(NAME, title=""), "title"),
    ("official-repository", server_json(NAME, repository={"url": "https://gitlab.com/alice/tools/weather", "source": "gitlab"}), "repository.url"),
    ("official-repository", server_json(NAME, repository={"url": "https://git.corp.dev/alice/weather", "source": "gitlab"}), "repository.url"),
    ("official-fields", server_json(NAME, status="active"), "status"),
    ("official-fields", server_json(NAME, _meta={"dev.weather-tools/x": {}}), '_meta["dev.weather-tools/x"]'),
    ("official-fields", with_package(postInstallInstructions=[{"description": "Start the daemon."}]), "packages[0].postInstallInstructions"),
    ("official-meta-size", server_json(NAME, _meta={PUBLISHER: {"a": "<" * 800}}), f'_meta["{PUBLISHER}"]'),
    ("official-variables", with_package(transport=SERVED, packageArguments=[PORT]), "packages[0].transport.url"),
    ("official-address", server_json(NAME, websiteUrl=ONE_DIGIT), "websiteUrl"),
    ("official-address", server_json(NAME, icons=[{"src": ONE_DIGIT}]), "icons[0].src"),
    ("official-package-fields", with_package(fileSha256=SHA), "packages[0].fileSha256"),
    ("official-package-fields", image("ghcr.io/alice/weather:1.0.0", fileSha256=SHA), "packages[0].fileSha256"),
    ("official-package-fields", bundle(registryBaseUrl="https://github.com"), "packages[0].registryBaseUrl"),
    ("official-package-registry", with_package(registryBaseUrl=f"{npm.REGISTRY.site.url}/"), "packages[0].registryBaseUrl"),
    ("official-package-registry", with_package(registryBaseUrl="https://npm.corp.dev"), "packages[0].registryBaseUrl"),
    ("official-image-host", image("images.corp.dev/weather:1.0.0"), "packages[0].identifier"),
    ("official-image-host", image("GHCR.io/alice/weather:1.0.0"), "packages[0].identifier"),
    ("official-go-module", server_json("dev.weather-tools/weather", packages=[package(registryType="go", identifier="weather-tools.dev/weather", version="v1.0.0")]), "packages[0].identifier"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "document", "path"), REFUSED)
def test_what_it_refuses_and_this_registry_accepts(
    rule: str, document: dict[str, Any], path: str
) -> None:
    (finding,) = official(document)
    assert (finding.id, finding.path, finding.level) == (rule, path, Level.WARNING)


def test_each_rule_has_its_example() -> None:
    assert {rule.id for rule in OFFICIAL_RULES} == {rule for rule, _, _ in REFUSED}


@pytest.mark.parametrize(
    "document",
    [
        server_json("com.example.api/server"),
        server_json("io.dots.and-dashes/server-name", "2025-06-18"),
        server_json(NAME, repository={"url": "https://www.github.com/owner/repo", "source": "github"}),
        server_json(NAME, repository={"url": "http://gitlab.com/owner/repo.js/", "source": "gitlab"}),
        server_json(NAME, repository={}, remotes=None),
        server_json(NAME, websiteUrl="https://weather-tools.dev/path/?q=hello%20world&r=100%"),
        with_package(transport=SERVED, packageArguments=[PORT | {"valueHint": "port"}]),
        with_package(transport=SERVED, environmentVariables=[{"name": "port"}]),
        with_package(registryBaseUrl=npm.REGISTRY.site.url),
        with_package(registryType="go", identifier="github.com/alice/weather", version="v1.0.0"),
        bundle(),
        bundle() | {"packages": [bundle()["packages"][0] | {"version": "1.0.0"}]},
        image("alice/weather:1.0.0"),
        image("quay.io/alice/weather:1.0.0"),
        with_remote(url="https://{region}.weather-tools.dev/{tenant}", variables={"region": {}, "tenant": {}}),
    ],
)  # fmt: skip
def test_what_it_takes(document: dict[str, Any]) -> None:
    assert official(document) == []


def test_what_is_in_error_here_is_not_said_twice() -> None:
    record = read_record(json.dumps(with_package(version="1.x")).encode())
    found = findings_of(record, EmptyRegistry())
    assert [finding.path for finding in found if finding.is_error] == ["packages[0].version"]
    assert list(official_findings(record, found)) == []


def test_a_file_that_is_no_json_is_not_looked_at() -> None:
    record = read_record(b"{")
    assert list(official_findings(record, findings_of(record))) == []


@pytest.mark.parametrize(("option", "count"), [([], 0), (["--official"], 1)])
def test_it_is_said_on_demand_and_keeps_nothing_out(option: list[str], count: int) -> None:
    document = json.dumps(server_json(NAME, "1.0.0-next.1", packages=[package(transport=STDIO)]))
    result = CliRunner().invoke(main, ["validate", "-", *option], input=document)
    assert result.exit_code == 0
    assert result.output.count("official-version") == count
