"""The workflows: every `run:` line is run as a runner would, in fresh clones of this repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp_static.model.times import format_time
from mcp_static.publishing.landing import STATUS

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_rules import BranchRules
from tests.registries import path_of
from tests.servers import PROJECT
from tests.stage import BOT, REGISTRY, Stage, client_of, settings_text, staged

WORKFLOWS = {path.name: path for path in sorted((PROJECT / ".github/workflows").iterdir())}
WEATHER = "io.github.alice/weather"
RECORD = path_of(WEATHER, "1.0.0")
TOKEN = "token-of-bot"
# What a runner sets itself, and what would let the checkout's own modules or another registry in.
_NOT_INHERITED = re.compile(r"GITHUB_|MCP_STATIC_|PYTHON|VIRTUAL_ENV$")


def jobs_of(workflow: str) -> dict[str, Any]:
    """The jobs of a workflow, in the order in which they run."""
    jobs: dict[str, Any] = yaml.safe_load(WORKFLOWS[workflow].read_text())["jobs"]
    return jobs


def run_lines(workflow: str) -> list[str]:
    """Every `run:` of a workflow."""
    steps = [step for job in jobs_of(workflow).values() for step in job["steps"]]
    return [step["run"] for step in steps if "run" in step]


@dataclass
class Environment:
    """A virtual environment, and what was installed into it."""

    folder: Path
    installed: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """A PATH on which `python` and what it installs come first."""
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A fresh one, shared by the jobs of this module as they all install the same."""
    folder = tmp_path_factory.mktemp("runner") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return Environment(folder)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A registry on a double of GitHub whose repository holds all of this project."""
    with GitHubDouble(tmp_path / "github") as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        stage = staged(hub, tmp_path, settings_text())
        listed = subprocess.run(
            ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        files = {path: PROJECT / path for path in listed.split("\0") if (PROJECT / path).is_file()}
        del files["registry.toml"]
        stage.registry.commit(
            {path: file.read_bytes() for path, file in files.items()},
            modes={path: "100755" for path, file in files.items() if os.access(file, os.X_OK)},
        )
        yield stage


@dataclass
class Runner:
    """Runs the jobs of workflows for one event, each in a clone of its own."""

    stage: Stage
    environment: Environment
    event: Path | None = None

    @property
    def summary(self) -> Path:
        """What steps write for people to read beside the run."""
        return self.stage.clone.parent / "summary.md"

    def run(self, workflow: str, job: str) -> str:
        """Run a job's steps in order, from a fresh clone; gives what they print and the clone."""
        steps = jobs_of(workflow)[job]["steps"]
        clone = self.checkout(job)
        printed = []
        for step in steps:
            self._carry_artifact(step, clone)
            if "run" in step:
                printed.append(self._step(step, clone))
        return "".join(printed)

    def _carry_artifact(self, step: dict[str, Any], clone: Path) -> None:
        """What uploading and downloading an artifact does, as a folder of this run."""
        action = step.get("uses", "").partition("@")[0]
        if action not in {"actions/upload-artifact", "actions/download-artifact"}:
            return
        kept = self.stage.clone.parent / f"artifact-{step['with']['name']}"
        if action == "actions/upload-artifact":
            kept.mkdir(exist_ok=True)
            shutil.copy(clone / step["with"]["path"], kept)
        else:
            shutil.copytree(kept, clone, dirs_exist_ok=True)

    @property
    def outputs(self) -> Path:
        """What steps say to later jobs."""
        return self.stage.clone.parent / "outputs"

    def checkout(self, job: str) -> Path:
        """The job's clone of the default branch."""
        clone = self.stage.clone.parent / f"checkout-{job}"
        if not clone.exists():
            source = str(self.stage.registry.path)
            subprocess.run(["git", "clone", "-q", source, str(clone)], check=True)
        return clone

    def _step(self, step: dict[str, Any], clone: Path) -> str:
        script: str = step["run"]
        assert "${{" not in script, "an expression in a script is a way in for strangers' text"
        if "pip install" in script:
            if script in self.environment.installed:
                return ""
            self.environment.installed.add(script)
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            check=False, cwd=clone, env=self._variables(step), capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _variables(self, step: dict[str, Any]) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not _NOT_INHERITED.match(key)}
        given = step.get("env", {})
        assert set(given.values()) <= {"${{ github.token }}"}
        return {
            **inherited,
            "PATH": self.environment.path,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.stage.hub.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_EVENT_PATH": str(self.event or ""),
            "GITHUB_REPOSITORY": REGISTRY,
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.outputs),
            **dict.fromkeys(given, TOKEN),
        }


def comments(stage: Stage) -> list[str]:
    """What the workflows' token wrote on issues and pull requests."""
    return [comment.body for comment in stage.registry.comments.values() if comment.user.login == BOT]


def main_has(stage: Stage, path: str) -> bool:
    """Whether the default branch has a file."""
    return bool(stage.registry.store.git("ls-tree", "main", "--", path))


def test_check_reports_on_a_publish_and_merges_it(stage: Stage, environment: Environment) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    runner = Runner(stage, environment, stage.event(number, "alice"))
    assert "ready to be merged" in runner.run("check.yml", "check")
    assert "ready to be merged" in runner.summary.read_text()
    assert runner.outputs.read_text() == "level=passed\n"
    assert comments(stage) == []
    assert "Reported on" in runner.run("check.yml", "report")
    assert "ready to be merged" in comments(stage)[0]
    assert not main_has(stage, RECORD)
    assert "is published as" in runner.run("check.yml", "merge")
    assert main_has(stage, RECORD)
    assert [dispatch.name for dispatch in stage.hub.dispatches] == ["deploy.yml"]


def test_check_has_nothing_to_say_about_code(stage: Stage, environment: Environment) -> None:
    number = stage.propose("alice", {"Makefile": b"all:\n", "builder/mcp_static/evil.py": b"1/0\n"})
    runner = Runner(stage, environment, stage.event(number, "alice"))
    assert "This is not a publish" in runner.run("check.yml", "check")
    runner.run("check.yml", "report")
    assert "This is not a publish" in runner.run("check.yml", "merge")
    head = stage.registry.store.git("rev-parse", f"refs/pull/{number}/head")
    assert f"/approve {head}" in comments(stage)[0]
    assert stage.hub.dispatches == []
    assert not main_has(stage, "builder/mcp_static/evil.py")


def test_bot_answers_a_comment(stage: Stage, environment: Environment) -> None:
    stage.hub.add_token("token-of-alice", "alice")
    with client_of(stage.hub, "token-of-alice") as github:
        issue = github.get_repo(REGISTRY).create_issue("How do I publish?")
        comment = issue.create_comment("/help")
        event = stage.hub.issue_comment_event(stage.registry, issue.number, comment.id)
    Runner(stage, environment, stage.write_event(event)).run("bot.yml", "answer")
    [said] = comments(stage)
    assert "/publish" in said


def test_tick_lets_a_quarantine_end(stage: Stage, environment: Environment) -> None:
    runner = Runner(stage, environment)
    assert "nothing to do" in runner.run("tick.yml", "tick")
    now = time.time()
    takedown = {
        "status": "quarantined",
        "reason": "under review",
        "at": format_time(int(now) - 7200),
        "by": "acme",
        "until": format_time(int(now) + 3),
    }
    place = RECORD.removesuffix("server.json") + "takedown.json"
    files = {**stage.record(WEATHER), place: json.dumps(takedown).encode()}
    stage.registry.commit(files)
    stage.registry.protect("main", BranchRules(required=(STATUS,)))
    shutil.rmtree(runner.checkout("tick"))
    time.sleep(max(0, now + 4 - time.time()))
    assert "has ended" in runner.run("tick.yml", "tick")
    head = stage.registry.store.git("log", "-1", "--format=%s|%T", "main").split("|")
    assert head == [
        "Let quarantines end",
        stage.registry.store.git("log", "-1", "--skip=1", "--format=%T", "main"),
    ]
    assert [dispatch.name for dispatch in stage.hub.dispatches] == ["deploy.yml"]


def test_deploy_builds_what_it_uploads(stage: Stage, environment: Environment) -> None:
    runner = Runner(stage, environment)
    runner.run("deploy.yml", "build")
    [upload] = [
        step["with"]["path"]
        for step in jobs_of("deploy.yml")["build"]["steps"]
        if "upload-pages-artifact" in step.get("uses", "")
    ]
    uploaded = runner.checkout("build") / upload
    assert (uploaded / "v0.1/servers.json").is_file()
    assert (uploaded / "index.html").is_file()
    assert (uploaded / "guide/authors/index.html").is_file()
    assert not (runner.checkout("build") / "dist/guide").exists()
    assert not any("run" in step for step in jobs_of("deploy.yml")["deploy"]["steps"])


def test_ci_runs_everything() -> None:
    assert run_lines("ci.yml") == ["make test"]
    dry = subprocess.run(
        ["make", "--dry-run", "test"], check=True, capture_output=True, text=True, cwd=PROJECT
    )
    assert "pytest" in dry.stdout


def test_what_parses_hostile_bytes_has_no_right_to_write() -> None:
    jobs = jobs_of("check.yml")
    assert set(jobs["check"]["permissions"].values()) == {"read"}
    for job in ("report", "merge"):
        [line] = [step["run"] for step in jobs[job]["steps"] if "mcp-static" in step.get("run", "")]
        assert "--handover" in line
        assert jobs[job]["needs"] == "check"
    assert "contents" not in {
        right for right, level in jobs["report"]["permissions"].items() if level == "write"
    }


def test_every_workflow_is_run_here() -> None:
    assert set(WORKFLOWS) == {"bot.yml", "check.yml", "ci.yml", "deploy.yml", "tick.yml"}
