"""The workflows: every `run:` line is run as a runner would, in fresh clones of this repository."""

import contextlib
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
import yaml
from mcp_static import __version__
from mcp_static.forges.github.repository import REQUIRED_STATUS
from mcp_static.model.times import format_time

from tests import runner
from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_rules import BranchRules
from tests.registries import path_of
from tests.runner import Environment, Runner
from tests.servers import PROJECT
from tests.stage import BOT, REGISTRY, Stage, client_of, settings_text, staged

WORKFLOWS = {path.name: path for path in sorted((PROJECT / ".github/workflows").iterdir())}
WEATHER = "io.github.alice/weather"
RECORD = path_of(WEATHER, "1.0.0")


def jobs_of(workflow: str) -> dict[str, Any]:
    """The jobs of a workflow of this repository, in the order in which they run."""
    return runner.jobs_of(WORKFLOWS[workflow])


def run_lines(workflow: str) -> list[str]:
    """Every `run:` of a workflow."""
    steps = [step for job in jobs_of(workflow).values() for step in job["steps"]]
    return [step["run"] for step in steps if "run" in step]


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
    runner = Runner(stage, environment, stage.write_event(event))
    assert "1 command read" in runner.run("bot.yml", "read")
    assert runner.outputs.read_text() == "commands=1\n"
    assert comments(stage) == []
    assert "1 command answered" in runner.run("bot.yml", "answer")
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
    stage.registry.protect("main", BranchRules(required=(REQUIRED_STATUS,)))
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
    bot = jobs_of("bot.yml")
    assert set(bot["read"]["permissions"].values()) == {"read"}
    [answering] = [one["run"] for one in bot["answer"]["steps"] if "mcp-static" in one.get("run", "")]
    assert "--handover" in answering
    assert bot["answer"]["needs"] == "read"
    for job in ("report", "merge"):
        [line] = [step["run"] for step in jobs[job]["steps"] if "mcp-static" in step.get("run", "")]
        assert "--handover" in line
        assert jobs[job]["needs"] == "check"
    assert "contents" not in {
        right for right, level in jobs["report"]["permissions"].items() if level == "write"
    }


def actions_of(workflow: str) -> list[dict[str, Any]]:
    """Every step of a workflow that uses an action."""
    steps = [step for job in jobs_of(workflow).values() for step in job["steps"]]
    return [step for step in steps if "uses" in step]


def test_what_is_deployed_comes_from_git_alone() -> None:
    actions = {
        step["uses"].partition("@")[0]: step.get("with", {}) for step in actions_of("deploy.yml")
    }
    assert {name for name in actions if "cache" in name} == {"actions/cache/save"}
    assert not {name for name in actions if "download" in name}
    [line] = [line for line in run_lines("deploy.yml") if "mcp-static build" in line]
    assert "--full" in line
    assert actions["actions/checkout"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert actions["actions/checkout"]["fetch-depth"] == 0
    assert actions["actions/upload-pages-artifact"]["include-hidden-files"] is True


def test_what_strangers_trigger_only_reads_caches() -> None:
    for workflow in ("check.yml", "bot.yml"):
        used = {step["uses"].partition("@")[0] for step in actions_of(workflow)}
        assert {name for name in used if "cache" in name} <= {"actions/cache/restore"}
        # These write a cache when they are asked to, or by themselves.
        assert not any("cache" in step.get("with", {}) for step in actions_of(workflow))
    merging = {
        step["uses"].partition("@")[0]
        for step in jobs_of("check.yml")["merge"]["steps"]
        if "uses" in step
    }
    assert not {name for name in merging if "cache" in name}


def test_nothing_that_a_check_hands_over_lands_in_the_checkout() -> None:
    """An artifact has whatever files its job liked: a `.git/config` among them runs commands."""
    for name in WORKFLOWS:
        for step in actions_of(name):
            if step["uses"].startswith("actions/download-artifact@") and name in {
                "bot.yml",
                "check.yml",
            }:
                assert step["with"].get("path", "").startswith("${{ runner.temp }}")


def test_a_hostile_artifact_runs_nothing_where_there_is_a_right_to_write(
    stage: Stage, environment: Environment, tmp_path: Path
) -> None:
    event = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
    runner = Runner(stage, environment, event)
    runner.run("check.yml", "check")
    mark = tmp_path / "mark"
    clone_url = json.loads(event.read_text())["repository"]["clone_url"]
    planted = tmp_path / "artifact-handover" / ".git" / "config"
    planted.parent.mkdir()
    planted.write_text(
        f'[core]\n\trepositoryformatversion = 0\n[protocol "ext"]\n\tallow = always\n'
        f'[url "ext::sh -c env>{mark}; "]\n\tinsteadOf = {clone_url}\n'
    )
    with contextlib.suppress(AssertionError):
        runner.run("check.yml", "merge")
    assert not mark.exists()


def test_no_comment_of_an_operator_is_dropped_for_the_next_one() -> None:
    """One run of a group runs and one waits; a third takes the place of the second, unless told to queue.

    https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
    """
    concurrency = yaml.safe_load(WORKFLOWS["bot.yml"].read_text()).get("concurrency", {})
    is_queued = concurrency.get("queue") == "max"
    assert not concurrency or is_queued or "comment.id" in concurrency["group"]


def test_a_deploy_that_is_run_again_alone_finds_no_earlier_build() -> None:
    jobs = jobs_of("deploy.yml")
    [upload] = [s for s in jobs["build"]["steps"] if "upload-pages-artifact" in s.get("uses", "")]
    [deploy] = [s for s in jobs["deploy"]["steps"] if "deploy-pages" in s.get("uses", "")]
    name = upload["with"].get("name", "github-pages")
    assert "github.run_attempt" in name
    assert deploy.get("with", {}).get("artifact_name") == name


def test_a_check_looks_things_up_in_what_the_deploy_keeps(
    stage: Stage, environment: Environment
) -> None:
    """Of an output, one database is kept: not its files, of which there are several for each version."""
    [save] = [s for s in actions_of("deploy.yml") if "cache/save" in s["uses"]]
    [restore] = [s for s in actions_of("check.yml") if "cache/restore" in s["uses"]]
    assert save["with"]["path"] == restore["with"]["path"]
    deploy = Runner(stage, environment)
    deploy.run("deploy.yml", "build")
    built = deploy.checkout("build")
    event = stage.event(stage.propose("alice", stage.record(WEATHER)), "alice")
    clone = Runner(stage, environment, event).checkout("check")
    for pattern in save["with"]["path"].split():
        for file in built.glob(pattern):
            kept = clone / file.relative_to(built)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, kept, follow_symlinks=False)
    said = Runner(stage, environment, event).run("check.yml", "check")
    assert "ready to be merged" in said
    assert "No earlier build" not in said


def test_no_job_of_a_publish_checks_out_what_is_published() -> None:
    for name in ("check.yml", "bot.yml"):
        for step in actions_of(name):
            if step["uses"].startswith("actions/checkout@"):
                assert "registry-data" not in step["with"]["sparse-checkout"].split()


def test_every_action_is_pinned_and_only_once() -> None:
    pinned: dict[str, set[str]] = {}
    for name, path in WORKFLOWS.items():
        lines = [line.strip() for line in path.read_text().splitlines() if " uses: " in line]
        assert len(lines) == len(actions_of(name))
        for line in lines:
            match = re.fullmatch(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
            assert match, line
            pinned.setdefault("/".join(match[1].split("/")[:2]), set()).add(match[2])
    assert all(len(commits) == 1 for commits in pinned.values()), pinned


def test_every_job_has_the_least_rights() -> None:
    for name in WORKFLOWS:
        assert yaml.safe_load(WORKFLOWS[name].read_text())["permissions"] == {}
        assert all("permissions" in job for job in jobs_of(name).values())
        for step in actions_of(name):
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_release_builds_attests_and_releases_the_same_files(
    stage: Stage, environment: Environment
) -> None:
    runner = Runner(stage, environment, reference=f"v{__version__}")
    runner.run("release.yml", "build")
    gh = environment.folder / "bin/gh"
    gh.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    gh.chmod(0o755)
    words = runner.run("release.yml", "release").splitlines()
    assert words[:3] == ["release", "create", f"v{__version__}"]
    files = [word for word in words if word.startswith("build/release/")]
    assert {Path(file).suffix for file in files} == {".whl", ".gz"}
    [attest] = [step for step in actions_of("release.yml") if "attest-build-provenance" in step["uses"]]
    assert attest["with"]["subject-path"] == "build/release/*"
    wrong = Runner(stage, environment, reference="v0.0.0")
    with pytest.raises(AssertionError, match="hatchling version"):
        wrong.run("release.yml", "build")


def test_what_signs_or_writes_a_release_runs_no_code_of_a_dependency() -> None:
    jobs = jobs_of("release.yml")
    assert set(jobs["build"]["permissions"].values()) == {"read"}
    assert jobs["attest"]["permissions"] == {"id-token": "write", "attestations": "write"}
    assert jobs["release"]["permissions"] == {"contents": "write"}
    assert (jobs["attest"]["needs"], jobs["release"]["needs"]) == ("build", "attest")
    lines = [
        step["run"] for job in ("attest", "release") for step in jobs[job]["steps"] if "run" in step
    ]
    assert [line.split()[0] for line in lines] == ["gh"]


def test_the_audit_asks_online_and_by_itself() -> None:
    workflow = yaml.safe_load(WORKFLOWS["audit.yml"].read_text())
    assert workflow[True]["schedule"]  # YAML reads `on` as a truth value
    assert run_lines("audit.yml") == ["make audit"]
    for target, is_offline in (("audit", False), ("lint", True)):
        dry = subprocess.run(
            ["make", "--dry-run", target], check=True, capture_output=True, text=True, cwd=PROJECT
        )
        [line] = [line for line in dry.stdout.splitlines() if "/zizmor " in line]
        assert ("--offline" in line) is is_offline


def test_every_workflow_is_run_here() -> None:
    assert set(WORKFLOWS) == {
        "audit.yml", "bot.yml", "check.yml", "ci.yml", "deploy.yml", "release.yml", "tick.yml"
    }  # fmt: skip
