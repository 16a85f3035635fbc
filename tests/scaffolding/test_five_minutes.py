"""From `new` to a published server: the workflows that it writes are run, in clones of its repository."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import mcp_static
import pytest
from certifi import where
from mcp_static.forges.github.repository import REQUIRED_STATUS

from tests.conftest import build_registry
from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_rules import BranchRules
from tests.doubles.https import Authority, HttpsFront
from tests.registries import Registry, path_of, server_json
from tests.runner import Environment, Runner
from tests.servers import PROJECT, run_cli, serve_in_background
from tests.stage import Stage, settings_text, staged
from tests.test_wheel import build_wheel

WEATHER = "io.github.alice/weather"
MAPS = "io.github.bob/maps"


class Index:
    """A package index (PEP 691) that has one wheel: this checkout's."""

    def __init__(self, wheel: Path) -> None:
        self._wheel = wheel
        self._digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    def __call__(
        self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a request."""
        if path == "/simple/mcp-static/":
            file = {
                "filename": self._wheel.name,
                "url": f"/files/{self._wheel.name}",
                "hashes": {"sha256": self._digest},
            }
            page = {"meta": {"api-version": "1.0"}, "name": "mcp-static", "files": [file]}
            kind = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
            return 200, kind, json.dumps(page).encode()
        if path == f"/files/{self._wheel.name}":
            return 200, {}, self._wheel.read_bytes()
        return 404, {}, b""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an index on loopback, whose authority everybody trusts."""
    authority = Authority(tmp_path / "authority")
    bundle = tmp_path / "bundle.pem"
    usual = Path(os.environ.get("SSL_CERT_FILE") or where())
    bundle.write_bytes(usual.read_bytes() + authority.bundle.read_bytes())
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, str(bundle))
    handler = Index(build_wheel(PROJECT, tmp_path / "wheel"))
    with HttpsFront(authority, {"localhost": handler}) as front:
        yield f"https://localhost:{front.port}"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        yield staged(hub, tmp_path, settings_text())


def files_of(folder: Path) -> dict[str, bytes]:
    listed = subprocess.run(
        ["git", "-C", str(folder), "ls-files"], check=True, capture_output=True, text=True
    ).stdout
    return {path: (folder / path).read_bytes() for path in listed.splitlines()}


@pytest.fixture
def source(tmp_path: Path) -> Iterator[str]:
    """The address of another registry, which has one server."""
    registry = Registry(tmp_path / "source.git")
    registry.commit({path_of(MAPS, "2.0.0"): json.dumps(server_json(MAPS, "2.0.0"))})
    build_registry(registry, tmp_path / "source")
    with serve_in_background(tmp_path / "source") as server:
        yield server.url


def test_what_new_writes_publishes_and_mirrors(
    stage: Stage, index: str, source: str, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    made = run_cli("new", mine, "--repository", "acme/registry", "--host", "nginx", "--url",
                   "https://mcp.example.com", "--index", index, "--source", source)  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "--hash=sha256:" in (mine / "requirements/tool.txt").read_text()
    stage.registry.commit(files_of(mine))
    stage.registry.protect("main", BranchRules(required=(REQUIRED_STATUS,)))

    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    environment = Environment(tmp_path / "venv")
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    runner = Runner(stage, environment, event, workflows=mine / ".github/workflows")
    assert "ready to be merged" in runner.run("check.yml", "check")
    runner.run("check.yml", "report")
    assert "is published as" in runner.run("check.yml", "merge")
    assert [dispatch.name for dispatch in stage.hub.dispatches] == ["deploy.yml"]

    # Another registry's entries come in, read by one job and written by another.
    runner.run("sync.yml", "read")
    assert "changed=true" in runner.outputs.read_text()
    runner.run("sync.yml", "write")

    # The machine that serves it brings itself up to date, and what it shows has the new version.
    served, clone = tmp_path / "srv", tmp_path / "machine/repository"
    subprocess.run(["git", "clone", "-q", str(stage.registry.path), str(clone)], check=True)
    for _ in range(2):
        subprocess.run(
            ["sh", str(clone / "server/update.sh"), str(served)],
            check=True, env={**os.environ, "PATH": environment.path},
        )  # fmt: skip
    with serve_in_background(served) as server:
        for name, version in ((WEATHER, "1.0.0"), (MAPS, "2.0.0")):
            answer = server.get(f"/v0.1/servers/{quote(name, safe='')}/versions/latest").json()
            assert answer["server"]["version"] == version
    assert mcp_static.__version__ in (mine / "requirements/tool.txt").read_text()
