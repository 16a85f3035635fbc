"""Whose wish a pull request counts as, also where nobody is known to have brought its bytes."""

import json

import pytest
from mcp_static.publishing.handover import HandedAccount, HandedFinding, Handover
from mcp_static.publishing.merging import MergeOutcome

from tests.publishing.steps import WEATHER, hand_over, published, run, say
from tests.registries import path_of
from tests.stage import REGISTRY, Stage, account_of, client_of, settings_text, source_record


@pytest.fixture
def stage(protected_stage: Stage) -> Stage:
    """A registry whose main is protected as the documentation asks."""
    return protected_stage


def set_settings(stage: Stage, more: str) -> None:
    stage.registry.commit({"registry.toml": settings_text(more=more).encode()})


def lines(handover: Handover) -> list[HandedFinding]:
    return [line for section in handover.report.sections for line in section.findings]


def test_an_author_who_is_blocked_hides_behind_no_deleted_fork(stage: Stage) -> None:
    mallory = account_of(stage.hub.user("mallory")).id
    set_settings(stage, f'\n[blocked]\naccounts = ["{mallory}"]\n')
    number = stage.propose("mallory", stage.record(WEATHER))
    event = stage.event(number, "mallory")
    stage.fork("mallory").delete()
    blocked = [line for line in lines(hand_over(stage, event)) if line.id == "not-blocked"]
    assert [str(mallory) in line.message for line in blocked] == [True]


def test_what_nobody_is_known_to_have_brought_counts_against_its_author(stage: Stage) -> None:
    """Mallory asks for alice's releases, from forks that are gone when the check runs."""
    set_settings(stage, "\n[limits]\npublishes_a_day = 1\n")
    source = stage.hub.add_repository("alice/weather")
    events = {}
    for version in ("1.0.0", "1.0.1"):
        source.commit({"server.json": source_record(WEATHER, version)})
        source.store.git("tag", f"v{version}", "main")
        number = stage.propose("mallory", stage.record(WEATHER, version), branch=f"v{version}")
        events[version] = stage.event(number, "mallory")
    stage.fork("mallory").delete()
    first, second = events.values()
    assert run(stage, first, hand_over(stage, first)).outcome is MergeOutcome.MERGED
    note = json.loads(published(stage, path_of(WEATHER, "1.0.0", "accepted.json")) or b"")
    mallory = account_of(stage.hub.user("mallory"))
    assert note["openedBy"] == {"login": "mallory", "id": str(mallory.id)}
    assert "requestedBy" not in note
    limited = [line for line in lines(hand_over(stage, second)) if line.id == "daily-limit"]
    assert ["mallory" in line.message for line in limited] == [True], "alice has published nothing"


def test_a_check_that_names_somebody_else_is_not_believed(stage: Stage) -> None:
    event = stage.event(stage.propose("mallory", stage.record("io.github.mallory/x")), "mallory")
    honest = hand_over(stage, event)
    alice = account_of(stage.hub.user("alice"))
    requester = HandedAccount(login="alice", id=str(alice.id))
    result = run(stage, event, honest.model_copy(update={"requester": requester}))
    assert result.outcome is MergeOutcome.NOT_GREEN
    assert "another account" in result.message


def test_opening_a_pull_request_again_is_an_arrival(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(WEATHER))
    say(stage, "alice", number, f"/confirm {stage.pull(number).head_sha}")
    event = stage.event(number, "mallory")
    assert hand_over(stage, event).level == "passed"
    stage.hub.clock.advance(3600)
    with client_of(stage.hub, "token-of-mallory") as github:
        pull = github.get_repo(REGISTRY).get_pull(number)
        pull.edit(state="closed")
        pull.edit(state="open")
    assert hand_over(stage, event).level == "error", "the word was about what was closed"
