"""Publishing to a registry on GitLab: the same ways as on GitHub, by what GitLab tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.check.accepted import read_accepted
from mcp_static.model.errors import UnansweredError
from mcp_static.publishing.merging import MergeOutcome

from tests.doubles.gitlab_forge import GitLabForge
from tests.doubles.gitlab_models import Pipeline
from tests.gitlab_stage import BOT, GitLabStage, gitlab_record, gitlab_staged
from tests.registries import path_of

WEATHER = "io.gitlab.alice/weather"
RECORD = path_of(WEATHER, "1.0.0")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on a double of GitLab that merges by itself."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        yield gitlab_staged(hub, tmp_path, monkeypatch)


def proofs_of(stage: GitLabStage, path: str = RECORD) -> tuple[str, str]:
    """What main says of a publish: its proof, and whose account it rests on."""
    content = stage.main(path.replace("server.json", "accepted.json"))
    document = json.loads(content or b"{}")
    return document["proof"], document["account"]["id"]


def test_the_story_of_a_registry_on_gitlab(stage: GitLabStage) -> None:
    # Alice publishes by hand, under her own name.
    mine = stage.propose("alice", gitlab_record(WEATHER))
    merged = stage.merge(mine, stage.check(mine))
    assert merged.outcome is MergeOutcome.MERGED
    assert proofs_of(stage) == ("gitlab-account", str(stage.account("alice")))
    assert (mine.state, mine.labels) == ("closed", {"published"})
    assert mine.notes[-1].author == BOT
    assert "Published as" in mine.notes[-1].body

    # The commit has one parent, the registry's own message, and nothing of the merge request's.
    commit = stage.registry.store.commit_object(stage.registry.head)
    assert len(commit.parents) == 1
    assert commit.message == f"Publish {WEATHER} 1.0.0 (gitlab-account) (!1)\n"
    assert commit.author.name == commit.committer.name == BOT
    assert stage.hub.pipelines == [Pipeline("push", "main")]

    # She asks for the next version in a comment, from a repository of hers.
    source = stage.hub.add_forge_project("alice/weather")
    released = gitlab_record(WEATHER, "1.1.0")[path_of(WEATHER, "1.1.0")]
    source.tag("v1.1.0", source.commit({"server.json": released}))
    asked = "!publish https://gitlab.com/alice/weather v1.1.0"
    said = stage.ask("alice", asked)
    assert re.search(r"is proposed in !2; the check runs there", said), said
    assert stage.hub.pipelines[-1].source == "trigger"
    proposed = stage.registry.merge_requests[2]
    assert stage.merge(proposed).outcome is MergeOutcome.MERGED
    assert proofs_of(stage, path_of(WEATHER, "1.1.0"))[0] == "gitlab-account"
    assert stage.main(path_of(WEATHER, "1.1.0")) == released

    # An impostor is refused, whatever she says; Alice's own word about the very head lets it in.
    forged = stage.propose("mallory", gitlab_record(WEATHER, "2.0.0"), "forged")
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN
    stage.say("mallory", forged, f"!confirm {forged.sha}")
    stage.say("mallory", forged, f"!approve {forged.sha}")
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN
    stage.say("alice", forged, f"!confirm {forged.sha}")
    assert stage.merge(forged).outcome is MergeOutcome.MERGED

    # Somebody else has the name by now: that waits for a maintainer's word.
    del stage.hub._namespaces["alice"]
    held = stage.propose("alice", gitlab_record(WEATHER, "3.0.0"), "anew")
    assert "held" in stage.merge(held).message
    stage.say("alice", held, f"!approve {held.sha}")
    assert stage.merge(held).outcome is MergeOutcome.NOT_GREEN
    stage.say("olivia", held, f"!approve {held.sha}")
    assert stage.merge(held).outcome is MergeOutcome.MERGED

    # The operator takes it down, in a comment; nobody else can.
    assert "is for operators" in stage.ask("alice", f"!takedown {WEATHER} mine")
    taken = stage.ask("olivia", f"!takedown {WEATHER} it has been stolen")
    assert "is committed as" in taken, taken
    folder = RECORD.rsplit("/", 2)[0]
    assert b"stolen" in (stage.main(f"{folder}/takedown.json") or b"")
    late = stage.propose("alice", gitlab_record(WEATHER, "4.0.0"), "late")
    assert stage.merge(late).outcome is MergeOutcome.NOT_GREEN


def test_a_merge_that_was_killed_is_ended_by_the_next(stage: GitLabStage) -> None:
    mine = stage.propose("alice", gitlab_record(WEATHER))
    handover = stage.check(mine)
    head = stage.registry.head
    stage.hub.fail_once("PUT", r"/merge_requests/1$")
    with pytest.raises(UnansweredError):
        stage.merge(mine, handover)
    assert stage.registry.head != head
    assert mine.state == "opened"
    again = stage.merge(mine, handover)
    assert again.outcome is MergeOutcome.MERGED_BEFORE
    assert (mine.state, mine.labels) == ("closed", {"published"})
    accepted = read_accepted(stage.main(RECORD.replace("server.json", "accepted.json")) or b"")
    assert accepted is not None
    assert (accepted.head, accepted.pull_request) == (mine.sha, 1)
