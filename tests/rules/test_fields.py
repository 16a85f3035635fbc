"""Fields that no schema knows: each is told with what its author meant."""

import json
from typing import Any

import pytest
from mcp_static.reports.findings import Finding
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, located, read_record

from tests.registries import server_json
from tests.rules.breaches import NAME, PUBLISHER, package, with_argument, with_package, with_remote


def errors_of(document: dict[str, Any]) -> list[Finding]:
    record = read_record(json.dumps(document).encode())
    return [finding for finding in findings_of(record, EmptyRegistry()) if finding.is_error]


def without(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


NEAREST: list[tuple[dict[str, Any], str, str]] = [
    (server_json(NAME, websiteURL="https://w.dev/"), "websiteURL", "websiteUrl"),
    (server_json(NAME, website_URL="https://w.dev/"), "website_URL", "websiteUrl"),
    (server_json(NAME, homepage="https://w.dev/"), "homepage", "websiteUrl"),
    (server_json(NAME, displayName="W"), "displayName", "title"),
    (server_json(NAME, icon="https://w.dev/i.png"), "icon", "icons"),
    (server_json(NAME, remote=[]), "remote", "remotes"),
    (server_json(NAME, repositry={}), "repositry", "repository"),
    (with_package(env=[]), "packages[0].env", "environmentVariables"),
    (with_package(environmentVariable=[]), "packages[0].environmentVariable", "environmentVariables"),
    (with_package(args=[]), "packages[0].args", "packageArguments"),
    (with_package(runtimeArgs=[]), "packages[0].runtimeArgs", "runtimeArguments"),
    (with_package(sha256="a"), "packages[0].sha256", "fileSha256"),
    (with_package(fileSHA256="a"), "packages[0].fileSHA256", "fileSha256"),
    (with_package(registryBaseURL="https://w.dev"), "packages[0].registryBaseURL", "registryBaseUrl"),
    (with_remote(header=[]), "remotes[0].header", "headers"),
    (
        with_argument(name="--a", required=True),
        "packages[0].packageArguments[0].required",
        "isRequired",
    ),
    (with_argument(name="--a", options=["b"]), "packages[0].packageArguments[0].options", "choices"),
    (with_argument(name="--a", hint="b"), "packages[0].packageArguments[0].hint", "valueHint"),
    (with_remote(variables={"a": {"secret": True}}), "remotes[0].variables.a.secret", "isSecret"),
]


@pytest.mark.parametrize(("document", "path", "meant"), NEAREST)
def test_the_nearest_known_name_is_named(document: dict[str, Any], path: str, meant: str) -> None:
    (finding,) = errors_of(document)
    assert (finding.id, finding.path) == ("unknown-field", path)
    assert f"`{meant}`" in finding.fix


@pytest.mark.parametrize(
    ("document", "path", "new"),
    [
        (
            with_package(registry_base_url="https://w.dev"),
            "packages[0].registry_base_url",
            "registryBaseUrl",
        ),
        (
            with_package(environment_variables=[]),
            "packages[0].environment_variables",
            "environmentVariables",
        ),
        (
            with_argument(name="--a", is_required=True),
            "packages[0].packageArguments[0].is_required",
            "isRequired",
        ),
    ],
)
def test_an_old_name_is_told_as_such(document: dict[str, Any], path: str, new: str) -> None:
    (finding,) = errors_of(document)
    assert (finding.id, finding.path) == ("renamed-field", path)
    assert new in finding.message


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (server_json(NAME, packages=[without(package(registry_type="npm"), "registryType")]), "packages[0].registry_type"),
        (server_json(NAME, packages=[without(package(image="w"), "identifier")]), "packages[0].image"),
        (
            server_json(NAME, remotes=[{"transportType": "sse", "url": "https://weather-tools.dev/sse"}]),
            "remotes[0].transportType",
        ),
        (
            server_json(NAME, remotes=[{"type": "sse", "endpoint": "https://weather-tools.dev/sse"}]),
            "remotes[0].endpoint",
        ),
    ],
)  # fmt: skip
def test_one_misspelt_field_is_one_problem(document: dict[str, Any], path: str) -> None:
    assert [finding.path for finding in errors_of(document)] == [path]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (server_json(NAME, registryType="npm"), "each of `packages`"),
        (server_json(NAME, identifier="weather"), "each of `packages`"),
        (server_json(NAME, headers=[]), "each of `remotes`"),
        (server_json(NAME, subfolder="a"), "`repository`"),
        (server_json(NAME, environment_variables=[]), "as `environmentVariables`"),
        (server_json(NAME, env={}), "as `environmentVariables`"),
    ],
)
def test_a_field_of_another_place_is_sent_there(document: dict[str, Any], place: str) -> None:
    (finding,) = errors_of(document)
    assert place in finding.message


def test_a_clients_configuration_is_recognised() -> None:
    (finding,) = errors_of(server_json(NAME, mcpServers={"weather": {"command": "npx"}}))
    assert "mcp.json" in finding.message
    (finding,) = errors_of(with_package(command="npx"))
    assert "mcp.json" in finding.message
    assert "registryType" in finding.fix


def test_data_of_ones_own_is_sent_to_the_place_for_it() -> None:
    (finding,) = errors_of(server_json(NAME, license="MIT"))
    assert PUBLISHER in finding.fix
    assert errors_of(server_json(NAME, _meta={PUBLISHER: {"license": "MIT", "env": [None]}})) == []


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        ({"ApiKey": "not-a-real-key"}, True),
        ({"auth": [{"access_token": "abc123"}]}, True),
        ({"note": "ghp_" + "aB3dE6gH9j" * 4}, True),
        ({"apiKey": "<your key>"}, False),
        ({"apiKey": ""}, False),
        ({"colour": "green"}, False),
    ],
)
def test_what_looks_like_a_secret_is_said_to(value: dict[str, Any], is_secret: bool) -> None:
    findings = errors_of(server_json(NAME, OpenWeatherMap=value))
    (finding,) = (finding for finding in findings if finding.id == "unknown-field")
    assert ("looks like a secret" in finding.message) is is_secret


def test_what_another_registry_serves_is_not_refused_for_it() -> None:
    document = without(server_json(NAME, license="MIT"), "$schema")
    record = read_record(json.dumps(document).encode())
    levels = {finding.id: finding.level for finding in findings_of(record, is_authored=False)}
    assert levels["unknown-field"] == "warning"
    assert levels["schema-named"] == "warning"


def test_allowed_values_are_listed_and_the_nearest_is_suggested() -> None:
    (finding,) = errors_of(with_remote(type="streamableHttp"))
    assert finding.message.endswith("did you mean 'streamable-http'?")
    assert "'sse'" in finding.message
    (finding,) = errors_of(with_argument(name="--a", format="integer"))
    assert finding.message.endswith("did you mean 'number'?")
    (finding,) = errors_of(with_remote(type="carrier pigeon"))
    assert "did you mean" not in finding.message


def test_members_of_the_other_kind_have_their_types() -> None:
    for transport in ({"variables": "none"}, {"headers": "Authorization"}, {"url": False}):
        (finding,) = errors_of(with_package(transport={"type": "stdio", **transport}))
        assert finding.path == f"packages[0].transport.{next(iter(transport))}"
    (finding,) = errors_of(with_argument(name="--units", valueHint=-1))
    assert finding.message == "must be a string, and is a number"


def test_every_finding_has_a_line_and_a_column() -> None:
    raw = b'{\n  "name": "io.github.alice/w",\r\n  "title": 3,\n\t"packages": [{"env": []}]\n}\n'
    places = {
        finding.path: (finding.line, finding.column)
        for finding in located(findings_of(read_record(raw)), raw)
    }
    assert places["title"] == (3, 3)
    assert places["packages[0].env"] == (4, 16)
    assert places["packages[0].identifier"] == (4, 15)
    assert places["version"] == (1, 1)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'{"name": "a",\n  "title": "b",\n}', (3, 1)),
        (b'\xef\xbb\xbf{"name": "a",, "title": "b"}', (1, 14)),
        (b'{\r\n  "name": "a"\r\n  "title": "b"\r\n}', (3, 3)),
        ('{"name": "é",\n "title": "\xfc"}'.encode("latin-1"), (1, 11)),
        ('{"name": "é",\n "title": "'.encode() + b'\xfc"}', (2, 12)),
    ],
)
def test_what_is_no_json_is_located_where_it_ends_to_be_json(
    raw: bytes, place: tuple[int, int]
) -> None:
    """An annotation of a workflow is at the mistake, not at the beginning of the file."""
    (finding,) = located(findings_of(read_record(raw)), raw)
    assert (finding.line, finding.column) == place
    assert f"line {place[0]}, column {place[1]}" in finding.message


def test_a_file_in_utf_16_is_called_so() -> None:
    (finding,) = findings_of(read_record('{"name": "a"}'.encode("utf-16")))
    assert "UTF-16" in finding.message
