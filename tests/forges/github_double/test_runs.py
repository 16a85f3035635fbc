"""The double of GitHub, driven by PyGithub: workflows, statuses and check runs."""

import pytest
from github import GithubException
from github.GithubException import UnknownObjectException

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_state import ACTIONS_BOT
from tests.forges.github_double.clients import Clients


def test_workflows_are_dispatched(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    workflow = clients.of("the-bot").get_repo("acme/registry").get_workflow("deploy.yml")
    assert workflow.create_dispatch("main", {"sha": registry.head}, throw=True)
    made = double.dispatches[0]
    assert (made.name, made.ref, made.login) == ("deploy.yml", "refs/heads/main", ACTIONS_BOT)
    assert made.inputs == {"sha": registry.head}
    for inputs, said in (({}, "Required input"), ({"sha": "1", "more": "2"}, "Unexpected inputs")):
        with pytest.raises(GithubException, match=said):
            workflow.create_dispatch("main", inputs, throw=True)
    bob = clients.of("bob").get_repo("acme/registry")
    with pytest.raises(GithubException) as refused:
        bob.get_workflow("deploy.yml").create_dispatch("main", {"sha": "1"}, throw=True)
    assert refused.value.status == 403
    with pytest.raises(UnknownObjectException):
        bob.get_workflow("absent.yml")
    assert clients.of("the-bot").get_repo("acme/registry").create_repository_dispatch("built", {})
    assert (double.dispatches[1].kind, double.dispatches[1].name) == ("repository", "built")


def test_statuses_and_check_runs_are_kept(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    commit = repository.get_commit(registry.head)
    assert {f.filename for f in commit.files} == {".github/workflows/deploy.yml"}
    commit.create_status("pending", context="check")
    commit.create_status("success", context="check", description="All is well")
    combined = commit.get_combined_status()
    assert (combined.state, combined.statuses[0].description) == ("success", "All is well")
    repository.create_check_run("check", registry.head, conclusion="success")
    assert [run.conclusion for run in commit.get_check_runs()] == ["success"]
    with pytest.raises(GithubException, match="via a GitHub App"):
        clients.of("alice").get_repo("acme/registry").create_check_run("mine", registry.head)
