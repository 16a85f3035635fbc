"""Publishing to a registry on GitLab: the same ways as on GitHub, by what GitLab tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_static.check.accepted import read_accepted
from mcp_static.forges.gitlab import repository
from mcp_static.forges.gitlab.comments import without_quick_actions
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git import remotes
from mcp_static.model.errors import InputError, UnansweredError, UsageError
from mcp_static.publishing.catching_up import catch_up
from mcp_static.publishing.merging import MergeOutcome

from tests.doubles.gitlab_forge import GitLabForge
from tests.doubles.gitlab_models import Pipeline
from tests.doubles.gitlab_state import QUICK
from tests.gitlab_stage import BOT, REGISTRY, GitLabStage, gitlab_record, gitlab_staged
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


def test_whoever_pushed_first_brought_it_whatever_came_later(stage: GitLabStage) -> None:
    files = gitlab_record(WEATHER)
    fork = stage.fork("alice")
    # Mallory, who may push to the fork, brings the bytes; Alice only opens the merge request.
    stage.hub.push(fork, "mallory", files, "theirs", stage.registry.head)
    theirs = stage.hub.open(stage.registry, fork, "theirs", "alice")
    assert stage.merge(theirs).outcome is MergeOutcome.NOT_GREEN
    # Alice brings them, and Mallory rebases: the bytes stay Alice's.
    mine = stage.propose("alice", files, "mine")
    stage.hub.push(fork, "mallory", files, "mine", stage.registry.head)
    assert len(mine.versions) == 2
    assert stage.merge(mine).outcome is MergeOutcome.MERGED


def test_a_branch_made_anew_is_whose_who_made_it(stage: GitLabStage) -> None:
    files = gitlab_record(WEATHER)
    fork = stage.fork("alice")
    stage.hub.push(fork, "mallory", files, "again", stage.registry.head)
    fork.store.delete_ref("refs/heads/again")
    stage.hub.notice(fork, "mallory")
    for number in range(150):  # what happens elsewhere fills a page of the events
        fork.store.set_ref(f"refs/heads/other-{number}", stage.registry.head)
    stage.hub.notice(fork, "mallory")
    stage.hub.push(fork, "alice", files, "again", stage.registry.head)
    mine = stage.hub.open(stage.registry, fork, "again", "alice")
    assert stage.merge(mine).outcome is MergeOutcome.MERGED


def test_where_a_push_could_be_missing_nobody_is_known(stage: GitLabStage) -> None:
    files = gitlab_record(WEATHER)
    fork = stage.fork("alice")
    stage.hub.push(fork, "alice", {"note.txt": b"1"}, "many", stage.registry.head)
    stage.hub.push_many(fork, "mallory", "many", files)
    stage.hub.push(fork, "alice", {"note.txt": None}, "many")
    found = stage.hub.open(stage.registry, fork, "many", "alice")
    handover = stage.check(found)
    assert handover.requester is None
    said = found.notes[-1].body.replace("&#33;", "!")
    assert f"!confirm {found.sha}" in said
    assert stage.merge(found, handover).outcome is MergeOutcome.NOT_GREEN
    stage.say("alice", found, f"!confirm {found.sha}")
    assert stage.merge(found).outcome is MergeOutcome.MERGED


@pytest.mark.parametrize("word", ["/approve", "/confirm", "`!confirm`", "> !confirm"])
def test_only_words_of_ours_count(stage: GitLabStage, word: str) -> None:
    forged = stage.propose("mallory", gitlab_record(WEATHER))
    text = f"{word} {forged.sha}"
    stage.hub.write_note(stage.registry, forged, "alice", f"Hello.\n\n{text}")
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN


def test_a_word_counts_unedited_open_to_all_and_after_the_head(stage: GitLabStage) -> None:
    forged = stage.propose("mallory", gitlab_record(WEATHER))
    word = f"!confirm {forged.sha}"
    edited = stage.say("alice", forged, "!confirm nothing")
    stage.hub.edit_note(edited, word)
    stage.say("alice", forged, word, internal=True)
    stage.say("alice", forged, word, system=True)
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN
    stage.say("alice", forged, word)
    # The head goes away and comes back: the word was about it as it was before.
    fork, head = stage.fork("mallory"), forged.sha
    stage.hub.push(fork, "mallory", {"note.txt": b"1"}, "publish")
    fork.store.set_ref("refs/heads/publish", head)
    stage.hub.notice(fork, "mallory")
    assert forged.sha == head
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN
    stage.say("alice", forged, word)
    stage.hub.change_state(forged, "close")
    stage.hub.change_state(forged, "reopen")
    assert stage.merge(forged).outcome is MergeOutcome.NOT_GREEN
    stage.say("alice", forged, word)
    assert stage.merge(forged).outcome is MergeOutcome.MERGED


def test_nothing_that_we_write_is_a_quick_action(stage: GitLabStage) -> None:
    issue = stage.hub.open_issue(stage.registry, "mallory")
    note = stage.say("mallory", issue, "!status 'io.gitlab.a/b\r\n/close' active\n!nothing '/merge'")
    stage.answer(issue, note)
    mine = stage.propose("alice", gitlab_record(WEATHER))
    stage.merge(mine, stage.check(mine))
    assert [who for who, _ in stage.hub.quick_actions if who == BOT] == []
    text = "\r/close\n\r\n/merge now\n```\n/approve\n```\n /label x\n/"
    assert not QUICK.search(without_quick_actions(text).replace("\r", ""))
    assert "&#47;merge now" in without_quick_actions(text)


def test_main_that_moves_meanwhile_is_checked_against_again(
    stage: GitLabStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = stage.propose("alice", gitlab_record(WEATHER))
    handover = stage.check(mine)
    real, moved = remotes.push_commit, list[str]()

    def push(*arguments: Any, **more: Any) -> None:
        if not moved:
            moved.append(stage.registry.commit({"README.md": b"moved\n"}))
        real(*arguments, **more)

    monkeypatch.setattr(repository, "push_commit", push)
    assert stage.merge(mine, handover).outcome is MergeOutcome.MERGED
    assert stage.registry.store.commit_object(stage.registry.head).parents == (moved[0],)


def test_a_main_that_takes_no_push_says_so(stage: GitLabStage) -> None:
    mine = stage.propose("alice", gitlab_record(WEATHER))
    (stage.registry.path / "locked").touch()
    with pytest.raises(InputError, match="not allowed to push|hook declined|refused"):
        stage.merge(mine)
    assert mine.state == "opened"


def test_what_a_schedule_finds_without_a_report_is_checked(stage: GitLabStage) -> None:
    lost = stage.propose("alice", gitlab_record(WEATHER))
    told = stage.propose("alice", gitlab_record(WEATHER, "2.0.0"), "told")
    stage.check(told)
    with open_workflow(REGISTRY) as workflow:
        assert catch_up(workflow.registry) == [f"!{lost.iid}"]
    [pipeline] = [one for one in stage.hub.pipelines if one.source == "trigger"]
    assert pipeline.payload is not None
    path = stage.clone.parent / "payload.json"
    path.write_text(json.dumps(pipeline.payload))
    event = read_event(path)
    assert (event.number, event.asks_for, event.repository) == (lost.iid, "check", REGISTRY)


def test_another_change_is_let_in_by_a_maintainer(stage: GitLabStage) -> None:
    change = stage.propose("olivia", {"README.md": b"better\n"})
    handover = stage.check(change)
    assert stage.merge(change, handover).outcome is MergeOutcome.NOT_A_PUBLISH
    stage.say("alice", change, f"!approve {change.sha}")
    assert stage.merge(change, handover).outcome is MergeOutcome.NOT_A_PUBLISH
    stage.say("olivia", change, f"!approve {change.sha}")
    for _ in range(2):
        assert stage.merge(change, handover).outcome is MergeOutcome.APPROVED
    assert stage.registry.statuses[change.sha] == {"mcp-static/merge": "success"}


def test_a_check_whose_token_is_not_the_bots_knows_the_bot_by_name(
    stage: GitLabStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.hub.add_user("reader")
    monkeypatch.setenv("GITLAB_TOKEN", "token-of-reader")
    with open_workflow(REGISTRY) as workflow:
        assert workflow.registry.me().login == "reader"
    monkeypatch.setenv("MCP_STATIC_BOT", BOT)
    with open_workflow(REGISTRY) as workflow:
        assert workflow.registry.me().id == stage.account(BOT)
    monkeypatch.setenv("MCP_STATIC_BOT", "nobody-at-all")
    with (
        open_workflow(REGISTRY) as workflow,
        pytest.raises(UsageError, match="names no account"),
    ):
        workflow.registry.me()


def test_without_a_trigger_no_check_is_said_to_run(
    stage: GitLabStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MCP_STATIC_TRIGGER_TOKEN")
    mine = stage.propose("alice", gitlab_record(WEATHER))
    note = stage.say("alice", mine, "!check")
    said = stage.answer(mine, note)
    assert "No check can be started" in said
    assert "runs again" not in said


def test_a_draft_is_checked_and_not_merged(stage: GitLabStage) -> None:
    mine = stage.propose("alice", gitlab_record(WEATHER))
    mine.title = f"Draft: {mine.title}"
    handover = stage.check(mine)
    assert stage.merge(mine, handover).outcome is MergeOutcome.DRAFT
    mine.title = mine.title.removeprefix("Draft: ")
    assert stage.merge(mine, handover).outcome is MergeOutcome.MERGED


def test_an_approval_covers_the_holds_that_were_shown_before_it(stage: GitLabStage) -> None:
    first = stage.propose("alice", gitlab_record(WEATHER))
    assert stage.merge(first).outcome is MergeOutcome.MERGED
    del stage.hub._namespaces["alice"]
    held = stage.propose("alice", gitlab_record(WEATHER, "2.0.0"), "anew")
    stage.say("olivia", held, f"!approve {held.sha}")
    handover = stage.check(held)
    assert "is held for this" in held.notes[-1].body
    assert stage.merge(held, handover).outcome is MergeOutcome.NOT_GREEN
    handover = stage.check(held)
    assert len([note for note in held.notes if "is held for this" in note.body]) == 1
    stage.say("olivia", held, f"!approve {held.sha}")
    assert stage.merge(held, handover).outcome is MergeOutcome.MERGED


def test_what_waits_is_shown_again_once_it_is_open_again(stage: GitLabStage) -> None:
    mine = stage.propose("alice", gitlab_record(WEATHER))
    with open_workflow(REGISTRY) as workflow:
        comments, number = workflow.registry.comments, mine.iid
        comments.say_once(number, "held:1", "It waits.")
        first = comments.said_at(number, "held:1")
        stage.hub.change_state(mine, "close")
        stage.hub.change_state(mine, "reopen")
        since = workflow.registry.reopened_at(number)
        assert first is not None
        assert comments.said_at(number, "held:1", since) is None
        comments.say_once(number, "held:1", "It waits.", since)
        comments.say_once(number, "held:1", "It waits.", since)
        again = comments.said_at(number, "held:1", since)
        assert again is not None
        assert again >= since
        shown = [comment for comment in comments.of(number) if comments.mark_of(comment) == "held:1"]
        assert len(shown) == 2
        stage.hub.edit_note(mine.notes[-1], mine.notes[-1].body + " Not at all.")
        assert comments.said_at(number, "held:1", since) is None


def test_an_operator_decides_though_nobody_could_read_the_comment(stage: GitLabStage) -> None:
    issue = stage.hub.open_issue(stage.registry, "olivia")
    note = stage.say("olivia", issue, f"!takedown {WEATHER} it has been stolen\n!check")
    said = stage.carry_out(issue, note, None)
    assert "is committed as" in said, said
    assert "could not be read" in said
    theirs = stage.say("mallory", issue, f"!takedown {WEATHER} mine")
    assert "could not be read" in stage.carry_out(issue, theirs, None)


def test_who_may_not_confirm_has_no_check_run(stage: GitLabStage) -> None:
    forged = stage.propose("mallory", gitlab_record(WEATHER))
    begun = len(stage.hub.pipelines)
    said = stage.answer(forged, stage.say("mallory", forged, f"!confirm {forged.sha}"))
    assert "`!confirm` is for the account" in said.replace("&#33;", "!"), said
    assert len(stage.hub.pipelines) == begun
    said = stage.answer(forged, stage.say("alice", forged, f"!confirm {forged.sha}"))
    assert "the check of" in said, said
    payload = stage.hub.pipelines[-1].payload
    assert payload is not None
    assert payload["object_attributes"]["last_commit"] == {"id": forged.sha}


def test_what_the_registry_writes_is_nobodys_word(stage: GitLabStage) -> None:
    """The bot is a maintainer, and its comments quote people."""
    change = stage.propose("mallory", {"README.md": b"mine\n"})
    handover = stage.check(change)
    stage.say(BOT, change, f"!approve {change.sha}")
    assert stage.merge(change, handover).outcome is MergeOutcome.NOT_A_PUBLISH
    stage.say("olivia", change, f"!approve {change.sha}")
    assert stage.merge(change, handover).outcome is MergeOutcome.APPROVED
