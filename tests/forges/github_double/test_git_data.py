"""The double of GitHub, driven by PyGithub: references, trees, contents, and forks' objects."""

import base64
from typing import Any

import pytest
from github import GithubException, InputGitTreeElement
from github.GithubException import UnknownObjectException

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble
from tests.forges.github_double.clients import Clients


def test_a_tree_keeps_what_is_not_named_and_drops_what_is_null(
    registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    base = repository.get_git_tree(registry.head)
    gone = InputGitTreeElement("a/one.txt", "100644", "blob", sha=None)
    tree = repository.create_git_tree([gone], base)
    names = {entry.path for entry in repository.get_git_tree(tree.sha, recursive=True).tree}
    assert "a/two.txt" in names
    assert "a/one.txt" not in names
    with pytest.raises(GithubException) as refused:
        repository.create_git_tree([InputGitTreeElement("absent", "100644", "blob", sha=None)], base)
    assert refused.value.status == 422


def test_references_refuse_what_github_refuses(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    old = registry.store.git("rev-parse", "main~1")
    main = repository.get_git_ref("heads/main")

    def refusal(call: Any) -> tuple[int, str]:
        with pytest.raises(GithubException) as refused:
            call()
        return refused.value.status, refused.value.data["message"]

    assert refusal(lambda: main.edit(old)) == (422, "Update is not a fast forward")
    exists = (422, "Reference already exists")
    assert refusal(lambda: repository.create_git_ref("refs/heads/main", old)) == exists
    branch = repository.create_git_ref("refs/heads/some/branch", old)
    assert [r.ref for r in repository.get_git_matching_refs("heads/some/")] == [branch.ref]
    assert repository.get_branch("some/branch").commit.sha == old
    branch.delete()
    absent = (422, "Reference does not exist")
    assert refusal(lambda: branch.edit(old)) == absent
    assert refusal(branch.delete) == absent
    assert refusal(lambda: repository.get_git_ref("heads/some/branch"))[0] == 404
    unknown = refusal(lambda: repository.create_git_ref("refs/heads/x", "1" * 40))
    assert unknown == (422, "Object does not exist")
    main.edit(old, force=True)
    assert registry.head == old


def test_contents_have_their_kinds(registry: RepositoryDouble, clients: Clients) -> None:
    sha = registry.commit(
        {
            "link": b"a/one.txt",
            "dangling": b"nowhere",
            "module": registry.head.encode(),
            "large": b"x" * (1024 * 1024 + 1),
        },
        branch="kinds",
        modes={"link": "120000", "dangling": "120000", "module": "160000"},
    )
    repository = clients.of(None).get_repo("acme/registry")

    def one(path: str) -> Any:
        return repository.get_contents(path, ref=sha)

    assert one("a/one.txt").decoded_content == b"one\n"
    assert one("link").decoded_content == b"one\n"
    assert (one("dangling").type, one("dangling").target) == ("symlink", "nowhere")
    assert one("module").type == "submodule"
    assert (one("large").encoding, one("large").content) == ("none", "")
    blob = repository.get_git_blob(one("large").sha)
    assert len(base64.b64decode(blob.content)) == 1024 * 1024 + 1
    assert {entry.name: entry.type for entry in one("")}["a"] == "dir"
    assert [entry.decoded_content for entry in one("a")] == [b"one\n", b"two\n"]
    with pytest.raises(UnknownObjectException):
        one("absent")


def test_the_git_data_of_a_fork_may_come_later(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.fork_delay = 2
    fork = clients.of("alice").get_repo("acme/registry").create_fork()
    with pytest.raises(GithubException, match="Branch not found"):
        fork.get_branch("main")
    assert fork.get_branch("main").commit.sha == registry.head


def test_a_fork_shares_its_parents_objects(registry: RepositoryDouble, clients: Clients) -> None:
    upstream = clients.of("alice").get_repo("acme/registry")
    fork = upstream.create_fork()
    newer = registry.commit({"later.txt": b"later\n"})
    assert fork.create_git_ref("refs/heads/topic", newer).object.sha == newer


def test_an_empty_repository_says_so(double: GitHubDouble, clients: Clients) -> None:
    double.add_repository("alice/empty")
    empty = clients.of("alice").get_repo("alice/empty")
    with pytest.raises(GithubException) as refused:
        empty.create_git_blob("x", "utf-8")
    assert (refused.value.status, refused.value.data["message"]) == (409, "Git Repository is empty.")
