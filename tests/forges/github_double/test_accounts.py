"""The double of GitHub, driven by PyGithub: who may do what, renames, and logging in."""

from typing import Any

import pytest
import requests
from github import GithubException
from github.GithubException import BadCredentialsException, UnknownObjectException

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_login import GRANT
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_state import ACTIONS_BOT
from tests.forges.github_double.clients import Clients


def test_rights_are_checked(double: GitHubDouble, registry: RepositoryDouble, clients: Clients) -> None:
    bot, bob = clients.of("the-bot"), clients.of("bob")
    registry.grant("alice", "maintain")
    seen = bot.get_repo("acme/registry")
    assert seen.get_collaborator_permission("alice") == "write"
    assert seen.get_collaborator_role_name("alice") == "maintain"
    assert seen.get_collaborator_permission("bob") == "read"

    with pytest.raises(GithubException) as refused:
        bob.get_repo("acme/registry").create_git_ref("refs/heads/x", registry.head)
    assert refused.value.status == 404
    double.add_token("token-of-readers", ACTIONS_BOT, ["contents:read", "pull-requests:write"])
    with pytest.raises(GithubException) as limited:
        clients.of("readers").get_repo("acme/registry").create_git_ref("refs/heads/x", registry.head)
    assert limited.value.data["message"] == "Resource not accessible by integration"
    with pytest.raises(BadCredentialsException):
        clients.of("nobody").get_user().id  # noqa: B018 — reading it asks

    double.add_repository("alice/secret", private=True)
    with pytest.raises(UnknownObjectException):
        bob.get_repo("alice/secret")
    assert clients.of("alice").get_repo("alice/secret").permissions.admin


def test_a_renamed_repository_redirects(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    alice = clients.of("alice")
    old = clients.of("alice", lazy=True).get_repo("acme/registry")
    registry.rename("acme/catalog")
    assert alice.get_repo("acme/registry").full_name == "acme/catalog"
    answer = requests.get(
        f"{double.url}/repos/acme/registry/pulls?state=all", timeout=9, allow_redirects=False
    )
    assert answer.status_code == 301
    wanted = f"{double.url}/repositories/{registry.id}/pulls?state=all"
    assert answer.headers["Location"] == wanted
    assert old.create_issue("Lost on the way").number is None
    assert not registry.issues

    double.add_repository("acme/registry")
    assert alice.get_repo("acme/registry").id != registry.id


def test_a_login_may_pass_to_someone_else(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    first = double.user("alice")
    double.rename_user("alice", "alice-of-old")
    second = double.add_user("alice")
    client = clients.of("bob")
    assert client.get_user("alice").id == second.id != first.id
    assert client.get_user_by_id(first.id).login == "alice-of-old"


def test_a_device_logs_in_once_a_person_agrees(double: GitHubDouble) -> None:
    double.clock.stop()
    form = {"client_id": "client", "scope": "public_repo"}

    def post(path: str, form: dict[str, str]) -> Any:
        accepted = {"Accept": "application/json"}
        return requests.post(f"{double.url}/login/{path}", form, headers=accepted, timeout=9).json()

    def poll() -> Any:
        return post(
            "oauth/access_token", {**form, "device_code": started["device_code"], "grant_type": GRANT}
        )

    started = post("device/code", form)
    assert poll()["error"] == "authorization_pending"
    slower = poll()
    assert (slower["error"], slower["interval"]) == ("slow_down", 10)
    double.approve_device(started["user_code"], "alice")
    double.clock.advance(10)
    token = poll()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{double.url}/user", headers=headers, timeout=9)
    assert (me.json()["login"], me.headers["X-OAuth-Scopes"]) == ("alice", "public_repo")

    started = post("device/code", form)
    double.clock.advance(901)
    assert poll()["error"] == "expired_token"
    started = post("device/code", form)
    double.deny_device(started["user_code"])
    assert poll()["error"] == "access_denied"
