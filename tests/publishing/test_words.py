"""Words that people write about a head: which of them count, and for what."""

import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import read_event
from mcp_static.forges.github.repository import REQUIRED_STATUS, GitHubRepository
from mcp_static.publishing.handover import Handover
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.publishing.reporting import post_failure

from tests.publishing.steps import WEATHER, again, hand_over, report, run, say
from tests.stage import REGISTRY, Stage, client_of, settings_text, source_record


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


def test_a_check_that_was_dispatched_is_about_the_head_that_it_names(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    meant = stage.pull(number).head_sha
    event = again(stage, number, meant)
    assert read_event(event).head == meant
    stage.fork("alice").commit(stage.record("io.github.alice/other"), "publish", login="alice")
    assert run(stage, event).outcome is MergeOutcome.MOVED
    report(stage, again(stage, number))
    [shown] = stage.registry.comments.values()
    with GitHub("token-of-bot") as github:
        post_failure(GitHubRepository(github, REGISTRY), number, meant)
    assert "without a result" not in shown.body, "the check of the next head has a result"


class TestHolds:
    """An approval covers the holds that its writer could see, and no other."""

    @pytest.fixture
    def number(self, stage: Stage) -> int:
        """A publish that is held, since its name is easily taken for another one."""
        stage.registry.commit(stage.record(WEATHER))
        stage.hub.add_user("a1ice")
        number = stage.propose("a1ice", stage.record("io.github.a1ice/weather"))
        assert report(stage, again(stage, number)).level == "held"
        return number

    def approve(self, stage: Stage, number: int) -> None:
        say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")

    def outcome(self, stage: Stage, number: int, handover: Handover) -> MergeOutcome:
        return run(stage, again(stage, number), handover).outcome

    def limit(self, stage: Stage, more: str) -> None:
        stage.registry.commit({"registry.toml": settings_text(more=more).encode()})

    def holds(self, stage: Stage) -> list[str]:
        return [one.body for one in stage.registry.comments.values() if "is held for" in one.body]

    def test_a_hold_that_came_later_is_not_covered(self, stage: Stage, number: int) -> None:
        self.approve(stage, number)
        self.limit(stage, "\n[limits]\nbytes_a_day = 1\n")
        handover = report(stage, again(stage, number))
        assert self.outcome(stage, number, handover) is MergeOutcome.NOT_GREEN
        first, second = self.holds(stage)
        assert "bytes within a day" in second
        assert "bytes within a day" not in first
        self.approve(stage, number)
        assert self.outcome(stage, number, handover) is MergeOutcome.MERGED

    def test_nor_one_that_nobody_was_shown(self, stage: Stage, number: int) -> None:
        self.limit(stage, "\n[limits]\nbytes_a_day = 1\n")
        handover = hand_over(stage, again(stage, number))
        self.approve(stage, number)
        assert self.outcome(stage, number, handover) is MergeOutcome.NOT_GREEN

    def test_nor_one_that_is_back(self, stage: Stage, number: int) -> None:
        self.approve(stage, number)
        self.limit(stage, "\n[limits]\nbytes_a_day = 1\n")
        report(stage, again(stage, number))
        self.limit(stage, "")
        handover = report(stage, again(stage, number))
        assert len(self.holds(stage)) == 3
        assert self.outcome(stage, number, handover) is MergeOutcome.NOT_GREEN

    def test_one_that_is_shown_by_an_edited_comment_alone_is_shown_again(
        self, stage: Stage, number: int
    ) -> None:
        [shown] = [one for one in stage.registry.comments.values() if "is held for" in one.body]
        self.approve(stage, number)
        shown.updated += 1
        handover = hand_over(stage, again(stage, number))
        assert self.outcome(stage, number, handover) is MergeOutcome.NOT_GREEN
        report(stage, again(stage, number))
        assert len(self.holds(stage)) == 2
        self.approve(stage, number)
        assert self.outcome(stage, number, handover) is MergeOutcome.MERGED

    def test_a_report_that_does_not_name_them_is_approved_by_nobody(
        self, stage: Stage, number: int
    ) -> None:
        handover = report(stage, again(stage, number))
        self.approve(stage, number)
        silent = handover.model_copy(
            update={"report": handover.report.model_copy(update={"sections": ()})}
        )
        assert self.outcome(stage, number, silent) is MergeOutcome.NOT_GREEN
        assert self.outcome(stage, number, handover) is MergeOutcome.MERGED

    def test_the_same_holds_are_shown_once(self, stage: Stage, number: int) -> None:
        report(stage, again(stage, number))
        assert len(self.holds(stage)) == 1

    def test_an_approval_of_another_hold_lets_nothing_past_a_limit(
        self, stage: Stage, number: int
    ) -> None:
        """The limit was reached between the check and its merge, by a release of somebody else's."""
        self.limit(stage, "\n[limits]\npublishes_a_day = 1\n")
        handover = report(stage, again(stage, number))
        source = stage.hub.add_repository("alice/clocks")
        record = source_record("io.github.alice/clocks")
        source.tag("v1.0.0", source.commit({"server.json": record}))
        other = stage.propose("a1ice", stage.record("io.github.alice/clocks"), branch="other")
        event = stage.event(other, "a1ice")
        assert run(stage, event, hand_over(stage, event)).outcome is MergeOutcome.MERGED
        self.approve(stage, number)
        result = run(stage, again(stage, number), handover)
        assert result.outcome is MergeOutcome.CHECKED_AGAIN
        assert "within a day" in result.message
