"""The double of GitHub, driven by PyGithub: who may move a pull request's branch, and how it shows."""

from typing import Any

import pytest
from github import GithubException
from github.PullRequest import PullRequest

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.forges.github_double.clients import Clients


@pytest.fixture
def fork(double: GitHubDouble, registry: RepositoryDouble) -> RepositoryDouble:
    """The fork of alice, whose branch `topic` main has moved past; bob maintains the registry."""
    fork = double.add_repository("alice/registry", fork_of=registry)
    fork.commit({"new": b"1"}, branch="topic", login="alice")
    registry.commit({"top.txt": b"later\n"})
    registry.grant("bob", "write")
    return fork


def open_pull(clients: Clients, login: str = "alice", **more: Any) -> PullRequest:
    """Open a pull request from the fork's branch."""
    upstream = clients.of(login).get_repo("acme/registry")
    return upstream.create_pull(base="main", head="alice:topic", title="Add new", **more)


def as_seen_by(clients: Clients, login: str) -> PullRequest:
    """The pull request, to act on it as somebody."""
    return clients.of(login).get_repo("acme/registry").get_pull(1)


def activity(clients: Clients, name: str) -> Any:
    """The newest line of a repository's activity."""
    url = f"/repos/{name}/activity"
    return clients.of(None).requester.requestJsonAndCheck("GET", url)[1][0]


def test_update_branch_merges_the_base_as_whoever_presses_it(
    double: GitHubDouble, registry: RepositoryDouble, fork: RepositoryDouble, clients: Clients
) -> None:
    old = open_pull(clients).head.sha
    double.clock.stop()
    double.clock.advance(3600)
    assert as_seen_by(clients, "bob").update_branch(old)
    pull = as_seen_by(clients, "alice")
    merge = registry.store.commit_object(pull.head.sha)
    assert merge.parents == (old, registry.head)
    assert (merge.author.name, merge.committer.name) == ("bob", "GitHub")
    shown = next(commit for commit in pull.get_commits() if commit.sha == merge.sha)
    assert (shown.author.login, shown.committer.login) == ("bob", "web-flow")
    assert fork.store.git("show", "topic:new", "topic:top.txt") == "1later"

    pushed = activity(clients, "alice/registry")
    assert (pushed["actor"]["login"], pushed["activity_type"]) == ("bob", "push")
    assert (pushed["before"], pushed["after"]) == (old, merge.sha)
    event = double.pull_request_event(registry, 1, "synchronize")
    assert (event["sender"]["login"], event["pull_request"]["user"]["login"]) == ("bob", "alice")
    assert (event["before"], event["after"]) == (old, merge.sha)
    assert event["pull_request"]["updated_at"] == pushed["timestamp"]
    assert event["pull_request"]["created_at"] < pushed["timestamp"]


def test_update_branch_is_refused_without_need_or_right(
    registry: RepositoryDouble, fork: RepositoryDouble, clients: Clients
) -> None:
    pull = open_pull(clients, maintainer_can_modify=False)
    assert not as_seen_by(clients, "bob").update_branch()
    assert not pull.update_branch(registry.head)
    assert as_seen_by(clients, "alice").head.sha == pull.head.sha
    assert pull.update_branch(pull.head.sha)
    assert not pull.update_branch()

    registry.commit({"new": b"another"})
    pull.update()
    assert pull.mergeable is False
    assert not pull.update_branch()


def test_a_workflows_token_does_not_reach_into_forks(
    registry: RepositoryDouble, fork: RepositoryDouble, clients: Clients
) -> None:
    open_pull(clients)
    assert not as_seen_by(clients, "the-bot").update_branch()
    registry.commit({"mine": b"1"}, branch="mine", parent=registry.store.git("rev-parse", "main~1"))
    upstream = clients.of("the-bot").get_repo("acme/registry")
    assert upstream.create_pull(base="main", head="mine", title="Mine").update_branch()


def test_a_maintainer_pushes_to_the_branch_if_its_author_lets_him(
    double: GitHubDouble, registry: RepositoryDouble, fork: RepositoryDouble, clients: Clients
) -> None:
    pull = open_pull(clients)
    assert pull.maintainer_can_modify
    fixed = registry.commit({"new": b"fixed"}, branch="fix", parent=pull.head.sha, login="bob")
    his = clients.of("bob").get_repo("alice/registry")
    his.get_git_ref("heads/topic").edit(fixed)
    assert as_seen_by(clients, "alice").head.sha == fixed
    assert double.pull_request_event(registry, 1, "synchronize")["sender"]["login"] == "bob"
    assert activity(clients, "alice/registry")["actor"]["login"] == "bob"

    fork.commit({"x": b"1"}, branch="private")
    with pytest.raises(GithubException) as other_branch:
        his.get_git_ref("heads/private").edit(fixed, force=True)
    assert other_branch.value.status == 404
    pull.edit(state="closed")
    with pytest.raises(GithubException) as closed:
        his.get_git_ref("heads/topic").edit(pull.head.sha, force=True)
    assert closed.value.status == 404


def test_the_fork_of_an_organization_is_not_opened_to_maintainers(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.add_user("weather", type="Organization")
    fork = double.add_repository("weather/registry", fork_of=registry)
    fork.grant("alice", "write")
    fork.commit({"new": b"1"}, branch="topic", login="alice")
    upstream = clients.of("alice").get_repo("acme/registry")
    pull = upstream.create_pull(base="main", head="weather:topic", title="Add new")
    assert pull.maintainer_can_modify is False


def test_commits_and_files_of_a_pull_request_are_listed(
    registry: RepositoryDouble, fork: RepositoryDouble, clients: Clients
) -> None:
    for number in range(255):
        fork.commit({"new": str(number).encode()}, branch="topic", login="alice")
    fork.commit({"a/one.txt": None, "top2.txt": b"top\n"}, branch="topic", login="alice")
    pull = open_pull(clients)
    assert pull.commits == 257
    assert len(list(pull.get_commits())) == 250
    assert {(file.filename, file.status) for file in pull.get_files()} == {
        ("a/one.txt", "removed"),
        ("new", "added"),
        ("top2.txt", "added"),
    }
