"""Reading facts from GitHub's REST API: accounts, repositories, files, and who pushed what.

Endpoints and fields: GitHub's REST reference, version 2022-11-28, through PyGithub.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self, TypeVar

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.GithubException import BadAttributeException
from github.Repository import Repository

from mcp_static.model.errors import UnansweredError, UsageError
from mcp_static.net.limits import SOURCE, USER_AGENT

API: Final = "https://api.github.com"
SITE: Final = "https://github.com"
LOGIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_API_VERSION: Final = "2022-11-28"
_SECONDS: Final = 20
_TAGS: Final = 30

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class GitHubAccount:
    """A user or organization: the numeric id stays when the login changes hands."""

    login: str
    id: int
    is_organization: bool = False


@dataclass(frozen=True, slots=True)
class SourceRepository:
    """A repository as a source proof sees it."""

    full_name: str
    owner: GitHubAccount
    is_fork: bool
    default_branch: str


@dataclass(frozen=True, slots=True)
class IssueComment:
    """A comment on an issue or pull request: who wrote it, and on which."""

    id: int
    author: GitHubAccount
    body: str
    issue: int


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn every failure of the API but an exception of GitHub's own into UnansweredError."""
    try:
        yield
    except GithubException as error:
        if error.status in {401, 403, 429} or error.status >= 500:
            raise UnansweredError(
                f"GitHub answered {error.status} to {what}: {_message(error)}"
            ) from None
        raise
    except (requests.RequestException, BadAttributeException) as error:
        raise UnansweredError(f"GitHub could not be asked {what}: {type(error).__name__}") from None
    except (AssertionError, RuntimeError, ValueError, TypeError) as error:
        raise UnansweredError(f"GitHub answered nonsense to {what}: {error}") from None


def _message(error: GithubException) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    return str(message)[:200]


def connect(token: str | None) -> Github:
    """A client of the API at `GITHUB_API_URL` (GitHub's own by default), with waits as it asks for.

    Writes are never repeated by the client: a request that failed may have been carried out. Raises
    UsageError for an address that is none, or a token that no request can carry.
    """
    address = os.environ.get("GITHUB_API_URL", "").rstrip("/") or API
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", address):
        raise UsageError(f"GITHUB_API_URL is {address!r}, which is no address.", "Leave it unset.")
    if token is not None and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError("The GitHub token has characters that no token has.", "Set GITHUB_TOKEN anew.")
    return Github(
        auth=Auth.Token(token) if token else None,
        base_url=address,
        timeout=_SECONDS,
        user_agent=USER_AGENT,
        per_page=100,
        api_version=_API_VERSION,
        retry=GithubRetry(
            total=3,
            backoff_factor=1,
            allowed_methods=frozenset({"GET"}),
            secondary_rate_wait=_seconds("MCP_STATIC_RATE_WAIT", 60),
            max_rate_limit_wait=int(_seconds("MCP_STATIC_RATE_WAIT", 60)) + 1,
        ),
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable, "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else default


class GitHub:
    """Answers the questions of proofs; what was answered is kept for a run. Close it."""

    def __init__(self, token: str | None) -> None:
        self.client: Final = connect(token)
        self._kept: dict[tuple[Any, ...], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def account(self, login: str) -> GitHubAccount | None:
        """The account that has a login now."""
        if not LOGIN.fullmatch(login):
            return None

        def ask() -> GitHubAccount:
            user = self.client.get_user(login)
            return GitHubAccount(user.login, user.id, user.type == "Organization")

        return self._look(("account", login.lower()), f"for the account {login}", ask)

    def repository(self, full_name: str) -> SourceRepository | None:
        """A repository by the name that it has now; None when it has moved away, or never was."""
        owner, _, name = full_name.partition("/")
        if not LOGIN.fullmatch(owner) or not _REPOSITORY.fullmatch(name) or name in {".", ".."}:
            return None

        def ask() -> SourceRepository | None:
            found = self._repository(full_name)
            if found.full_name.lower() != full_name.lower():
                return None  # a redirect was followed
            kind = found.owner.type == "Organization"
            account = GitHubAccount(found.owner.login, found.owner.id, kind)
            return SourceRepository(found.full_name, account, bool(found.fork), found.default_branch)

        return self._look(("repository", full_name.lower()), f"for {full_name}", ask)

    def branch_head(self, full_name: str, branch: str) -> str | None:
        """The commit at the head of a branch."""
        return self._look(
            ("branch", full_name, branch),
            f"for a branch of {full_name}",
            lambda: self._repository(full_name).get_git_ref(f"heads/{branch}").object.sha,
        )

    def tags(self, full_name: str, prefix: str) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""

        def ask() -> dict[str, str]:
            repository = self._repository(full_name)
            found = islice(repository.get_git_matching_refs(f"tags/{prefix}"), _TAGS)
            names = [ref.ref.removeprefix("refs/tags/") for ref in found]
            return {name: repository.get_commit(f"tags/{name}").sha for name in names}

        return self._look(("tags", full_name, prefix), f"for tags of {full_name}", ask) or {}

    def file(self, full_name: str, path: str, commit: str) -> bytes | None:
        """The content of a file at a commit; None when there is none, or it is too large to be ours."""

        def ask() -> bytes | None:
            found = self._repository(full_name).get_contents(path, ref=commit)
            if isinstance(found, list) or found.type != "file" or found.size > SOURCE.max_bytes:
                return None
            return found.decoded_content

        return self._look(("file", full_name, path, commit), f"for {path} of {full_name}", ask)

    def pusher(self, full_name: str, branch: str, commit: str) -> GitHubAccount | None:
        """Who pushed this very commit to the head of a branch, by the repository's activity."""

        def ask() -> GitHubAccount | None:
            _, activities = self.client.requester.requestJsonAndCheck(
                "GET",
                f"/repos/{full_name}/activity",
                parameters={"ref": f"refs/heads/{branch}", "per_page": 100},
            )
            for activity in activities if isinstance(activities, list) else ():
                actor = activity.get("actor") if isinstance(activity, dict) else None
                if actor and activity.get("after") == commit:
                    return GitHubAccount(str(actor["login"]), int(actor["id"]))
            return None

        return self._look(("pusher", full_name, branch, commit), f"who pushed to {full_name}", ask)

    def comment(self, full_name: str, number: int) -> IssueComment | None:
        """A comment by its id."""

        def ask() -> IssueComment:
            _, found = self.client.requester.requestJsonAndCheck(
                "GET", f"/repos/{full_name}/issues/comments/{number}"
            )
            user = found["user"]
            issue = int(str(found["issue_url"]).rpartition("/")[2])
            author = GitHubAccount(str(user["login"]), int(user["id"]))
            return IssueComment(number, author, str(found.get("body") or ""), issue)

        return self._look(("comment", full_name, number), "for a comment", ask)

    def _repository(self, full_name: str) -> Repository:
        key = ("object", full_name.lower())
        if key not in self._kept:
            self._kept[key] = self.client.get_repo(full_name)
        found: Repository = self._kept[key]
        return found

    def _look(self, key: tuple[Any, ...], what: str, ask: Callable[[], _Found]) -> _Found | None:
        """The answer to a question, None for what does not exist; kept."""
        if key not in self._kept:
            try:
                with asking(what):
                    self._kept[key] = ask()
            except GithubException as error:
                if error.status not in {404, 409, 410, 422, 451}:
                    raise UnansweredError(f"GitHub answered {error.status} to {what}") from None
                self._kept[key] = None
        found: _Found | None = self._kept[key]
        return found
