"""Pull requests that are drafts, and such as were closed and opened again."""

import time

import pytest
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import WEATHER, published, run, say
from tests.stage import REGISTRY, Stage, client_of


def test_a_draft_is_not_published_before_its_author_says_that_it_is_ready(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    stage.pull(number).draft = True
    assert run(stage, stage.event(number, "alice")).outcome is not MergeOutcome.MERGED
    assert published(stage) is None


def test_days_in_which_a_pull_request_was_closed_are_no_days_of_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    number = stage.propose("alice", stage.record("io.github.alice/another"), branch="next")
    event = stage.event(number, "alice")
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
    stage.hub.add_token("token-of-alice", "alice")
    with client_of(stage.hub, "token-of-alice") as github:
        github.get_repo(REGISTRY).get_pull(number).edit(state="closed")
        stage.hub.clock.advance(8 * 86400)
        github.get_repo(REGISTRY).get_pull(number).edit(state="open")
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    in_eight_days = time.time() + 8 * 86400
    monkeypatch.setattr("mcp_static.publishing.merging.time.time", lambda: in_eight_days)
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
