"""What an operator decides between a check and its merge holds for the merge."""

import pytest
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import RECORD, WEATHER, again, files_of, hand_over, report, run, say
from tests.stage import Stage, settings_text


@pytest.fixture
def stage(protected_stage: Stage) -> Stage:
    """A registry whose main is protected as the documentation asks."""
    return protected_stage


def test_a_freeze_stops_a_merge_that_was_checked_before(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    handover = hand_over(stage, stage.event(number, "alice"))
    assert handover.level == "passed"
    frozen = settings_text().replace("[merge]", '[merge]\nfrozen = true\nfrozen_reason = "An incident"')
    stage.registry.commit({"registry.toml": frozen.encode()})
    result = run(stage, stage.event(number, "alice"), handover)
    assert result.outcome is MergeOutcome.FROZEN
    assert "An incident" in result.message
    assert RECORD not in files_of(stage)
    stage.registry.commit({"registry.toml": settings_text().encode()})
    assert run(stage, again(stage, number)).outcome is MergeOutcome.MERGED


def test_two_publishes_that_were_checked_at_once_do_not_pass_a_limit_together(stage: Stage) -> None:
    limit = settings_text(more="\n[limits]\npublishes_a_day = 1\n")
    stage.registry.commit({"registry.toml": limit.encode()})
    first = stage.propose("alice", stage.record(WEATHER))
    second = stage.propose("alice", stage.record(WEATHER, "1.0.1"), branch="second")
    events = {number: stage.event(number, "alice") for number in (first, second)}
    handed = {number: hand_over(stage, event) for number, event in events.items()}
    assert run(stage, events[first], handed[first]).outcome is MergeOutcome.MERGED
    assert run(stage, events[second], handed[second]).outcome is MergeOutcome.CHECKED_AGAIN
    assert hand_over(stage, again(stage, second)).level == "held"


def test_a_name_that_is_held_is_published_once_an_operator_approves_its_head(stage: Stage) -> None:
    stage.registry.commit(stage.record(WEATHER))
    stage.hub.add_user("a1ice")
    number = stage.propose("a1ice", stage.record("io.github.a1ice/weather"))
    event = stage.event(number, "a1ice")
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
    say(stage, "a1ice", number, f"/approve {stage.pull(number).head_sha}")
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    assert run(stage, event).outcome is MergeOutcome.MERGED


def test_two_similar_names_that_were_checked_at_once_are_not_merged_unseen(stage: Stage) -> None:
    stage.hub.add_user("a1ice")
    first = stage.propose("alice", stage.record(WEATHER))
    second = stage.propose("a1ice", stage.record("io.github.a1ice/weather"))
    events = {first: stage.event(first, "alice"), second: stage.event(second, "a1ice")}
    handed = {number: hand_over(stage, event) for number, event in events.items()}
    assert {handover.level for handover in handed.values()} == {"passed"}
    assert run(stage, events[first], handed[first]).outcome is MergeOutcome.MERGED
    result = run(stage, events[second], handed[second])
    assert result.outcome is MergeOutcome.CHECKED_AGAIN
    assert f"io.github.a1ice/weather is easily taken for {WEATHER}" in result.message
    assert hand_over(stage, again(stage, second)).level == "held"


def test_a_new_version_of_a_similar_name_that_the_check_saw_stops_no_merge(stage: Stage) -> None:
    stage.hub.add_user("a1ice")
    stage.registry.commit(stage.record(WEATHER))
    number = stage.propose("a1ice", stage.record("io.github.a1ice/weather"))
    event = stage.event(number, "a1ice")
    handover = report(stage, event)
    assert handover.level == "held"
    update = stage.propose("alice", stage.record(WEATHER, "1.0.1"))
    assert run(stage, stage.event(update, "alice")).outcome is MergeOutcome.MERGED
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    assert run(stage, event, handover).outcome is MergeOutcome.MERGED
