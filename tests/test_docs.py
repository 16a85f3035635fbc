"""What the documentation shows is run, and what it says of itself is true."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from mcp_static.check.accepted import accepted_bytes
from mcp_static.cli.markdown import commands_page
from mcp_static.hosts.hosts import HOSTS
from mcp_static.model.moderation import BlockSettings, LimitSettings
from mcp_static.model.proofs import ProofId, proof_label
from mcp_static.packages.markdown import types_table
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.proofs.namespace import PROOFS
from mcp_static.proofs.results import holds
from mcp_static.rules import RULES
from mcp_static.rules.run import findings_of, read_record
from mcp_static.settings import parse_settings
from mcp_static.settings.site import SiteSettings

from tests.conftest import Corpus
from tests.desk import WEATHER, a_desk
from tests.doubles.github_double import GitHubDouble
from tests.doubles.https import Authority, HttpsFront
from tests.doubles.package_registries import Npm
from tests.hosting import free_port
from tests.registries import START, Registry, accepted_json, path_of
from tests.scaffolding.registries import index
from tests.servers import PROJECT, Served

PAGES = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "benchmarks" / "README.md"]
)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in _FENCE.findall(page.read_text()) if kind == language]


def run_script(script: str, folder: Path, **environment: str) -> None:
    """Run shell commands in a folder where `mcp-static` is this checkout's."""
    tools = folder / "tools"
    tools.mkdir(parents=True)
    (tools / "mcp-static").write_text(
        f'#!/bin/sh\nPYTHONPATH={PROJECT}/builder exec {sys.executable} -m mcp_static "$@"\n'
    )
    (tools / "mcp-static").chmod(0o755)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    path = f"{tools}:{environment.pop('PATH', os.environ['PATH'])}"
    identity = {
        f"GIT_{who}_{what}": "docs@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        check=False, capture_output=True, text=True, cwd=work,
        env={**os.environ, **identity, "PATH": path, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_authors_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path / "authority")
    npm = Npm()
    npm.add("@alice/weather", "1.0.0", mcpName=WEATHER)
    with HttpsFront(authority) as front, a_desk(tmp_path, monkeypatch) as desk:
        npm.on(front)
        settings = tmp_path / "near.toml"
        places = "".join(f'"{given}" = "{meant}"\n' for given, meant in front.connect.items())
        settings.write_text(f'[network]\nreach = ["127.0.0.0/8"]\n[network.connect]\n{places}')
        near = {"REQUESTS_CA_BUNDLE": str(authority.bundle), "MCP_STATIC_SETTINGS": str(settings)}
        script = "\n".join(blocks(PROJECT / "docs/authors.md", "sh"))
        run_script(script, tmp_path / "docs", **{**desk.env, **near})
        one, other = desk.stage.registry.pulls()
        assert (one.title, other.title) == (
            f"Publish {WEATHER} 1.0.0",
            f"Set {WEATHER} 0.9.0 to deprecated",
        )


def test_the_proofs_page_has_every_proof() -> None:
    page = (PROJECT / "docs/proofs.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert rows == [proof.id for proof in PROOFS]


def test_the_authors_page_has_every_package_type() -> None:
    assert types_table() in (PROJECT / "docs/authors.md").read_text(), "run `make docs`"
    assert commands_page() == (PROJECT / "docs/commands.md").read_text(), "run `make docs`"


def test_the_operators_page_knows_which_types_can_have_private_registries() -> None:
    page = (PROJECT / "docs/operators.md").read_text()
    (row,) = re.findall(r"^\| `package_registries` \|.*$", page, re.MULTILINE)
    others = [kind.id for kind in PACKAGE_TYPES if not kind.can_trust_registries]
    assert f" but {' and '.join(others)})" in row


def test_every_proof_has_a_label_for_its_page() -> None:
    assert [proof.id for proof in PROOFS] == list(ProofId)
    for proof in ProofId:
        assert proof_label(json.loads(accepted_json(proof))["proof"]) == proof.label
        assert proof.value not in proof.label


def test_the_operators_page_runs(
    corpus: Corpus, served_corpus: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GitHubDouble(tmp_path / "github") as hub, index(tmp_path, monkeypatch):
        hub.add_user("alice")
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        run_operators_page(corpus, served_corpus.url, tmp_path)


def run_operators_page(corpus: Corpus, served: str, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    entries = tmp_path / "work" / "entries.ndjson"
    entries.write_bytes(corpus.file.read_bytes())
    name = next(server["name"] for server in _servers(corpus) if _is_publishable(server))
    script = "\n".join(blocks(PROJECT / "docs/operators.md", "sh")).replace("com.example/*", name)
    asked = script.replace("doctor --registry https://mcp.example.com", f"doctor --registry {served}")
    run_script(asked.replace(" entries.ndjson", f" {entries}"), tmp_path)


def _servers(corpus: Corpus) -> Iterator[dict[str, Any]]:
    return (entry["server"] for entry in corpus.entries)


def _is_publishable(server: dict[str, Any]) -> bool:
    """Whether an import takes it that is not lenient."""
    return not any(
        problem.is_error for problem in findings_of(read_record(json.dumps(server).encode()))
    )


def test_the_hosts_page_runs(tmp_path: Path) -> None:
    page = PROJECT / "docs/hosts.md"
    run_script("\n".join(blocks(page, "sh")), tmp_path)
    shown = tmp_path / "work/my-registry/srv/mcp-registry"
    assert (shown / "host/nginx.conf").is_file()
    assert (shown / "v0.1/servers.json").is_file()


def test_the_moderation_page_runs(registry: Registry, tmp_path: Path) -> None:
    evil = [{"type": "sse", "url": "https://mcp.evil.example/sse"}]
    signed = holds(ProofId.DNS_KEY, "It holds.", domain="example.com", fingerprint="0123456789abcdef")
    registry.publish("com.example/stealer", remotes=evil)
    registry.publish("com.example/another", remotes=evil)
    registry.publish("com.example/copied")
    registry.publish("com.example/weather", "1.0.1")
    note = accepted_bytes(signed, None, "0" * 40, 1, START)
    registry.commit({path_of("com.example/weather", "1.0.1", "accepted.json"): note})
    checkout = tmp_path / "work/my-registry"
    subprocess.run(["git", "clone", "-q", str(registry.path), str(checkout)], check=True)
    page = PROJECT / "docs/moderation.md"
    run_script("cd my-registry\n" + "\n".join(blocks(page, "sh")), tmp_path)
    assert registry.head == registry.git("--git-dir", str(checkout / ".git"), "rev-parse", "main")
    served = {path.name for path in (checkout / "dist/v0.1/servers/com.example").iterdir()}
    assert "weather" in served
    listed = json.loads((checkout / "dist/v0.1/servers.json").read_text())["servers"]
    assert [entry["server"]["name"] for entry in listed] == ["com.example/weather"]


def test_a_page_that_cannot_be_generated_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/rules.md").write_text("as it was")
    tool = tmp_path / "bin/mcp-static"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho half a page\nexit 1\n")
    tool.chmod(0o755)
    command = ["make", "-f", str(PROJECT / "Makefile"), "-o", ".venv/.dev", "BIN=bin", "docs"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 2
    assert [path.name for path in (tmp_path / "docs").iterdir()] == ["rules.md"]
    assert (tmp_path / "docs/rules.md").read_text() == "as it was"


def test_the_moderation_page_has_every_setting() -> None:
    text = (PROJECT / "docs/moderation.md").read_text()
    (example,) = blocks(PROJECT / "docs/moderation.md", "toml")
    assert parse_settings(example).limits == LimitSettings.model_validate({}), "it shows the defaults"
    for name in (*BlockSettings.model_fields, *LimitSettings.model_fields):
        assert re.search(rf"`(?:\w+)?\.{name}`", text), name


def test_the_site_page_runs(registry: Registry, tmp_path: Path) -> None:
    registry.publish("com.example/weather")
    page = PROJECT / "docs/site.md"
    checkout = tmp_path / "work/my-registry"
    subprocess.run(["git", "clone", "-q", str(registry.path), str(checkout)], check=True)
    run_script("cd my-registry\n" + "\n".join(blocks(page, "sh")), tmp_path)
    home = (checkout / "dist/index.html").read_text()
    assert "<p>We have 1 servers.</p>" in home
    assert "ask Ada for access" in home
    assert "Imprint" in home


def test_the_site_page_has_every_setting_and_template() -> None:
    text = (PROJECT / "docs/site.md").read_text()
    for name in SiteSettings.model_fields:
        assert f"`{name}`" in text
    for template in (PROJECT / "site/templates").iterdir():
        assert f"`{template.name}`" in text or template.name == "parts.html.j2"


def test_the_hosts_page_has_every_host() -> None:
    table = (PROJECT / "docs/hosts.md").read_text().partition("`mcp-static hosts` prints")[0]
    named = set(re.findall(r"`([a-z0-9-]+)`(?=[,` |])", table))
    assert {host.name for host in HOSTS} <= named


def test_the_aggregators_page_runs(served_corpus: Served, tmp_path: Path) -> None:
    page = PROJECT / "docs/aggregators.md"
    if not shutil.which("curl"):
        subprocess.run([PROJECT / "scripts/system-packages", "curl"], check=True)
    run_script("\n".join(blocks(page, "sh")), tmp_path, REGISTRY=served_corpus.url)
    for block in blocks(page, "python"):
        subprocess.run(
            [sys.executable, "-c", block], check=True, env={**os.environ, "REGISTRY": served_corpus.url}
        )


def test_the_readmes_commands_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (script,) = blocks(PROJECT / "README.md", "sh")
    lines = [line for line in script.splitlines() if line != "mcp-static serve"]
    with index(tmp_path, monkeypatch):
        run_script("\n".join(lines), tmp_path)
    assert (tmp_path / "work/my-registry/dist/v0.1/servers.json").exists()


def test_make_serve_builds_and_serves_the_example_registry(tmp_path: Path) -> None:
    clone, port = tmp_path / "clone", free_port()
    subprocess.run(["git", "clone", "-q", str(PROJECT), str(clone)], check=True)
    process = subprocess.Popen(
        ["make", "serve", f"PORT={port}"],
        cwd=clone, stdout=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        for _ in range(1500):
            try:
                page = requests.get(f"http://127.0.0.1:{port}/v0.1/servers", timeout=5).json()
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        assert page["metadata"]["count"] == len(list((PROJECT / "registry-data").rglob("server.json")))
    finally:
        os.killpg(process.pid, 2)
        printed, _ = process.communicate(timeout=20)
    assert f"http://127.0.0.1:{port}/v0.1/servers" in printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#]+)", text) + re.findall(r'src="([^"]+)"', text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_changelog_counts_the_rules() -> None:
    assert f"{len(RULES)} rules" in (PROJECT / "CHANGELOG.md").read_text()


def test_the_examples_of_the_project_are_valid() -> None:
    files = [str(path) for path in (PROJECT / "registry-data").rglob("server.json")]
    done = subprocess.run(
        [sys.executable, "-m", "mcp_static", "validate", "--format", "json", *files],
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    sections = json.loads(done.stdout)["sections"]
    found = {finding["id"] for section in sections for finding in section["findings"]}
    assert found == {"no-example-host"}, "examples are on hosts for examples, and sound otherwise"
