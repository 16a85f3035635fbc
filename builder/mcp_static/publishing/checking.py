"""Checking a pull request of the forge: its commits fetched, its requester confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import git

from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.forges.github.client import GitHub, GitHubAccount
from mcp_static.forges.github.events import Event
from mcp_static.forges.github.repository import ForgeRepository, Pull
from mcp_static.git.remotes import fetch_commits, require_commit
from mcp_static.git.repository import has_commit, read_settings
from mcp_static.model.errors import ServiceError, UnansweredError
from mcp_static.proofs.context import open_context
from mcp_static.publishing.requester import requester_of


@dataclass(frozen=True, slots=True)
class PullCheck:
    """A pull request with what its check found, and who asked for it."""

    pull: Pull
    report: CheckReport
    requester: GitHubAccount | None


class PullChecker:
    """Checks one pull request, as often as main moves; `repository` is any clone of the registry."""

    def __init__(
        self,
        event: Event,
        repository: git.Repo,
        github: GitHub,
        token: str | None,
        built: Path | None = None,
    ) -> None:
        self.event = event
        self.repository = repository
        self.forge = ForgeRepository(github, event.repository)
        self._github = github
        self._token = token
        self._built = built

    def fetch(self, pull: Pull, base: str) -> None:
        """Bring the head and the base into the repository, as objects.

        Raises InputError when the head is another by now.
        """
        if not has_commit(self.repository, pull.head):
            self._fetch(f"refs/pull/{pull.number}/head")
        require_commit(self.repository, pull.head, f"pull request {pull.number}")
        if not has_commit(self.repository, base):
            self._fetch(base)

    def _fetch(self, reference: str) -> None:
        fetch_commits(self.repository, self.event.clone_url, [reference], self._token)

    def check(self, pull: Pull, base: str) -> PullCheck:
        """Check the head of a pull request against a base."""
        self.fetch(pull, base)
        settings = read_settings(self.repository, base)
        try:
            requester = requester_of(self.event, pull, self.repository, self._github, self.forge.me())
        except UnansweredError as error:
            raise ServiceError(f"{error}.", "Run the check again in a while.") from None
        with open_context(settings, self._token, requester) as context:
            report = check(
                self.repository, base, pull.head, replace(context, github=self._github), self._built
            )
        return PullCheck(pull, report, requester)


@contextmanager
def pull_checker(
    event: Event, repository: git.Repo, token: str | None, built: Path | None = None
) -> Iterator[PullChecker]:
    """A checker with a client of its own, closed at the end."""
    with GitHub(token) as github:
        yield PullChecker(event, repository, github, token, built)
