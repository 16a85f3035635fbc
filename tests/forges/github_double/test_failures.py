"""The double of GitHub, driven by PyGithub: limits, failures, and what happens between two steps."""

import pytest
from github import GithubException
from github.GithubRetry import GithubRetry

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.forges.github_double.clients import Clients


def test_a_secondary_rate_limit_is_waited_out(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    patient = clients.of("alice", GithubRetry(total=3, secondary_rate_wait=0.05))
    repository = patient.get_repo("acme/registry")
    double.limit_next("POST", "/issues$", times=2)
    assert repository.create_issue("Once").number == 1
    assert [asked.method for asked in double.requests].count("POST") == 3
    assert len(registry.issues) == 1


def test_a_failure_may_come_after_the_deed(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("alice").get_repo("acme/registry")
    double.fail_next("POST", "/issues$", 502, performed=True)
    with pytest.raises(GithubException) as failed:
        repository.create_issue("Done all the same")
    assert failed.value.status == 502
    assert registry.issues[1].title == "Done all the same"


def test_a_hook_moves_main_between_two_steps(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    mine = registry.commit({"mine": b"1"}, branch="mine")
    main = repository.get_git_ref("heads/main")

    def move(method: str, path: str) -> None:
        if method == "PATCH":
            registry.commit({"theirs": b"1"}, login="bob")

    double.hooks.append(move)
    with pytest.raises(GithubException, match="not a fast forward"):
        main.edit(mine)
