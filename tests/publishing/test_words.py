"""Words that people write about a head: which of them count, and for what."""

import pytest
from mcp_static.forges.github.repository import REQUIRED_STATUS
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import WEATHER, again, hand_over, run, say
from tests.stage import REGISTRY, Stage, client_of, settings_text


@pytest.fixture
def stage(protected_stage: Stage) -> Stage:
    """A registry whose main is protected as the documentation asks."""
    return protected_stage


class TestWords:
    """`/merge` and `/approve` speak about the bytes that somebody has seen."""

    @pytest.fixture
    def number(self, stage: Stage) -> int:
        """A green pull request that waits for a person."""
        stage.registry.commit({"registry.toml": settings_text(automatic=False).encode()})
        return stage.propose("alice", stage.record(WEATHER))

    def outcome(self, stage: Stage, number: int) -> MergeOutcome:
        event = again(stage, number)
        return run(stage, event, hand_over(stage, event)).outcome

    def test_a_maintainer_merges_the_head_that_was_seen(self, stage: Stage, number: int) -> None:
        say(stage, "acme", number, f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.MERGED

    @pytest.mark.parametrize("login", ["alice", "mallory"])
    def test_nobody_else_does(self, login: str, stage: Stage, number: int) -> None:
        say(stage, login, number, f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_does_a_word_that_was_edited(self, stage: Stage, number: int) -> None:
        comment = say(stage, "acme", number, "thanks, I will look at it")
        stage.hub.clock.advance(60)
        with client_of(stage.hub, "token-of-acme") as github:
            issue = github.get_repo(REGISTRY).get_issue(number)
            issue.get_comment(comment).edit(f"/merge {stage.pull(number).head_sha}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_one_about_another_head(self, stage: Stage, number: int) -> None:
        say(stage, "acme", number, f"/merge {stage.pull(number).head_sha}")
        stage.hub.clock.advance(60)
        stage.fork("alice").commit(stage.record("io.github.alice/other"), "publish", login="alice")
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_nor_one_written_before_the_head_came(self, stage: Stage, number: int) -> None:
        fork = stage.fork("alice")
        next_head = fork.commit(
            stage.record("io.github.alice/other"),
            "next",
            parent=stage.pull(number).head_sha,
            login="alice",
        )
        say(stage, "acme", number, f"/merge {next_head}")
        stage.hub.clock.advance(60)
        with client_of(stage.hub, "token-of-alice") as github:
            github.get_repo("alice/registry").get_git_ref("heads/publish").edit(next_head)
        assert stage.pull(number).head_sha == next_head
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_a_recycled_login_may_not(self, stage: Stage, number: int) -> None:
        stage.hub.add_user("helper")
        stage.registry.grant("helper", "write")
        comment = say(stage, "mallory", number, f"/merge {stage.pull(number).head_sha}")
        stage.registry.comments[comment].user.login = "helper"
        assert self.outcome(stage, number) is MergeOutcome.NOT_AUTOMATIC

    def test_it_never_overrides_red(self, stage: Stage) -> None:
        number = stage.propose("mallory", stage.record(WEATHER), branch="evil")
        head = stage.pull(number).head_sha
        say(stage, "acme", number, f"/merge {head}\n\n/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_GREEN

    def test_other_changes_pass_once_a_maintainer_approves_them(self, stage: Stage) -> None:
        number = stage.propose("alice", {"README.md": b"better\n"})
        assert self.outcome(stage, number) is MergeOutcome.NOT_A_PUBLISH
        head = stage.pull(number).head_sha
        say(stage, "mallory", number, f"/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.NOT_A_PUBLISH
        assert REQUIRED_STATUS not in stage.registry.states_of(head)
        say(stage, "acme", number, f"/approve {head}")
        assert self.outcome(stage, number) is MergeOutcome.APPROVED
        assert stage.registry.states_of(head)[REQUIRED_STATUS] == "success"
        stage.hub.add_token("token-of-acme", "acme")
        with client_of(stage.hub, "token-of-acme") as github:
            assert github.get_repo(REGISTRY).get_pull(number).merge().merged
