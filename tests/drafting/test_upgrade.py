"""Moving a server.json of an older schema to the newest."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import draft
from mcp_static.drafting.existing import read_existing
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.repair import repaired
from mcp_static.drafting.upgrade import changes, upgraded
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.rules.run import findings_of, read_record

from tests.drafting.projects import project_of

SCHEMA = SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)
BASE = {"name": "io.github.alice/weather", "description": "Forecasts.", "version": "1.0.0"}
NPM = {"registryType": "npm", "identifier": "w", "version": "1.0.0", "transport": {"type": "stdio"}}


def of(date: str, **more: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA_URL.format(date=date), **BASE, **more}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "2025-07-09": (
        of(
            "2025-07-09",
            status="active",
            website_url="https://weather.alice.io",
            packages=[
                {
                    "registry_type": "npm",
                    "registry_base_url": "https://registry.alice.io",
                    "identifier": "w",
                    "version": "1.0.0",
                    "runtime_hint": "npx",
                    "runtime_arguments": [
                        {"type": "positional", "value_hint": "x", "is_repeated": True, "value": "-q"}
                    ],
                    "package_arguments": [{"type": "named", "name": "--a", "is_required": True}],
                    "environment_variables": [
                        {
                            "name": "KEY",
                            "is_secret": True,
                            "value": "{a_b}",
                            "variables": {"is_required": {"is_required": True}},
                        }
                    ],
                }
            ],
        ),
        {
            "websiteUrl": "https://weather.alice.io",
            "packages": [
                {
                    "registryType": "npm",
                    "registryBaseUrl": "https://registry.alice.io",
                    "identifier": "w",
                    "version": "1.0.0",
                    "runtimeHint": "npx",
                    "runtimeArguments": [
                        {"type": "positional", "valueHint": "x", "isRepeated": True, "value": "-q"}
                    ],
                    "packageArguments": [{"type": "named", "name": "--a", "isRequired": True}],
                    "environmentVariables": [
                        {
                            "name": "KEY",
                            "isSecret": True,
                            "value": "{a_b}",
                            "variables": {"is_required": {"isRequired": True}},
                        }
                    ],
                    "transport": {"type": "stdio"},
                }
            ],
        },
    ),
    "an image before 2025-10-11": (
        of(
            "2025-09-29",
            packages=[
                {
                    "registryType": "oci",
                    "registryBaseUrl": "https://docker.io",
                    "identifier": "alice/weather",
                    "version": "1.0.0",
                    "transport": {"type": "stdio"},
                },
                {
                    "registryType": "Docker Hub",
                    "identifier": "ghcr.io/alice/weather",
                    "version": "1.0.0",
                },
            ],
        ),
        {
            "packages": [
                {
                    "registryType": "oci",
                    "identifier": "docker.io/alice/weather:1.0.0",
                    "transport": {"type": "stdio"},
                },
                {
                    "registryType": "oci",
                    "identifier": "ghcr.io/alice/weather:1.0.0",
                    "transport": {"type": "stdio"},
                },
            ]
        },
    ),
    "a bundle with its address apart": (
        of(
            "2025-07-09",
            packages=[
                {
                    "registry_type": "mcpb",
                    "identifier": "weather",
                    "version": "1.0.0",
                    "download_url": "https://github.com/alice/w/releases/download/v1.0.0/w-mcp.mcpb",
                    "file_sha256": "a" * 64,
                }
            ],
        ),
        {
            "packages": [
                {
                    "registryType": "mcpb",
                    "identifier": "https://github.com/alice/w/releases/download/v1.0.0/w-mcp.mcpb",
                    "version": "1.0.0",
                    "fileSha256": "a" * 64,
                    "transport": {"type": "stdio"},
                }
            ]
        },
    ),
    "before the first dated schema": (
        {
            "name": BASE["name"],
            "description": BASE["description"],
            "version_detail": {"version": "1.0.0"},
            "packages": [{"registry_name": "npm", "name": "w", "version": "1.0.0"}],
        },
        {"packages": [NPM]},
    ),
    "empty members and the registry's own": (
        of(
            "2025-10-17",
            repository={},
            websiteUrl="",
            icons=None,
            packages=[NPM],
            remotes=[],
            _meta={"io.modelcontextprotocol.registry/official": {"id": "x"}},
        ),
        {"packages": [NPM]},
    ),
    "a remote of another spelling": (
        of(
            "2025-12-11", remotes=[{"transportType": "streamableHttp", "url": "https://w.alice.io/mcp"}]
        ),
        {"remotes": [{"type": "streamable-http", "url": "https://w.alice.io/mcp"}]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_older_form_becomes_the_newest(case: str) -> None:
    before, after = CASES[case]
    moved = upgraded(before)
    assert moved == {"$schema": SCHEMA, **BASE, **after}
    assert upgraded(moved) == moved
    record = read_record(orjson.dumps(moved))
    assert [finding.sentence for finding in findings_of(record) if finding.is_error] == []


names = st.sampled_from(
    ["name", "version", "packages", "remotes", "registry_type", "registryType", "identifier", "transport",
     "type", "_meta", "variables", "version_detail", "environment_variables", "download_url", "icons"]
)  # fmt: skip
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "oci", "docker", "mcpb", "a/b:c", "\u202e"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(names, values, max_size=6))
def test_any_document_is_moved_once_and_drafted_from(document: dict[str, Any]) -> None:
    moved = upgraded(document)
    assert upgraded(moved) == moved
    assert list(changes(document, moved))
    with TemporaryDirectory() as folder:
        Path(folder, "server.json").write_bytes(orjson.dumps(document))
        existing = read_existing(project_of(Path(folder)))
    found = Findings(existing=existing.document, images=existing.images)
    repaired(draft(found, Answers()).document)


def test_what_the_author_wrote_stays() -> None:
    own = {"io.modelcontextprotocol.registry/publisher-provided": {"is_required": 1}}
    before = of("2025-09-16", _meta=own, tools=[{"name": "x"}], packages=["w"], remotes={"a": 1})
    moved = upgraded(before)
    assert {key: moved[key] for key in ("_meta", "tools", "packages", "remotes")} == {
        "_meta": own,
        "tools": [{"name": "x"}],
        "packages": ["w"],
        "remotes": {"a": 1},
    }


def test_the_changes_are_named_without_any_value() -> None:
    before, _ = CASES["2025-07-09"]
    lines = list(changes(before, upgraded(before)))
    assert "is_secret: is now isSecret" in lines
    assert "status: is gone" in lines
    assert lines[-1] == f"$schema: is now that of {CURRENT_SCHEMA_DATE}"
    assert "weather.alice.io" not in str(lines)


def test_every_old_name_that_a_rule_knows_is_moved() -> None:
    package = {"package_canonical": "npm", "package_name": "weather", "version": "1.0.0"}
    before = {
        **BASE,
        "packages": [package],
        "icons": [{"src": "https://a.dev/i.png", "mime_type": "image/png"}],
    }
    after = upgraded(before)
    wanted = {key: NPM[key] for key in ("registryType", "version", "transport")}
    assert after["packages"] == [{**wanted, "identifier": "weather"}]
    assert after["icons"] == [{"src": "https://a.dev/i.png", "mimeType": "image/png"}]
    assert "package_name: is now identifier" in changes(before, after)
