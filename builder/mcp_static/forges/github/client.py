"""GitHub, asked for facts: accounts, repositories, files, and who pushed what."""

import base64
import binascii
import os
import re
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

from mcp_static.forges.forge import Account, SourceRepository
from mcp_static.forges.github.api import Api
from mcp_static.forges.github.instance import PUBLIC, Instance, registry_instance
from mcp_static.forges.github.shapes import (
    Activity,
    Comment,
    Content,
    Contents,
    IssueEvent,
    Named,
    Reference,
    Repository,
    User,
)
from mcp_static.forges.registry_forge import BranchPush, IssueComment
from mcp_static.model.errors import ForbiddenError, UnansweredError
from mcp_static.model.forge_ids import ACCOUNT, GITHUB_HOST, REPOSITORY, ForgeId
from mcp_static.net.limits import SOURCE
from mcp_static.settings.network import NetworkSettings

PUBLIC_VARIABLE: Final = "MCP_STATIC_GITHUB_COM_TOKEN"
"""The variable with a token for github.com, for registries that live on another GitHub."""

LOGIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
ACTIONS_BOT: Final = Account("github-actions[bot]", ForgeId(GITHUB_HOST, ACCOUNT, 41898282))
"""Who a workflow's own token acts as on github.com; such a token may not ask who it is."""

GHOST: Final = Account("ghost", ForgeId(GITHUB_HOST, ACCOUNT, 0))
"""Who wrote something whose account is gone."""

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_TAGS: Final = 30
_ACTIVITIES: Final = 100

_Found = TypeVar("_Found")


class GitHub:
    """The client of a command, opened once and passed on; what was answered is kept. Close it.

    Facts are those of the `Forge` protocol, and those that only GitHub has; `GitHubRepository` makes
    changes with the same client. Everything raises UnansweredError where nothing is known, and
    ForbiddenError where the token may not ask. Without `instance`, it is the GitHub that the registry
    lives on; `public` is a client of github.com to use instead of one of its own. All of them ask from
    `network`.
    """

    def __init__(
        self,
        token: str | None,
        instance: Instance | None = None,
        public: "GitHub | None" = None,
        network: NetworkSettings | None = None,
    ) -> None:
        self.instance: Final = instance or registry_instance()
        self.token: Final = token
        self.network: Final = network or NetworkSettings()
        self.api: Final = Api(token, self.instance.api, self.network)
        self._public = public
        self._beside: dict[str, GitHub] = {}
        self._kept: dict[tuple[str, ...], Any] = {}

    @property
    def site(self) -> str:
        """The address under which people see it."""
        return self.instance.site

    @property
    def host(self) -> str:
        """What ids of its accounts and repositories begin with."""
        return self.instance.host

    def public(self) -> "GitHub":
        """The client of github.com, where proofs of `io.github.*` and of delegations are asked for.

        It is this one, if that is where the registry lives. Otherwise it asks without the registry's
        token: anonymously, or with the one in `MCP_STATIC_GITHUB_COM_TOKEN`.
        """
        if self.instance.is_public:
            return self
        if self._public is None:
            token = os.environ.get(PUBLIC_VARIABLE) or None
            self._public = GitHub(token, PUBLIC, network=self.network)
        return self._public

    def beside(self, instance: Instance, token: str | None) -> "GitHub":
        """The client of another GitHub, opened once and closed with this one."""
        if instance.host not in self._beside:
            self._beside[instance.host] = GitHub(token, instance, network=self.network)
        return self._beside[instance.host]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()
        for other in (self._public, *self._beside.values()):
            if other is not None:
                other.api.close()

    def me(self) -> Account:
        """Who the token acts as; without one, the account of workflows."""
        return self._once(("me",), self._ask_me)

    def account(self, login: str) -> Account | None:
        """The account that has a login now."""
        if not LOGIN.fullmatch(login):
            return None
        return self._once(("account", login.lower()), lambda: self._ask_account(login))

    def repository(self, path: str) -> SourceRepository | None:
        """A repository by the name that it has now; None when it has moved away, or never was."""
        if not _is_repository(path):
            return None
        found = self._once(("repository-at", path.lower()), lambda: self._ask_at(path))
        if found is None or found.full_name.lower() != path.lower():
            return None  # not there, or a redirect was followed
        return self._source(found)

    def repository_at(self, path: str) -> SourceRepository | None:
        """A repository by a name that it has or had; None for one that is not shown to the token."""
        if not _is_repository(path):
            return None
        found = self._once(("repository-at", path.lower()), lambda: self._ask_at(path))
        return self._source(found) if found is not None else None

    def repository_of(self, number: int) -> SourceRepository | None:
        """A repository by its number, whatever its name is now; None when it is gone."""
        return self._once(("repository-of", str(number)), lambda: self._ask_repository_of(number))

    def branch_head(self, path: str, branch: str) -> str | None:
        """The commit at the head of a branch, as it was when it was first asked for."""
        return self._once(("branch", path, branch), lambda: head_of(self.api, path, branch))

    def tags(self, path: str, prefix: str) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""
        return self._once(("tags", path, prefix), lambda: self._ask_tags(path, prefix))

    def file(self, path: str, file: str, commit: str) -> bytes | None:
        """The content of a file at a commit; None if there is none, or it is too large to be ours."""
        return self._once(("file", path, file, commit), lambda: self._ask_file(path, file, commit))

    def pushes(self, path: str, branch: str) -> list[BranchPush] | None:
        """All that happened to a branch, oldest first, by the repository's activity.

        None where that cannot be told: there is no activity, or more than is looked at.
        """
        recent = self._recent_pushes(path, branch)
        return recent[::-1] if 0 < len(recent) < _ACTIVITIES else None

    def pushed_at(self, path: str, branch: str, commit: str) -> int | None:
        """When this very commit was last pushed to the head of a branch, in seconds since 1970."""
        pushes = self._recent_pushes(path, branch)
        return max((push.time for push in pushes if push.after == commit), default=None)

    def rested_branches(self, path: str, prefix: str, before: int) -> list[str]:
        """The branches whose names begin so, and whose newest push is known, and from before a time."""
        address = f"/repos/{path}/git/matching-refs/{quote(f'heads/{prefix}')}"
        pages = self.api.pages(address, list[Reference], f"the branches {prefix}* of {path}")
        branches = (one.ref.removeprefix("refs/heads/") for page in pages for one in page)
        return [branch for branch in branches if self._has_rested(path, branch, before)]

    def _has_rested(self, path: str, branch: str, before: int) -> bool:
        times = [push.time for push in self._recent_pushes(path, branch)]
        return bool(times) and max(times) < before

    def reopened_at(self, path: str, number: int) -> int:
        """When a pull request was last opened again, in seconds since 1970; 0 if it never was."""
        return self._once(("reopened", path, str(number)), lambda: self._ask_reopened(path, number))

    def _recent_pushes(self, path: str, branch: str) -> list[BranchPush]:
        """The last things that happened to a branch, newest first."""
        if not path:
            return []
        return self._once(("pushes", path, branch), lambda: self._ask_pushes(path, branch))

    def blobs(self, path: str, commit: str, files: list[str]) -> dict[str, str] | None:
        """The ids of the blobs that a commit has at some paths; None when GitHub has no such commit."""
        if self.api.find(f"/repos/{path}/git/commits/{commit}", Named, f"the commit {commit}") is None:
            return None
        found = {}
        for file in files:
            address = f"/repos/{path}/contents/{quote(file)}"
            content = self.api.find(address, Contents, f"{file} of {path}", ref=commit)
            if content is not None and isinstance(content.root, Content):
                found[file] = content.root.sha
        return found

    def comment(self, path: str, number: int) -> IssueComment | None:
        """A comment by its id."""
        found = self.api.find(f"/repos/{path}/issues/comments/{number}", Comment, f"comment {number}")
        if found is None:
            return None
        issue = found.issue_url.rpartition("/")[2]
        if not issue.isdecimal():
            raise UnansweredError(f"GitHub's answer for comment {number} names no issue")
        return comment_of(found, int(issue), self.host)

    def _ask_reopened(self, path: str, number: int) -> int:
        address = f"/repos/{path}/issues/{number}/events"
        pages = self.api.pages(address, list[IssueEvent], f"the events of #{number}")
        events = (event for page in pages for event in page)
        return max((one.created_at.second for one in events if one.event == "reopened"), default=0)

    def _ask_pushes(self, path: str, branch: str) -> list[BranchPush]:
        activities = self.api.find(
            f"/repos/{path}/activity",
            list[Activity],
            f"the activity of {path}",
            ref=f"refs/heads/{branch}",
            per_page=_ACTIVITIES,
        )
        return [
            BranchPush(
                before=None if set(entry.before) == {"0"} else entry.before,
                after=None if set(entry.after) == {"0"} else entry.after,
                actor=entry.actor.account(self.host) if entry.actor else None,
                time=entry.timestamp.second,
            )
            for entry in activities or ()
        ]

    def _ask_me(self) -> Account:
        if self.token is None:
            return self._ask_bot()
        try:
            return self.api.get("/user", User, "the token's account").account(self.host)
        except ForbiddenError:
            return self._ask_bot()

    def _ask_bot(self) -> Account:
        """The account of workflows, which has another number on every Enterprise Server."""
        if self.instance.is_public:
            return ACTIONS_BOT
        return self.api.get(f"/users/{quote(ACTIONS_BOT.login)}", User, "the bot").account(self.host)

    def _ask_account(self, login: str) -> Account | None:
        found = self.api.find(f"/users/{login}", User, f"the account {login}")
        return found.account(self.host) if found else None

    def _ask_at(self, path: str) -> Repository | None:
        return self.api.find(f"/repos/{path}", Repository, f"the repository {path}")

    def _ask_repository_of(self, number: int) -> SourceRepository | None:
        found = self.api.find(f"/repositories/{number}", Repository, f"the repository {number}")
        return self._source(found) if found is not None and found.id == number else None

    def _source(self, found: Repository) -> SourceRepository:
        return SourceRepository(
            id=ForgeId(self.host, REPOSITORY, found.id),
            full_name=found.full_name,
            owner=found.owner.account(self.host),
            is_fork=found.fork,
            default_branch=found.default_branch,
        )

    def _ask_tags(self, path: str, prefix: str) -> dict[str, str]:
        what = f"the tags of {path}"
        matching = f"/repos/{path}/git/matching-refs/{quote(f'tags/{prefix}', safe='')}"
        tags = {}
        for reference in (self.api.find(matching, list[Reference], what) or [])[:_TAGS]:
            name = reference.ref.removeprefix("refs/tags/")
            commit = self.api.find(f"/repos/{path}/commits/{quote(f'tags/{name}')}", Named, what)
            if commit is not None:
                tags[name] = commit.sha
        return tags

    def _ask_file(self, path: str, file: str, commit: str) -> bytes | None:
        what = f"{file} of {path}"
        found = self.api.find(f"/repos/{path}/contents/{quote(file)}", Contents, what, ref=commit)
        content = found.root if found else None
        if not isinstance(content, Content) or content.type != "file":
            return None
        if content.size > SOURCE.max_bytes:
            return None
        if content.encoding != "base64":
            raise UnansweredError(f"GitHub sends {what} in an unknown encoding")
        try:
            return base64.b64decode(content.content)
        except binascii.Error:
            raise UnansweredError(f"GitHub's answer for {what} is not base64") from None

    def _once(self, key: tuple[str, ...], ask: Callable[[], _Found]) -> _Found:
        """The answer to a question, kept."""
        if key not in self._kept:
            self._kept[key] = ask()
        found: _Found = self._kept[key]
        return found


def _is_repository(path: str) -> bool:
    """Whether a path can be that of a repository."""
    owner, _, name = path.partition("/")
    return bool(LOGIN.fullmatch(owner) and _REPOSITORY.fullmatch(name)) and name not in {".", ".."}


def comment_of(comment: Comment, issue: int, host: str) -> IssueComment:
    """A comment of an answer, on an issue."""
    return IssueComment(
        id=str(comment.id),
        author=comment.user.account(host) if comment.user else GHOST,
        body=comment.body or "",
        issue=issue,
        written_at=comment.created_at.second,
        is_edited=comment.updated_at != comment.created_at,
    )


def head_of(api: Api, path: str, branch: str) -> str | None:
    """The commit at the head of a branch now; None when there is no such branch."""
    reference = f"/repos/{path}/git/ref/{quote(f'heads/{branch}')}"
    found = api.find(reference, Reference, f"the branch {branch} of {path}")
    return found.object.sha if found else None
