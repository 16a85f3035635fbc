"""An author's desk: a folder with a server.json, a registry served nearby, GitHub behind it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import build_registry
from tests.doubles.github_double import GitHubDouble
from tests.registries import Registry
from tests.servers import run_cli, serve_in_background
from tests.stage import Stage, settings_text, source_record, staged

WEATHER = "io.github.alice/weather"


@dataclass
class Desk:
    """An author's folder, with everything around it."""

    stage: Stage
    folder: Path
    out: Path
    env: dict[str, str]

    def run(self, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `mcp-static` there."""
        return run_cli(*arguments, cwd=self.folder, env={**self.env, **env})

    def ok(self, *arguments: str | Path, **env: str) -> str:
        """Run it, and give what it prints."""
        done = self.run(*arguments, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self) -> None:
        """Build the registry anew."""
        registry = Registry(self.stage.registry.path)
        build_registry(registry, self.out)


@contextmanager
def a_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Alice at her desk, with a server.json; a version of hers is published."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        stage = staged(hub, tmp_path, settings_text())
        stage.registry.commit(stage.record(WEATHER, "0.9.0"))
        hub.add_token("token-of-alice", "alice")
        folder = tmp_path / "weather"
        folder.mkdir()
        (folder / "server.json").write_bytes(source_record(WEATHER))
        desk = Desk(stage, folder, tmp_path / "dist", {})
        desk.build()
        with serve_in_background(desk.out) as served:
            desk.env = {
                "GITHUB_API_URL": hub.url,
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_TOKEN": "token-of-alice",
                "MCP_STATIC_REGISTRY": served.url,
                "MCP_STATIC_RATE_WAIT": "0.05",
                "XDG_CONFIG_HOME": str(tmp_path / "config"),
                "HOME": str(tmp_path),
                "PATH": os.environ["PATH"],
            }
            yield desk
