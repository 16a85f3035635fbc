"""The double of GitHub, driven by PyGithub and git: a protected branch, and what may change it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_rules import BranchRules
from tests.doubles.github_state import ACTIONS_APP, ACTIONS_BOT
from tests.forges.github_double.clients import Clients
from tests.stage import REGISTRY, STATUS, client_of, settings_text, staged

EXPECTED = 'Repository rule violations found\n\nRequired status check "gate" is expected.\n\n'
FORCED = "Repository rule violations found\n\nCannot force-push to this branch\n\n"
DELETED = "Repository rule violations found\n\nCannot delete this branch\n\n"


@pytest.fixture
def upstream(registry: RepositoryDouble, clients: Clients) -> Repository:
    """The registry as the bot sees it, its main under rules."""
    registry.protect("main", BranchRules(required=("gate",)))
    return clients.of("the-bot").get_repo("acme/registry")


def refusal(call: Any) -> tuple[int, str]:
    """What a refused call is told."""
    with pytest.raises(GithubException) as refused:
        call()
    return refused.value.status, refused.value.data["message"]


def test_the_rules_of_a_branch_are_shown(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    registry.protect("main", BranchRules(required=("gate",), app=ACTIONS_APP))
    upstream = clients.of("alice").get_repo("acme/registry")
    registry.commit({"x": b"1"}, branch="topic")
    assert {branch.name: branch.protected for branch in upstream.get_branches()} == {
        "main": True,
        "topic": False,
    }
    url = f"{double.url}/repos/acme/registry/rules/branches"
    rules = {rule["type"]: rule for rule in requests.get(f"{url}/main", timeout=9).json()}
    assert set(rules) == {"deletion", "non_fast_forward", "required_status_checks"}
    assert rules["required_status_checks"]["parameters"]["required_status_checks"] == [
        {"context": "gate", "integration_id": ACTIONS_APP}
    ]
    # The branch asked about need not exist.
    assert requests.get(f"{url}/no/such/branch", timeout=9).json() == []
    registry.grant("alice", "admin")
    assert refusal(upstream.get_branch("main").get_protection) == (404, "Branch not protected")


def test_a_commit_reaches_a_protected_branch_once_it_passed_elsewhere(
    registry: RepositoryDouble, upstream: Repository
) -> None:
    new = registry.commit({"new": b"1"}, branch="made", login=ACTIONS_BOT)
    main = upstream.get_git_ref("heads/main")
    assert refusal(lambda: main.edit(new)) == (422, EXPECTED)
    upstream.create_git_ref("refs/waiting/1", new)
    for state, word in (("pending", "in progress"), ("failure", "failing"), ("error", "failing")):
        upstream.get_commit(new).create_status(state, context="gate")
        assert f'"gate" is {word}.' in refusal(lambda: main.edit(new))[1]
    upstream.get_commit(new).create_status("success", context="other")
    assert refusal(lambda: main.edit(new))[0] == 422
    upstream.get_commit(new).create_status("success", context="gate")
    main.edit(new)
    upstream.get_git_ref("waiting/1").delete()
    assert registry.head == new
    assert not registry.store.refs("refs/waiting/")


def test_only_the_tip_has_to_pass(registry: RepositoryDouble, upstream: Repository) -> None:
    first = registry.commit({"new": b"1"}, branch="made")
    second = registry.commit({"new": b"2"}, branch="made")
    upstream.get_commit(first).create_status("success", context="gate")
    main = upstream.get_git_ref("heads/main")
    assert refusal(lambda: main.edit(second)) == (422, EXPECTED)
    upstream.get_commit(second).create_status("success", context="gate")
    main.edit(second)


def test_a_status_in_a_fork_says_nothing_upstream(
    double: GitHubDouble, registry: RepositoryDouble, upstream: Repository, clients: Clients
) -> None:
    fork = clients.of("alice").get_repo("acme/registry").create_fork()
    head = double.repository("alice/registry").commit({"new": b"1"}, branch="topic")
    fork.get_commit(head).create_status("success", context="gate")
    assert refusal(lambda: upstream.get_git_ref("heads/main").edit(head)) == (422, EXPECTED)


def test_a_protected_branch_is_neither_rewound_nor_deleted(
    registry: RepositoryDouble, upstream: Repository
) -> None:
    old, main = registry.store.git("rev-parse", "main~1"), upstream.get_git_ref("heads/main")
    upstream.get_commit(old).create_status("success", context="gate")
    assert refusal(lambda: main.edit(old)) == (422, "Update is not a fast forward")
    assert refusal(lambda: main.edit(old, force=True)) == (422, FORCED)
    assert refusal(main.delete) == (422, DELETED)
    other = registry.commit({"x": b"1"}, branch="other", parent=old)
    upstream.get_git_ref("heads/other").edit(old, force=True)
    upstream.create_git_ref("refs/heads/another", other).delete()


def test_those_who_bypass_rules_are_not_held(registry: RepositoryDouble, clients: Clients) -> None:
    registry.protect("main", BranchRules(required=("gate",), bypass=("alice",)))
    for login in ("alice", "bob"):
        registry.grant(login, "write")
    new = registry.commit({"new": b"1"}, branch="made")
    his = clients.of("bob").get_repo("acme/registry").get_git_ref("heads/main")
    assert refusal(lambda: his.edit(new)) == (422, EXPECTED)
    clients.of("alice").get_repo("acme/registry").get_git_ref("heads/main").edit(new)
    assert registry.head == new


def test_a_check_may_have_to_come_from_an_app(registry: RepositoryDouble, clients: Clients) -> None:
    registry.protect("main", BranchRules(required=("gate",), app=ACTIONS_APP))
    registry.grant("alice", "write")
    new = registry.commit({"new": b"1"}, branch="made")
    hers = clients.of("alice").get_repo("acme/registry")
    hers.get_commit(new).create_status("success", context="gate")
    assert refusal(lambda: hers.get_git_ref("heads/main").edit(new)) == (422, EXPECTED)
    clients.of("the-bot").get_repo("acme/registry").get_commit(new).create_status(
        "success", context="gate"
    )
    hers.get_git_ref("heads/main").edit(new)


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped"])
def test_a_skipped_job_counts_as_a_success(
    registry: RepositoryDouble, upstream: Repository, conclusion: str
) -> None:
    new = registry.commit({"new": b"1"}, branch="made")
    main = upstream.get_git_ref("heads/main")
    run = upstream.create_check_run("gate", new, status="in_progress")
    assert '"gate" is in progress.' in refusal(lambda: main.edit(new))[1]
    run.edit(conclusion="failure")
    assert '"gate" is failing.' in refusal(lambda: main.edit(new))[1]
    upstream.create_check_run("gate", new, conclusion=conclusion)
    main.edit(new)


def test_a_check_run_does_not_stand_in_for_a_failing_status_of_its_name(
    registry: RepositoryDouble, upstream: Repository
) -> None:
    new = registry.commit({"new": b"1"}, branch="made")
    upstream.create_check_run("gate", new, conclusion="skipped")
    upstream.get_commit(new).create_status("failure", context="gate")
    assert '"gate" is failing.' in refusal(lambda: upstream.get_git_ref("heads/main").edit(new))[1]


def test_several_required_checks_are_counted(registry: RepositoryDouble, upstream: Repository) -> None:
    registry.protect("main", BranchRules(required=("gate", "build")))
    new = registry.commit({"new": b"1"}, branch="made")
    main = upstream.get_git_ref("heads/main")
    assert "2 of 2 required status checks are expected." in refusal(lambda: main.edit(new))[1]
    upstream.get_commit(new).create_status("failure", context="build")
    told = refusal(lambda: main.edit(new))[1]
    assert "2 of 2 required status checks have not succeeded: 1 expected, 1 failing." in told


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_the_button_of_a_pull_request_waits_for_its_head(
    double: GitHubDouble, registry: RepositoryDouble, upstream: Repository, method: str
) -> None:
    head = registry.commit({"new": b"1"}, branch="topic", login="alice")
    registry.commit({"top.txt": b"later\n"})
    before = registry.head
    pull = upstream.create_pull(base="main", head="topic", title="Add new")
    assert (pull.mergeable, pull.mergeable_state) == (True, "blocked")
    assert refusal(lambda: pull.merge(merge_method=method)) == (405, EXPECTED)
    upstream.get_commit(head).create_status("success", context="gate")
    pull.update()
    assert pull.mergeable_state == "clean"
    assert pull.merge(merge_method=method).merged
    merged = registry.store.commit_object(registry.head)
    assert merged.parents == ((before, head) if method == "merge" else (before,))
    assert registry.store.git("show", "main:new", "main:top.txt") == "1later"
    by = {"merge": (ACTIONS_BOT, "GitHub"), "squash": (ACTIONS_BOT, "GitHub")}
    names = (merged.author.name, merged.committer.name)
    assert names == by.get(method, ("alice", ACTIONS_BOT))


def test_a_merge_made_elsewhere_of_a_branch_that_passes_may_be_pushed(
    registry: RepositoryDouble, upstream: Repository, tmp_path: Path
) -> None:
    head = registry.commit({"new": b"1"}, branch="topic")
    done = merge_and_push(registry.path, "topic", tmp_path / "first")
    assert done.returncode != 0
    assert "GH013: Repository rule violations found for refs/heads/main." in done.stderr
    assert '- Required status check "gate" is expected.' in done.stderr
    upstream.get_commit(head).create_status("success", context="gate")
    assert merge_and_push(registry.path, "topic", tmp_path / "second").returncode == 0
    assert registry.store.commit_object(registry.head).parents[1] == head

    # A branch that is behind is no such case: its merge was never tested.
    behind = registry.commit({"newer": b"1"}, branch="behind", parent=head)
    upstream.get_commit(behind).create_status("success", context="gate")
    assert merge_and_push(registry.path, "behind", tmp_path / "third").returncode != 0


def merge_and_push(bare: Path, branch: str, work: Path) -> subprocess.CompletedProcess[str]:
    """Merge a branch in a clone and push that, as people do; gives what the push ended with."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    merge = ("merge", "-q", "--no-ff", "-m", "Merge", f"origin/{branch}")
    subprocess.run(["git", "clone", "-q", str(bare), str(work)], check=True)
    subprocess.run(["git", "-C", str(work), *identity, *merge], check=True)
    push = ["git", "-C", str(work), "push", "-q", "origin", "HEAD:main"]
    return subprocess.run(push, check=False, capture_output=True, text=True)


def test_pushes_through_git_are_held_to_the_rules(
    registry: RepositoryDouble, upstream: Repository, tmp_path: Path
) -> None:
    new = registry.commit({"new": b"1"}, branch="made")
    old = registry.store.git("rev-parse", "main~1")

    def push(what: str) -> str:
        command = ["git", "push", "-q", str(registry.path), what]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=registry.path)
        return done.stderr

    assert "Cannot force-push to this branch" in push(f"+{old}:refs/heads/main")
    assert "Cannot delete this branch" in push(":refs/heads/main")
    assert '"gate" is expected.' in push(f"{new}:refs/heads/main")
    assert push(f"{new}:refs/heads/free") == ""
    upstream.get_commit(new).create_status("success", context="gate")
    assert push(f"{new}:refs/heads/main") == ""
    assert registry.head == new


def test_a_branch_without_rules_is_free_again(
    registry: RepositoryDouble, upstream: Repository, tmp_path: Path
) -> None:
    registry.unprotect("main")
    new = registry.commit({"new": b"1"}, branch="topic")
    assert merge_and_push(registry.path, "topic", tmp_path / "work").returncode == 0
    assert registry.store.is_ancestor(new, registry.head)
    upstream.get_git_ref("heads/main").edit(new, force=True)


def test_a_stage_may_have_a_protected_main(tmp_path: Path) -> None:
    with GitHubDouble(tmp_path / "other") as hub:
        stage = staged(hub, tmp_path, settings_text(), protected=True)
        number = stage.propose("alice", stage.record("io.github.alice/weather"))
        # What a test puts on main by itself is past the rules.
        stage.registry.commit({"x": b"1"})
        stage.registry.grant("bob", "write")
        head = stage.press_update_branch("bob", number)
        event = json.loads(stage.event(number, action="synchronize").read_text())
        assert (event["after"], event["sender"]["login"]) == (head, "bob")
        with client_of(hub, "token-of-bot") as client:
            main = client.get_repo(REGISTRY).get_git_ref("heads/main")
            assert f'"{STATUS}" is expected.' in refusal(lambda: main.edit(head))[1]
