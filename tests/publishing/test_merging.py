"""Merging: what lands, what does not, and that nothing is lost whenever it is killed or repeated."""

import json
import time
from pathlib import Path

import git
import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import InputError
from mcp_static.publishing.merging import PUBLISHED, MergeOutcome, MergeResult, merge

from tests.conftest import build_registry
from tests.doubles.github_models import PullRequest
from tests.publishing.steps import job_of, published, say
from tests.registries import Registry, path_of
from tests.stage import REGISTRY, Stage, account_of, client_of, settings_text, source_record

WEATHER = "io.github.alice/weather"
RECORD = path_of(WEATHER, "1.0.0")


def run(stage: Stage, event: Path) -> MergeResult:
    """Merge as a workflow does."""
    with (
        open_repository(stage.clone) as repository,
        GitHub("token-of-bot") as github,
    ):
        return merge(job_of(event, repository, github))


def test_a_green_pull_request_is_merged_with_what_proves_it(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    main = stage.registry.head
    head = stage.registry.store.git("rev-parse", f"refs/pull/{number}/head")
    result = run(stage, stage.event(number, "alice"))
    assert result.outcome is MergeOutcome.MERGED
    assert stage.registry.store.git("rev-list", "--parents", "-1", "main").split()[1:] == [main]
    assert published(stage) == source_record(WEATHER)
    accepted = json.loads(published(stage, path_of(WEATHER, "1.0.0", "accepted.json")) or b"")
    alice = {"login": "alice", "id": str(account_of(stage.hub.user("alice")).id)}
    assert (accepted["proof"], accepted["account"], accepted["requestedBy"]) == (
        "github-account",
        alice,
        alice,
    )
    assert (accepted["head"], accepted["pullRequest"]) == (head, number)
    assert [(d.name, d.ref) for d in stage.hub.dispatches] == [("deploy.yml", "refs/heads/main")]
    pull = stage.registry.issues[number]
    assert pull.state == "closed"
    said = [comment.body for comment in stage.registry.comments.values()]
    assert len(said) == 1
    assert "ready to be merged" in said[0]
    assert "Published as" in said[0]


def test_a_merge_remembers_who_proved_the_name(stage: Stage) -> None:
    run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    alice = str(account_of(stage.hub.user("alice")).id)
    for folder in ("io.github.alice", "io.github.alice/weather"):
        content = published(stage, f"registry-data/servers/al/{folder}/identity.json") or b""
        [identity] = json.loads(content)["identities"]
        assert (identity["kind"], identity["value"]) == ("account", alice)
    next_one = stage.propose("alice", stage.record(WEATHER, "1.1.0"), branch="next")
    assert run(stage, stage.event(next_one, "alice")).outcome is MergeOutcome.MERGED


def test_what_is_held_waits_for_its_date_and_for_an_operator(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    number = stage.propose("alice", stage.record("io.github.alice/another"), branch="next")
    event = stage.event(number, "alice")
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
    head = stage.pull(number).head_sha
    say(stage, "acme", number, f"/approve {head}")
    early = run(stage, event)
    assert early.outcome is MergeOutcome.NOT_GREEN
    assert "waits until" in early.message
    in_eight_days = time.time() + 8 * 86400
    monkeypatch.setattr("mcp_static.publishing.merging.time.time", lambda: in_eight_days)
    [shown] = [one for one in stage.registry.comments.values() if f"held:{head}" in one.body]
    shown.updated += 1
    unshown = run(stage, event)
    assert unshown.outcome is MergeOutcome.NOT_GREEN, "when an edited comment was written tells nothing"
    shown.updated = shown.created
    assert run(stage, event).outcome is MergeOutcome.MERGED
    assert published(stage, path_of("io.github.alice/another", "1.0.0")) is not None


def test_the_days_of_waiting_begin_when_people_can_see_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull request that was opened long before the name changed hands has not waited yet."""
    run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    stage.hub.clock.stop(time.time() - 40 * 86400)
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    number = stage.propose("alice", stage.record("io.github.alice/another"), branch="next")
    stage.hub.clock.stop(time.time())
    event = stage.event(number, "alice")
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
    say(stage, "acme", number, f"/approve {stage.pull(number).head_sha}")
    result = run(stage, event)
    assert result.outcome is MergeOutcome.NOT_GREEN
    assert "waits until" in result.message


def test_what_was_merged_is_built_with_its_provenance(stage: Stage, tmp_path: Path) -> None:
    run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    registry = Registry(stage.registry.path)
    build_registry(registry, tmp_path / "dist")
    page = tmp_path / "dist/v0.1/servers/io.github.alice/weather/versions/1.0.0.json"
    provenance = json.loads(page.read_bytes())["_meta"]["com.example.registry/provenance"]
    assert provenance["accepted"]["account"]["login"] == "alice"


def test_only_records_come_in_from_the_head(stage: Stage) -> None:
    stage.fork("alice").commit(
        {**stage.record(WEATHER), "builder/mcp_static/x.py": b"evil"}, "publish", login="alice"
    )
    result = run(stage, stage.event(stage.open("alice", "publish"), "alice"))
    assert result.outcome is MergeOutcome.NOT_GREEN
    assert published(stage) is None


def test_a_red_one_is_reported_in_one_comment_that_is_edited(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(WEATHER))
    event = stage.event(number, "mallory")
    first, second = run(stage, event), run(stage, event)
    assert (first.outcome, first.exit_code) == (MergeOutcome.NOT_GREEN, 1)
    assert second == first
    assert len(stage.registry.comments) == 1
    assert published(stage) is None
    assert stage.hub.dispatches == []


def test_a_comment_that_mimics_the_bots_is_left_alone(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(WEATHER))
    with client_of(stage.hub, "token-of-mallory") as github:
        issue = github.get_repo(REGISTRY).get_issue(number)
        issue.create_comment("<!-- mcp-static -->\n<!-- mcp-static:check -->\n✅ all green")
    run(stage, stage.event(number, "mallory"))
    bodies = {c.user.login: c.body for c in stage.registry.comments.values()}
    assert bodies["mallory"].endswith("all green")
    assert "❌" in bodies["github-actions[bot]"]


def test_people_merge_where_the_settings_say_so(stage: Stage) -> None:
    stage.registry.commit({"registry.toml": settings_text(automatic=False).encode()})
    result = run(stage, stage.event(stage.propose("alice", stage.record(WEATHER)), "alice"))
    assert result.outcome is MergeOutcome.NOT_AUTOMATIC
    assert published(stage) is None


def test_the_settings_of_the_pull_request_count_for_nothing(stage: Stage) -> None:
    stage.registry.commit({"registry.toml": settings_text(automatic=False).encode()})
    files = {**stage.record(WEATHER), "registry.toml": settings_text(automatic=True).encode()}
    result = run(stage, stage.event(stage.propose("alice", files), "alice"))
    assert result.outcome is MergeOutcome.NOT_GREEN


def test_one_opened_by_the_owner_and_pushed_to_by_another_is_not_the_owners(stage: Stage) -> None:
    fork = stage.fork("alice")
    number = stage.propose("alice", {"README.md": b"mine\n"})
    fork.grant("mallory", "write")
    fork.commit({"README.md": b"hello\n", **stage.record(WEATHER)}, "publish", login="mallory")
    synchronized = run(stage, stage.event(number, "mallory", "synchronize"))
    assert synchronized.outcome is MergeOutcome.NOT_GREEN
    # Nor when the owner merely does something else to it.
    for action in ("reopened", "edited", "labeled"):
        assert run(stage, stage.event(number, "alice", action)).outcome is MergeOutcome.NOT_GREEN
    assert published(stage) is None


def test_whoever_pushed_is_asked_of_the_activity_where_no_event_says_it(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    payload = stage.hub.workflow_dispatch_event(
        stage.registry, {"pull_request": str(number)}, "acme", workflow="check.yml"
    )
    assert run(stage, stage.write_event(payload)).outcome is MergeOutcome.MERGED


def test_a_sender_whose_id_is_anothers_is_not_believed(stage: Stage) -> None:
    number = stage.propose("mallory", stage.record(WEATHER))
    event = stage.event(number, "mallory")
    payload = json.loads(event.read_bytes())
    payload["sender"]["login"] = "alice"
    event.write_text(json.dumps(payload))
    assert run(stage, event).outcome is MergeOutcome.NOT_GREEN


def test_a_head_that_moved_since_is_left_to_its_own_check(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    stage.fork("alice").commit(stage.record("io.github.alice/maps"), "publish", login="mallory")
    assert run(stage, event).outcome is MergeOutcome.MOVED
    assert published(stage) is None


def test_a_head_that_moves_while_it_is_checked_is_not_merged(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    pushed: list[str] = []

    def push(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/git/trees") and not pushed:
            pushed.append(path)
            evil = {path_of(WEATHER, "9.9.9"): source_record(WEATHER, "9.9.9")}
            stage.fork("alice").commit(evil, "publish", login="mallory")

    stage.hub.hooks.append(push)
    assert run(stage, event).outcome is MergeOutcome.MERGED
    assert published(stage) == source_record(WEATHER)  # what was checked
    assert published(stage, path_of(WEATHER, "9.9.9")) is None


def test_main_that_moves_meanwhile_is_checked_against_again(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    moved: list[str] = []

    def push(method: str, path: str) -> None:
        if method == "PATCH" and path.endswith("/git/refs/heads/main") and len(moved) < 2:
            moved.append(stage.registry.commit(stage.record("io.github.bob/maps", f"1.0.{len(moved)}")))

    stage.hub.hooks.append(push)
    assert run(stage, stage.event(number, "alice")).outcome is MergeOutcome.MERGED
    parents = stage.registry.store.git("rev-list", "--parents", "-1", "main").split()
    assert parents[1] == moved[-1]


def test_main_that_never_rests_has_the_check_run_again(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))

    def push(method: str, path: str) -> None:
        if method == "PATCH" and path.endswith("/git/refs/heads/main"):
            stage.registry.commit({"README.md": str(len(stage.hub.requests)).encode()})

    stage.hub.hooks.append(push)
    result = run(stage, stage.event(number, "alice"))
    assert result.outcome is MergeOutcome.CHECKED_AGAIN
    assert "moved at each" in result.message
    assert published(stage) is None
    inputs = {"pull_request": str(number), "head": stage.pull(number).head_sha}
    assert [(d.name, d.inputs) for d in stage.hub.dispatches] == [("check.yml", inputs)]


def test_of_two_that_are_fine_alone_and_wrong_together_one_lands(stage: Stage) -> None:
    remotes = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]
    one = stage.propose("alice", stage.record(WEATHER, remotes=remotes))
    two = stage.propose("bob", stage.record("io.github.bob/maps", remotes=remotes))
    events = stage.event(one, "alice"), stage.event(two, "bob")
    raced: list[str] = []

    def merge_the_other(method: str, path: str) -> None:
        if method == "PATCH" and path.endswith("/git/refs/heads/main") and not raced:
            raced.append(path)
            assert run(stage, events[1]).outcome is MergeOutcome.MERGED

    stage.hub.hooks.append(merge_the_other)
    assert run(stage, events[0]).outcome is MergeOutcome.NOT_GREEN
    assert published(stage) is None
    assert published(stage, path_of("io.github.bob/maps", "1.0.0")) is not None


class KilledError(BaseException):
    """Stands for the process being killed."""


STEPS = (
    ("POST", "/git/blobs"),
    ("POST", "/git/trees"),
    ("POST", "/git/commits"),
    ("POST", "/git/refs"),
    ("POST", "/statuses/"),
    ("PATCH", "/git/refs/heads/main"),
    ("POST", "/labels"),
    ("PATCH", "/pulls/"),
    ("DELETE", "/git/refs/heads/mcp-static/"),
    ("POST", "/dispatches"),
    ("POST", "/comments"),
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("method", "end"), STEPS)
def test_killed_at_any_step_and_run_again_it_ends_the_same(
    method: str, end: str, after: bool, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    from github.Requester import Requester

    original = Requester.requestJson
    killed: list[str] = []

    def request(self: Requester, verb: str, url: str, *args: object, **more: object) -> object:
        path = url.split("?")[0]
        fatal = verb == method and end in path and not killed
        if fatal and not after:
            killed.append(path)
            raise KilledError
        answer = original(self, verb, url, *args, **more)  # type: ignore[arg-type]
        if fatal:
            killed.append(path)
            raise KilledError
        return answer

    monkeypatch.setattr(Requester, "requestJson", request)
    with pytest.raises(KilledError):
        run(stage, event)
    ended = run(stage, event)
    assert ended.outcome in {MergeOutcome.MERGED, MergeOutcome.MERGED_BEFORE}
    assert run(stage, event).outcome is MergeOutcome.MERGED_BEFORE
    assert published(stage) == source_record(WEATHER)
    changed = stage.registry.store.git("rev-list", "--count", "main", "--", RECORD)
    assert changed == "1"
    assert stage.registry.store.git("for-each-ref", "refs/heads/mcp-static") == ""
    pull = stage.registry.issues[number]
    assert (pull.state, pull.labels) == ("closed", [PUBLISHED])
    assert any(dispatch.name == "deploy.yml" for dispatch in stage.hub.dispatches)
    assert len([c for c in stage.registry.comments.values() if c.user.type == "Bot"]) == 1


def test_a_closed_one_is_left_alone(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    stage.hub.close(stage.registry.issues[number])
    assert run(stage, event).outcome is MergeOutcome.CLOSED


def test_a_busy_forge_is_waited_for(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    stage.hub.limit_next("GET", "/users/alice", times=1)
    stage.hub.fail_next("GET", "/pulls/", 429, headers={"Retry-After": "0"})
    assert run(stage, event).outcome is MergeOutcome.MERGED


def test_a_token_without_rights_is_told(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    stage.hub.add_token(
        "token-of-bot", "github-actions[bot]", {"contents:read", "pull_requests:write", "issues:write"}
    )
    with pytest.raises(InputError, match="403"):
        run(stage, event)
    assert published(stage) is None


def test_a_draft_on_ones_own_branch_is_not_brought_by_a_stranger(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    pull = stage.registry.issues[number]
    pull.user = stage.hub.user("mallory")  # as if GitHub had let a stranger open it
    dispatched = stage.hub.workflow_dispatch_event(
        stage.registry, {"pull_request": str(number)}, "mallory", workflow="check.yml"
    )
    for event in (
        stage.event(number, "mallory"),
        stage.event(number, "mallory", "reopened"),
        stage.event(number, "alice", "synchronize"),
        stage.write_event(dispatched),
    ):
        assert run(stage, event).outcome is MergeOutcome.NOT_GREEN


def test_a_pull_request_for_another_branch_is_not_merged_into_main(stage: Stage) -> None:
    stage.registry.commit({"README.md": b"old"}, branch="old")
    number = stage.propose("alice", stage.record(WEATHER))
    pull = stage.registry.issues[number]
    assert isinstance(pull, PullRequest)
    pull.base_ref = "old"
    assert run(stage, stage.event(number, "alice")).outcome is MergeOutcome.ELSEWHERE
    assert published(stage) is None


def test_nothing_is_merged_from_a_clone_that_cannot_see_its_history(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    event = stage.event(number, "alice")
    shallow = stage.clone.with_name("shallow.git")
    git.Repo.clone_from(f"file://{stage.registry.path}", str(shallow), bare=True, depth=1).close()
    stage.clone = shallow
    with pytest.raises(InputError, match="shallow"):
        run(stage, event)
    assert published(stage) is None
