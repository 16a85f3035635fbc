"""The jobs of a pipeline on GitLab, run as a runner runs them: their clone, their cache, their bytes."""

import glob
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp_static.scaffolding.templates import registry_files

from tests.doubles.git_http import GitServer
from tests.doubles.gitlab_forge import GitLabForge
from tests.doubles.https import Authority, HttpsFront
from tests.gitlab_stage import REGISTRY, GitLabStage, gitlab_staged
from tests.registries import path_of, server_json
from tests.scaffolding.registries import answers
from tests.servers import PROJECT

WEATHER = "io.gitlab.alice/weather"
SERVERS = 60


@dataclass
class Pipeline:
    """Runs the jobs of a registry's pipeline, with what its runner gives them."""

    stage: GitLabStage
    document: dict[str, Any]
    environment: Mapping[str, str]
    server: GitServer
    folder: Path
    printed: list[str] = field(default_factory=list)

    def run(self, name: str, **more: str) -> Path:
        """Run a job in a folder of its own, which has the cache if it wants it; gives that folder."""
        job = self.document[name]
        project = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        project.mkdir()
        cache = job.get("cache", {})
        if "pull" in cache.get("policy", ""):
            _copy(self.folder / "cache", project, cache["paths"])
        lines = [*self.document["default"]["before_script"], *job["script"]]
        script = "\n".join(line for line in lines if "pip install" not in line)
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            check=False, cwd=project, capture_output=True, text=True,
            env={
                **self.environment,
                **self.document["variables"],
                **job.get("variables", {}),
                "CI_PROJECT_DIR": str(project),
                **more,
            },
        )  # fmt: skip
        allowed = {0, *job.get("allow_failure", {}).get("exit_codes", [])}
        assert done.returncode in allowed, done.stdout + done.stderr
        self.printed.append(done.stdout + done.stderr)
        if "push" in cache.get("policy", ""):
            _copy(project, self.folder / "cache", cache["paths"])
        return project


def _copy(source: Path, target: Path, patterns: list[str]) -> None:
    """What a cache keeps of a folder: files with the seconds of their times, and links as links."""
    for pattern in patterns:
        for found in glob.glob(pattern, root_dir=source):
            (target / found).parent.mkdir(parents=True, exist_ok=True)
            copy = target / found
            shutil.copy2(source / found, copy, follow_symlinks=False)
            if not copy.is_symlink():
                seconds = int(copy.stat().st_mtime)
                os.utime(copy, (seconds, seconds))


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A private registry, which lets in the token of a job alone; it has some servers already."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        stage = gitlab_staged(hub, tmp_path, monkeypatch)
        given = answers(forge="gitlab", host="nginx", url="https://mcp.example.com")
        document = yaml.safe_load(registry_files(given)[".gitlab-ci.yml"])
        stage.registry.commit({"requirements/tool.txt": b"mcp-static\n"})
        stage.registry.commit(
            {
                path: content
                for number in range(SERVERS)
                for path, content in _record(f"com.example/server-{number}").items()
            }
        )
        stage.registry.store.git("config", "uploadpack.allowFilter", "true")
        stage.registry.store.git("config", "uploadpack.allowAnySHA1InWant", "true")
        forge = tmp_path / "forge"
        (forge / REGISTRY).parent.mkdir(parents=True)
        (forge / f"{REGISTRY}.git").symlink_to(stage.registry.path)
        authority = Authority(tmp_path / "authority")
        server = GitServer(forge, "gitlab-ci-token", "token-of-the-job")
        server.also["oauth2"] = os.environ["GITLAB_TOKEN"]
        tools = tmp_path / "tools"
        tools.mkdir()
        command = (
            f'#!/bin/sh\nexec env PYTHONPATH={PROJECT}/builder {sys.executable} -m mcp_static "$@"\n'
        )
        (tools / "mcp-static").write_text(command)
        (tools / "mcp-static").chmod(0o755)
        with HttpsFront(authority, {"localhost": server}) as front:
            address = f"https://localhost:{front.port}"
            environment = {
                "PATH": f"{tools}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "CI": "true",
                "GITLAB_CI": "true",
                "CI_SERVER_URL": address,
                "CI_SERVER_TLS_CA_FILE": str(authority.bundle),
                "CI_API_V4_URL": f"{hub.url}/api/v4",
                "CI_PIPELINE_ID": "7",
                "CI_PROJECT_ID": str(stage.registry.id),
                "CI_PROJECT_PATH": REGISTRY,
                "CI_PROJECT_URL": f"{address}/{REGISTRY}",
                "CI_DEFAULT_BRANCH": "main",
                "CI_JOB_TOKEN": "token-of-the-job",
                "GITLAB_TOKEN": os.environ["GITLAB_TOKEN"],
                "TMPDIR": str(tmp_path),
            }
            jobs = tmp_path / "jobs"
            jobs.mkdir()
            yield Pipeline(stage, document, environment, server, jobs)


def _record(name: str) -> dict[str, bytes]:
    """A server with a remote, which no other server's may be."""
    host = ".".join(reversed(name.replace("/", ".").split(".")))
    remotes = [{"type": "streamable-http", "url": f"https://{host}/mcp"}]
    return {path_of(name, "1.0.0"): json.dumps(server_json(name, remotes=remotes)).encode()}


def _check(pipeline: Pipeline) -> tuple[dict[str, Any], int]:
    """What a check hands over, and how many bytes Git sent it."""
    if not pipeline.stage.registry.merge_requests:
        pipeline.stage.propose("alice", _record(WEATHER))
    event = pipeline.stage.opened(pipeline.stage.registry.merge_requests[1])
    pipeline.server.sent = 0
    project = pipeline.run("check", TRIGGER_PAYLOAD=str(event))
    return json.loads((project / "handover-7.json").read_bytes()), pipeline.server.sent


def test_a_check_reads_the_state_of_the_last_deploy_and_not_every_record(pipeline: Pipeline) -> None:
    without, all_bytes = _check(pipeline)
    assert "No earlier build was at hand" in pipeline.printed[-1]
    pipeline.run("deploy")
    kept = [path for path in (pipeline.folder / "cache").rglob("*") if path.is_file()]
    assert {path.name for path in kept} == {"state.sqlite3", "state.seal"}, "and no document"
    having, some_bytes = _check(pipeline)
    assert "No earlier build was at hand" not in pipeline.printed[-1]
    assert having["report"]["sections"] == without["report"]["sections"]
    assert some_bytes < all_bytes, (some_bytes, all_bytes)
    for text in pipeline.printed:
        assert "token-of-the-job" not in text


def test_a_job_is_let_in_by_its_token_and_keeps_it_nowhere(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.run("deploy")
    assert pipeline.server.requests
    clones = [path.parent for path in tmp_path.glob("tmp.*/.git")]
    assert len(clones) == 1
    assert sorted(path.name for path in clones[0].iterdir() if path.is_dir()) == [
        ".git",
        "requirements",
    ]
    for file in (path for path in (clones[0] / ".git").rglob("*") if path.is_file()):
        assert b"token-of-the-job" not in file.read_bytes(), file
