"""GitLab's client: its events, its failures, and which forge speaks for whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_static.forges.gitlab.api import Api
from mcp_static.forges.gitlab.events import read_event
from mcp_static.forges.gitlab.facts import GitLab
from mcp_static.forges.gitlab.instance import Instance, registry_instance
from mcp_static.forges.gitlab.shapes import User
from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError, UsageError

from tests.doubles.gitlab_forge import GitLabForge
from tests.gitlab_stage import BOT, GitLabStage, gitlab_record, gitlab_staged

WEATHER = "io.gitlab.alice/weather"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLabStage]:
    """A registry on a double of GitLab."""
    with GitLabForge(tmp_path / "gitlab") as hub:
        yield gitlab_staged(hub, tmp_path, monkeypatch)


def hook(stage: GitLabStage, action: str, **more: Any) -> dict[str, Any]:
    """What the webhook says of a merge request."""
    found = stage.registry.merge_requests.get(1)
    found = found or stage.propose("alice", gitlab_record(WEATHER))
    return stage.hub.merge_request_hook(stage.registry, found, action, **more)


@pytest.mark.parametrize(
    ("action", "more", "asks_for"),
    [
        ("open", {}, "check"),
        ("reopen", {}, "check"),
        ("update", {"oldrev": "0" * 40}, "check"),
        ("update", {}, None),
        ("approved", {}, None),
        ("close", {}, None),
        ("merge", {}, None),
    ],
)
def test_a_new_head_asks_for_a_check(
    stage: GitLabStage, action: str, more: dict[str, str], asks_for: str | None
) -> None:
    event = read_event(stage.event(hook(stage, action, **more)))
    assert (event.number, event.is_pull_request, event.asks_for) == (1, True, asks_for)
    assert str(event.sender.id) == str(stage.account("alice"))


def test_a_new_comment_asks_for_an_answer(stage: GitLabStage) -> None:
    issue = stage.hub.open_issue(stage.registry, "alice")
    note = stage.say("alice", issue, "!help")
    payload = stage.hub.note_hook(stage.registry, issue, note)
    event = read_event(stage.event(payload))
    assert (event.comment, event.asks_for) == (f"issues/1/notes/{note.id}", "comment")
    for change in ({"action": "update"}, {"system": True}):
        payload["object_attributes"] |= {"action": "create", "system": False, **change}
        assert read_event(stage.event(payload)).asks_for is None
    del payload["issue"]  # a comment on a commit or a snippet
    assert read_event(stage.event(payload)).number is None


@pytest.mark.parametrize(
    "change",
    [
        {"object_kind": "pipeline"},
        {"project": {"id": 1, "path_with_namespace": "evil/registry", "git_http_url": "x"}},
        {"project": {"id": "1", "path_with_namespace": "a/b", "git_http_url": "x"}},
        {"object_attributes": {"iid": -1}},
        {"object_attributes": {"iid": 10**30}},
        {"user": None},
    ],
)
def test_what_is_no_event_of_this_project_is_refused(
    stage: GitLabStage, change: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="is not an event that this command understands"):
        read_event(stage.event({**hook(stage, "open"), **change}))


def test_a_payload_that_is_none_is_refused(stage: GitLabStage, tmp_path: Path) -> None:
    path = tmp_path / "payload.json"
    for content in (b"", b"[]", b"null", b"{", b'{"object_kind": "note"} trailing', b"\xff"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="is not an event"):
            read_event(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_event(tmp_path / "absent.json")


def test_the_project_is_that_of_the_pipeline(
    stage: GitLabStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = hook(stage, "open")
    payload["project"]["path_with_namespace"] = "some/name"
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.com/acme/mcp/registry")
    event = read_event(stage.event(payload))
    assert event.repository == stage.registry.full_path
    assert event.clone_url == "https://gitlab.com/acme/mcp/registry.git"


@pytest.mark.parametrize(
    ("status", "error", "exit_code"),
    [
        (401, InputError, 1),
        (403, ForbiddenError, 1),
        (429, UnansweredError, 3),
        (502, UnansweredError, 3),
    ],
)
def test_a_failure_is_an_error_of_ours(
    stage: GitLabStage, status: int, error: type[InputError], exit_code: int
) -> None:
    api = Api(f"token-of-{BOT}", stage.hub.url)
    stage.hub.fail_once("POST", "/issues/1/notes", status)
    with pytest.raises(error) as raised:
        api.act("post", f"/projects/{stage.registry.id}/issues/1/notes", {}, "a note")
    assert raised.value.exit_code == exit_code
    assert f"GitLab answered {status} for a note" in raised.value.message
    api.close()


def test_an_answer_that_is_none_is_no_fact(stage: GitLabStage) -> None:
    api = Api(None, stage.hub.url)
    with pytest.raises(UnansweredError, match="cannot be read"):
        api.get(f"/projects/{stage.registry.id}", User, "a user")
    api.close()
    nowhere = Api(None, "http://127.0.0.1:9")
    with pytest.raises(UnansweredError, match="could not be reached"):
        nowhere.act("post", "/user", {}, "a user")
    with pytest.raises(UsageError, match="characters that no token can have"):
        Api("a token\n", "https://gitlab.com")


def test_the_registrys_gitlab_is_that_of_its_pipelines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_SERVER_URL", "https://git.example.com/")
    monkeypatch.setenv("CI_API_V4_URL", "https://git.example.com/api/v4")
    here = registry_instance()
    assert here == Instance("https://git.example.com", "https://git.example.com")
    assert here.host == "git.example.com"
    monkeypatch.setenv("CI_SERVER_URL", "file:///etc")
    with pytest.raises(UsageError, match="CI_SERVER_URL is not a URL"):
        registry_instance()


@pytest.mark.parametrize(
    ("change", "asks_for"),
    [({"previous": True, "current": False}, "check"), ({"previous": False, "current": True}, None)],
)
def test_a_draft_that_is_ready_is_checked(
    stage: GitLabStage, change: dict[str, bool], asks_for: str | None
) -> None:
    payload = hook(stage, "update")
    payload["changes"] = {"draft": change}
    assert read_event(stage.event(payload)).asks_for == asks_for


def test_a_check_is_about_the_head_that_its_event_names(stage: GitLabStage) -> None:
    payload = hook(stage, "open")
    payload["object_attributes"]["last_commit"] = {"id": "a" * 40}
    assert read_event(stage.event(payload)).head == "a" * 40
    payload["object_attributes"]["last_commit"] = {"id": "main"}
    with pytest.raises(InputError, match="is not an event"):
        read_event(stage.event(payload))


def test_a_project_that_moved_is_found_by_its_old_path_for_blocks_alone(stage: GitLabStage) -> None:
    source = stage.hub.add_forge_project("alice/weather")
    stage.hub.move("alice/weather", "alice/forecast")
    api = Api(f"token-of-{BOT}", stage.hub.url)
    forge = GitLab(api)
    found = forge.repository_at("alice/weather")
    assert found is not None
    assert (found.full_name, found.id.number) == ("alice/forecast", source.id)
    assert forge.repository("alice/weather") is None
    assert forge.repository_at("../weather") is None
    api.close()
