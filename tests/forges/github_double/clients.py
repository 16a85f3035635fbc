"""PyGithub clients of the double of GitHub, and what several tests do with them."""

import base64
from typing import Any

from github import Auth, Github, InputGitTreeElement
from github.GithubRetry import GithubRetry
from github.Repository import Repository

from tests.doubles.github_double import GitHubDouble


class Clients:
    """PyGithub clients, without its pauses."""

    def __init__(self, double: GitHubDouble) -> None:
        self._url = double.url
        self._made: list[Github] = []

    def of(self, login: str | None, retry: GithubRetry | None = None, **more: Any) -> Github:
        auth = Auth.Token(f"token-of-{login}") if login else None
        more |= {"seconds_between_requests": 0, "seconds_between_writes": 0}
        made = Github(auth=auth, base_url=self._url, retry=retry, **more)
        self._made.append(made)
        return made

    def close(self) -> None:
        for made in self._made:
            made.close()


def commit_file(
    repository: Repository, branch: str, path: str, content: bytes, *, on: str | None = None
) -> str:
    """Commit one file to a new branch through the Git data API."""
    parent = repository.get_git_commit(on or repository.get_branch("main").commit.sha)
    blob = repository.create_git_blob(base64.b64encode(content).decode(), "base64")
    entry = InputGitTreeElement(path, "100644", "blob", sha=blob.sha)
    tree = repository.create_git_tree([entry], repository.get_git_tree(parent.tree.sha))
    commit = repository.create_git_commit("Add a file", tree, [parent])
    repository.create_git_ref(f"refs/heads/{branch}", commit.sha)
    return commit.sha
