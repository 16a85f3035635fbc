"""The one runner of git: the reasons that it gives, and that no process outlives its use."""

from pathlib import Path

import pytest
from mcp_static.git.command import GitProcess, run, succeeds
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import GitError

from tests.registries import Registry


def test_a_failure_has_gits_own_reason(registry: Registry) -> None:
    registry.publish("io.github.alice/weather")
    with open_repository(registry.path) as repository:
        with pytest.raises(GitError, match="^Not a valid object name nowhere$") as caught:
            run(repository, "ls-tree", "nowhere")
        assert "git fsck" in caught.value.fix
        assert not succeeds(repository, "cat-file", "-e", "0" * 40)
        assert succeeds(repository, "cat-file", "-e", "main")


def test_what_is_built_does_not_follow_replaced_objects(registry: Registry) -> None:
    before = registry.publish("io.github.alice/weather")
    after = registry.publish("io.github.alice/weather", "2.0.0")
    registry.git("replace", after, before)
    with open_repository(registry.path) as repository:
        assert run(repository, "rev-list", "--count", after) == "2"


def test_a_process_that_is_left_early_is_ended(registry: Registry) -> None:
    registry.publish("io.github.alice/weather")
    with open_repository(registry.path) as repository:
        with pytest.raises(ZeroDivisionError), GitProcess(repository, "cat-file", "--batch") as process:
            raise ZeroDivisionError
        assert process.stdin.closed
        assert process.stdout.closed
        assert process.wait() < 0  # killed, and waited for


def test_without_a_work_tree_git_runs_in_the_repository(registry: Registry) -> None:
    registry.publish("io.github.alice/weather")
    with open_repository(registry.path) as repository:
        assert Path(run(repository, "rev-parse", "--absolute-git-dir")) == registry.path.resolve()
