"""A mirror on GitLab: main moves by a push, reviews are merge requests, `!approve` is the approval."""

import json
from collections.abc import Iterator
from pathlib import Path

import git
import pytest
from mcp_static.forges.workflow import open_workflow
from mcp_static.git.repository import open_repository
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.syncing.on_forge import land_sync, propose_reviews
from mcp_static.syncing.syncing import SyncOptions, sync

from tests.doubles.gitlab_forge import GitLabForge
from tests.gitlab_stage import BOT, REGISTRY, SETTINGS, GitLabStage, gitlab_staged
from tests.registries import path_of
from tests.syncing.sources import WEATHER, Source, entry, serving, table


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on a double of GitLab."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        yield gitlab_staged(hub, tmp_path, monkeypatch)


def sync_there(stage: GitLabStage, *tables: str) -> list[str]:
    """`mcp-static sync --on-forge` with these settings, in a fresh clone as a pipeline has one."""
    settings = "\n".join([SETTINGS, *tables])
    stage.registry.commit({"registry.toml": settings.encode()})
    folder = stage.clone.parent / f"pipeline-{len(list(stage.clone.parent.iterdir()))}.git"
    git.Repo.clone_from(str(stage.registry.path), str(folder), bare=True).close()
    with (
        open_repository(folder) as clone,
        open_workflow(REGISTRY, clone, str(stage.registry.path)) as workflow,
    ):
        result = sync(clone, SyncOptions())
        land_sync(workflow.registry, clone, result.before, result.after)
        return propose_reviews(workflow.registry, [review.proposal for review in result.reviews])


def test_a_mirror_is_kept_on_gitlab(stage: GitLabStage) -> None:
    source = Source(entry(day=1))
    with serving(source):
        assert sync_there(stage, table(source.url, WEATHER)) == []
        assert stage.main(path_of(WEATHER, "1.0.0")) is not None
        assert stage.registry.store.git("branch", "--list", "mcp-static/*") == ""
        source.entries.append(entry(version="2.0.0", day=5))
        [address] = sync_there(stage, table(source.url, WEATHER, approve="review"))
        review = stage.registry.merge_requests[int(address.rpartition("/")[2])]
        assert stage.hub.pipelines[-1].source == "trigger"
        handover = stage.check(review)
        stage.say("mallory", review, f"!approve {review.sha}")
        assert stage.merge(review, handover).outcome is MergeOutcome.NOT_GREEN
        stage.say("olivia", review, f"!approve {review.sha}")
        assert stage.merge(review, handover).outcome is MergeOutcome.MERGED
    note = json.loads(stage.main(path_of(WEATHER, "2.0.0", "accepted.json")) or b"")
    assert note["proof"] == "source-registry"
    assert note["facts"]["approvedBy"] == f"olivia ({stage.account('olivia')})"
    # What the source dates is dated so, by the registry's own identity.
    dated = stage.registry.store.git("log", "-1", "--format=%cn %cI", stage.registry.head)
    assert dated.split() == [BOT, "2025-10-05T00:00:00+00:00"]
