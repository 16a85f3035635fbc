"""Policies as a build writes them: where they are asked for, up to a size, renewed by every publish."""

import json
from pathlib import Path

import pytest
from mcp_static.build import policy_documents
from mcp_static.model.errors import InputError
from mcp_static.policies.matchers import Identity, Verdict, read_matchers, verdict
from mcp_static.policies.policies import LEFT_OUT, POLICIES

from tests.conftest import build_registry
from tests.registries import Registry, files_below, path_of

NAME = "com.example/weather"
SETTINGS = 'url = "https://mcp.example.com/registry"\ntitle = "Ours <&>"\n'
PAGE = "policies/index.html"
PATHS = {policy.path for policy in POLICIES} | {LEFT_OUT, PAGE}


def publish(registry: Registry, version: str, name: str = NAME) -> None:
    """Publish a version with a package and a remote of its own."""
    package = {"registryType": "npm", "identifier": "weather", "version": version, "transport": {"type": "stdio"}}  # fmt: skip
    remote = {"type": "streamable-http", "url": f"https://mcp.example.com/{name}/{version}"}
    registry.publish(name, version, packages=[package], remotes=[remote])


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """A registry with policies and one server."""
    registry.commit({"registry.toml": f"{SETTINGS}[policies]\n"})
    publish(registry, "1.0.0")
    return registry


def publish_remote(registry: Registry) -> None:
    """Publish a server that fits every file."""
    remote = {"type": "streamable-http", "url": "https://tickets.example.com/mcp"}
    registry.publish("com.example/tickets", "2.0.0", remotes=[remote])


def judged(out: Path, version: str) -> set[Verdict]:
    """What Copilot's policy says of a version, by its command and by its address."""
    document = json.loads((out / "policies/copilot-managed-settings.json").read_bytes())
    lists = [read_matchers(document[f"{kind}McpServers"]) for kind in ("allowed", "denied")]
    url = f"https://mcp.example.com/{NAME}/{version}"
    servers = (Identity("s", command=("npx", "-y", f"weather@{version}")), Identity("s", url=url))
    return {verdict(lists[0], lists[1], server) for server in servers}


def of_policies(out: Path) -> set[str]:
    return {path for path in files_below(out) if path.startswith("policies")}


def test_policies_follow_every_publish_status_and_takedown(registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    build_registry(registry, out)
    assert judged(out, "1.0.0") == {Verdict.ALLOWED}
    assert judged(out, "1.1.0") == {Verdict.NOT_ALLOWED}
    publish(registry, "1.1.0")
    registry.set_status(NAME, "1.0.0", "deprecated")
    assert build_registry(registry, out).why_full == ""
    assert judged(out, "1.0.0") == judged(out, "1.1.0") == {Verdict.ALLOWED}
    registry.set_status(NAME, "1.0.0", "deleted")
    assert build_registry(registry, out).why_full == ""
    assert judged(out, "1.0.0") == {Verdict.DENIED}
    takedown = {"status": "deleted", "reason": "Harm.", "at": "2025-10-09T12:00:00Z", "by": "us"}
    folder = path_of(NAME, "1.1.0").rpartition("/")[0]
    registry.commit({f"{folder}/takedown.json": json.dumps(takedown)})
    assert build_registry(registry, out).why_full == ""
    assert judged(out, "1.1.0") == {Verdict.DENIED}
    harmful = {"policies/gemini-cli-mcp.json", "policies/kiro-mcp-registry.json"}  # if they were empty
    assert PATHS - of_policies(out) == harmful
    [listed] = (out / "data/checksums").glob("registry*.txt")
    checksums = listed.read_text()
    assert all(f"  {path}\n" in checksums for path in of_policies(out))


def test_there_are_no_policies_unless_the_settings_ask_for_them(
    registry: Registry, tmp_path: Path
) -> None:
    out = tmp_path / "dist"
    publish_remote(registry)
    build_registry(registry, out)
    assert of_policies(out) == PATHS
    assert b"/policies/" in (out / "index.html").read_bytes()
    assert b"/policies/" in (out / "sitemaps/pages.xml").read_bytes()
    registry.commit({"registry.toml": SETTINGS})
    build_registry(registry, out)
    assert of_policies(out) == set()
    assert b"/policies/" not in (out / "index.html").read_bytes()
    assert b"/policies/" not in (out / "sitemaps/pages.xml").read_bytes()


def test_the_page_explains_each_file_by_its_address(registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    publish(registry, "1.0.0", "com.example/bundle")
    publish_remote(registry)
    bundle = {"registryType": "mcpb", "identifier": "https://github.com/a/b/releases/download/v1/mcp.mcpb", "fileSha256": "a" * 64, "transport": {"type": "stdio"}}  # fmt: skip
    registry.publish("com.example/bundle", "2.0.0", packages=[bundle])
    build_registry(registry, out)
    page = (out / PAGE).read_text()
    for policy in POLICIES:
        assert f"https://mcp.example.com/registry/{policy.path}" in page
        assert f'href="/registry/{policy.path}"' in page
        assert all(place.location.partition("%")[0] in page for place in policy.places)
    assert "com.example/bundle" in page
    assert "Ours &lt;&amp;&gt;" in page
    left = json.loads((out / LEFT_OUT).read_bytes())["leftOut"]
    assert [(one["name"], one["versions"]) for one in left if "policy" not in one] == [
        ("com.example/bundle", ["2.0.0"])
    ]
    kiro = "policies/kiro-mcp-registry.json"
    assert [one["name"] for one in left if one.get("policy") == kiro] == ["com.example/bundle", NAME]
    assert f"<code>{kiro}</code></td>" in page


LIMITS = ("MAX_SERVERS", "MAX_VERSIONS")


@pytest.mark.parametrize("limit", LIMITS)
def test_a_registry_too_large_for_policies_is_refused_and_stays_as_it_was(
    registry: Registry, tmp_path: Path, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dist"
    monkeypatch.setattr(policy_documents, limit, 1)
    build_registry(registry, out)
    before = files_below(out)
    publish(registry, "1.0.0", "com.example/second")
    for full in (False, True):
        with pytest.raises(InputError, match=r"no policies for 2 servers") as refused:
            build_registry(registry, out, full=full)
        assert "[policies]" in refused.value.fix
        assert files_below(out) == before
    registry.commit({"registry.toml": SETTINGS})
    build_registry(registry, out)


@pytest.fixture
def documents(registry: Registry, tmp_path: Path) -> dict[str, bytes]:
    """The policies of a registry with several servers, built."""
    for number in range(3):
        publish(registry, f"1.0.{number}", f"com.example/s{number}")
    publish_remote(registry)
    build_registry(registry, tmp_path / "dist")
    return {path: (tmp_path / "dist" / path).read_bytes() for path in PATHS if path.endswith(".json")}


def test_names_are_allowed_where_the_settings_say_so(
    registry: Registry, tmp_path: Path, documents: dict[str, bytes]
) -> None:
    registry.commit({"registry.toml": f"{SETTINGS}[policies]\nallow_names = true\n"})
    build_registry(registry, tmp_path / "dist")
    path = "policies/copilot-managed-settings.json"
    after = (tmp_path / "dist" / path).read_bytes()
    added = set(after.splitlines()) - set(documents[path].splitlines())
    assert sum(b"serverName" in line for line in added) == 5
    assert b"serverName" not in documents[path]
