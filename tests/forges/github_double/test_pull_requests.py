"""The double of GitHub, driven by PyGithub: pull requests, and merging them."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from github import GithubException
from github.Repository import Repository

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.forges.github_double.clients import Clients, commit_file


def test_a_contribution_goes_from_fork_to_merge(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients, tmp_path: Path
) -> None:
    alice = clients.of("alice")
    upstream = alice.get_repo("acme/registry")
    fork = upstream.create_fork(default_branch_only=True)
    assert (fork.full_name, fork.fork, fork.parent.id) == ("alice/registry", True, registry.id)
    assert upstream.create_fork().id == fork.id

    head = commit_file(fork, "add-weather", "servers/weather.json", b"{}\n")
    pull = upstream.create_pull(base="main", head="alice:add-weather", title="Add weather", body="Hi")
    assert (pull.number, pull.head.sha, pull.head.repo.id) == (1, head, fork.id)
    assert pull.user.login == "alice"
    assert pull.mergeable
    assert [file.filename for file in pull.get_files()] == ["servers/weather.json"]
    assert [commit.sha for commit in pull.get_commits()] == [head]
    assert registry.store.git("rev-parse", "refs/pull/1/head") == head

    newer = commit_file(fork, "later", "servers/weather.json", b"[]\n", on=head)
    fork.get_git_ref("heads/add-weather").edit(newer)
    pull.update()
    assert pull.head.sha == newer
    assert registry.store.git("show", "refs/pull/1/head:servers/weather.json") == "[]"
    event = double.pull_request_event(registry, 1, "synchronize", "alice")
    assert (event["before"], event["after"]) == (head, newer)
    assert event["pull_request"]["head"]["repo"]["owner"]["login"] == "alice"

    merge_by_hand(registry.path, newer, tmp_path / "work")
    pull.update()
    assert (pull.merged, pull.state) == (True, "closed")
    assert not list(upstream.get_pulls(state="open"))
    assert double.repository("alice/registry").pushes[-1].actor == double.user("alice").id


def merge_by_hand(bare: Path, head: str, work: Path) -> None:
    """Push a merge commit straight to a bare repository's main branch, as git itself does."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (
        ("clone", "-q", str(bare), str(work)),
        ("-C", str(work), "fetch", "-q", "origin", "refs/pull/1/head"),
        ("-C", str(work), *identity, "merge", "-q", "--no-ff", "-m", "Merge", head),
        ("-C", str(work), "push", "-q", "origin", "HEAD:main"),
    ):
        subprocess.run(["git", *arguments], check=True, capture_output=True)


def test_pull_requests_are_refused_as_github_refuses_them(
    registry: RepositoryDouble, clients: Clients
) -> None:
    alice = clients.of("alice")
    upstream = alice.get_repo("acme/registry")
    fork = upstream.create_fork()
    commit_file(fork, "topic", "new.txt", b"new\n")

    def refusal(head: str, base: str = "main", client: Repository = upstream) -> Any:
        with pytest.raises(GithubException) as refused:
            client.create_pull(base=base, head=head, title="A title")
        return refused.value.status, refused.value.data.get("errors", [{}])[0]

    bad_head = {"resource": "PullRequest", "field": "head", "code": "invalid"}
    assert refusal("alice:absent") == (422, bad_head)
    assert refusal("alice:topic", "absent") == (422, {**bad_head, "field": "base"})
    assert "No commits between" in refusal("alice:main")[1]["message"]
    assert refusal("alice:topic", client=clients.of("bob").get_repo("acme/registry"))[0] == 404
    first = upstream.create_pull(base="main", head="alice:topic", title="A title")
    assert "already exists for alice:topic" in refusal("alice:topic")[1]["message"]
    found = upstream.get_pulls(state="open", head="alice:topic", base="main")
    assert [pull.number for pull in found] == [first.number]
    assert not list(upstream.get_pulls(head="bob:topic"))
    first.edit(state="closed")
    assert upstream.create_pull(base="main", head="alice:topic", title="Again").number == 2


def test_merging_through_the_api_minds_the_head(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    old = registry.head
    registry.commit({"top.txt": b"theirs\n"}, branch="topic")
    pull = repository.create_pull(base="main", head="topic", title="Change the top")
    with pytest.raises(GithubException) as moved:
        pull.merge(sha=old)
    assert moved.value.status == 409
    assert pull.merge(sha=pull.head.sha).merged
    assert registry.store.is_ancestor(pull.head.sha, registry.head)

    registry.commit({"top.txt": b"ours\n"})
    registry.commit({"top.txt": b"others\n"}, branch="clash", parent=old)
    with pytest.raises(GithubException) as conflict:
        repository.merge("main", "clash")
    assert (conflict.value.status, conflict.value.data["message"]) == (409, "Merge conflict")
    clash = repository.create_pull(base="main", head="clash", title="A clash")
    assert clash.mergeable is False
    with pytest.raises(GithubException) as unmergeable:
        clash.merge()
    assert unmergeable.value.status == 405
