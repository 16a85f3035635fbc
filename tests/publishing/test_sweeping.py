"""What killed jobs leave on a forge, and reviews that wait for nobody: `tick` clears both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import git
import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.repository import REQUIRED_STATUS, GitHubRepository
from mcp_static.forges.registry_forge import RegistryForge
from mcp_static.forges.workflow import open_workflow
from mcp_static.git.repository import Repository, open_repository
from mcp_static.publishing.sweeping import sweep

from tests.doubles.gitlab_forge import GitLabForge
from tests.gitlab_stage import REGISTRY as GITLAB_REGISTRY
from tests.gitlab_stage import SETTINGS, GitLabStage, gitlab_staged
from tests.registries import path_of
from tests.stage import REGISTRY, Stage, settings_text

NAME = "com.example/weather"
RECORD = path_of(NAME, "1.0.0")
LISTED = f'\n[[sources]]\nurl = "https://x.example"\ninclude = ["{NAME}"]\napprove = "review"\n'
BRANCH = "mcp-sync/weather-0123456789ab"
HOURS = 3 * 60 * 60


@contextmanager
def job(stage: Stage) -> Iterator[tuple[RegistryForge, Repository]]:
    """A fresh clone, as a workflow has one, and the way to the forge."""
    folder = stage.clone.parent / f"tick-{len(list(stage.clone.parent.iterdir()))}.git"
    git.Repo.clone_from(str(stage.registry.path), str(folder), bare=True).close()
    with open_repository(folder) as clone, GitHub("token-of-bot") as github:
        yield GitHubRepository(github, REGISTRY), clone


def tick(stage: Stage, later: float = HOURS) -> list[str]:
    with job(stage) as (registry, clone):
        return sweep(registry, clone, stage.hub.clock() + later)


def branches(stage: Stage) -> str:
    return stage.registry.store.git("branch", "--list", "mcp-*")


def test_a_commit_that_a_killed_merge_has_left_loses_its_status(protected_stage: Stage) -> None:
    stage = protected_stage
    with job(stage) as (registry, _):
        left = registry.create_commit(stage.registry.head, {"x": b"x"}, "Publish\n")
        registry.set_branch("mcp-static/merge-7", left)
        registry.let_in(left, "Written by the registry itself.")
        landed = registry.create_commit(stage.registry.head, {"y": b"y"}, "Publish\n")
        assert registry.land(stage.registry.head, landed, "mcp-static/merge-8")
        later = registry.create_commit(landed, {"z": b"z"}, "Publish\n")
        assert registry.land(landed, later, "mcp-static/merge-9")
        registry.remove_branch("mcp-static/merge-9")
    assert tick(stage, later=60) == []  # a merge may be under way
    assert stage.registry.states_of(left)[REQUIRED_STATUS] == "success"
    assert len(tick(stage)) == 2
    assert stage.registry.states_of(left)[REQUIRED_STATUS] != "success"
    assert stage.registry.states_of(landed)[REQUIRED_STATUS] == "success"  # that one is published
    assert branches(stage) == ""
    assert tick(stage) == []


def test_a_review_that_waits_for_nobody_is_closed(protected_stage: Stage) -> None:
    stage = protected_stage
    stage.registry.commit({"registry.toml": settings_text(more=LISTED).encode()})
    with job(stage) as (registry, _):
        head = registry.create_commit(stage.registry.head, {RECORD: b"{}"}, "Take in\n")
        registry.set_branch(BRANCH, head)
        number = registry.open_own_pull(BRANCH, "Take in", "").number
    assert tick(stage) == []  # a list asks for it, and main lacks it
    stage.registry.commit({"registry.toml": settings_text().encode()})
    assert tick(stage, later=60) == []
    [line] = tick(stage)
    assert line.startswith(f"#{number} is closed")
    assert stage.pull(number).state == "closed"
    assert "waits for a review" in next(iter(stage.registry.comments.values())).body
    assert branches(stage) == ""


def test_so_is_one_whose_versions_have_come_in_and_a_branch_of_none_goes(
    protected_stage: Stage,
) -> None:
    stage = protected_stage
    stage.registry.commit({"registry.toml": settings_text(more=LISTED).encode()})
    with job(stage) as (registry, _):
        head = registry.create_commit(stage.registry.head, {RECORD: b"{}"}, "Take in\n")
        registry.set_branch(BRANCH, head)
        number = registry.open_own_pull(BRANCH, "Take in", "").number
        registry.set_branch("mcp-sync/of-nobody", head)
    stage.registry.commit({RECORD: b"{}"})
    assert len(tick(stage)) == 2
    assert stage.pull(number).state == "closed"
    assert branches(stage) == ""


@pytest.fixture
def on_gitlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on a double of GitLab."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        yield gitlab_staged(hub, tmp_path, monkeypatch, SETTINGS + LISTED)


def test_the_same_on_gitlab(on_gitlab: GitLabStage) -> None:
    stage = on_gitlab
    with (
        open_repository(stage.clone) as clone,
        open_workflow(GITLAB_REGISTRY, clone, str(stage.registry.path)) as workflow,
    ):
        registry = workflow.registry
        head = registry.create_commit(stage.registry.head, {RECORD: b"{}"}, "Take in\n")
        for branch in ("mcp-static/sync", "mcp-sync/of-nobody", BRANCH):
            registry.set_branch(branch, head)
        pull = registry.open_own_pull(BRANCH, "Take in", "")
        now = stage.hub.clock()
        assert sweep(registry, clone, now + 60) == []
        assert len(sweep(registry, clone, now + HOURS)) == 2
        assert registry.pull(pull.number).state == "open"
        stage.registry.commit({"registry.toml": SETTINGS.encode()})
        [line] = sweep(registry, clone, now + HOURS)
        assert line.startswith(f"!{pull.number} is closed")
        assert registry.pull(pull.number).state == "closed"
    assert stage.registry.store.git("branch", "--list", "mcp-*") == ""
