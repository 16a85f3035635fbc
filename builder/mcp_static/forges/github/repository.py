"""A repository on GitHub as the registry changes it: commits, branches, pull requests, comments.

Every write is checked for having been carried out: behind a redirect the client would take an
answer that says nothing for success.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from github import GithubException, InputGitTreeElement
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequest import PullRequest
from github.Repository import Repository

from mcp_static.forges.github.client import GitHub, GitHubAccount, asking
from mcp_static.model.errors import InputError, ServiceError, UnansweredError

ACTIONS_BOT: Final = GitHubAccount("github-actions[bot]", 41898282)
"""Who a workflow's own token acts as; such a token may not ask who it is."""

MARKER: Final = "<!-- mcp-static -->"
_PART: Final = "<!-- mcp-static:{name} -->"
_MAX_COMMENT: Final = 65_000
_WRITERS: Final = frozenset({"admin", "write", "maintain"})


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it stands; `head_repository` is empty when that one was deleted."""

    number: int
    url: str
    state: str
    is_merged: bool
    head: str
    head_branch: str
    head_repository: str
    base_branch: str
    author: GitHubAccount


@dataclass(frozen=True, slots=True)
class CheckState:
    """How far the checks of a commit are, in words, and whether one has failed."""

    message: str
    has_failed: bool


@contextmanager
def acting(what: str) -> Iterator[None]:
    """Turn every failure of the API into an error of ours: InputError where rights or data lack."""
    try:
        with asking(what):
            yield
    except UnansweredError as error:
        cause = error.__context__
        if isinstance(cause, GithubException) and cause.status in {401, 403}:
            raise InputError(f"{error}.", "Check that the token is valid and has the rights.") from None
        raise ServiceError(f"{error}.", "Try again in a while.") from None
    except GithubException as error:
        message = error.data.get("message") if isinstance(error.data, dict) else error.status
        if error.status == 404:
            raise InputError(
                f"GitHub does not show this token {what}.", "Check the address and the token's rights."
            ) from None
        raise InputError(f"GitHub refused {what}: {message} ({error.status}).", "") from None


class ForgeRepository:
    """One repository, by the name it has now."""

    def __init__(self, github: GitHub, full_name: str) -> None:
        self.github: Final = github
        with acting(f"the repository {full_name}"):
            self._repository: Final[Repository] = github.client.get_repo(full_name)
        self.full_name: Final = self._repository.full_name
        self._me: GitHubAccount | None = None

    @property
    def default_branch(self) -> str:
        """The branch that pull requests go to."""
        return self._repository.default_branch

    @property
    def may_push(self) -> bool:
        """Whether the token may push branches here."""
        permissions = self._repository.raw_data.get("permissions")
        return isinstance(permissions, dict) and bool(permissions.get("push"))

    def me(self) -> GitHubAccount:
        """Who the token acts as."""
        if self._me is None:
            try:
                with asking("who I am"):
                    user = self.github.client.get_user()
                    self._me = GitHubAccount(user.login, user.id)
            except UnansweredError as error:
                cause = error.__context__
                if not isinstance(cause, GithubException) or cause.status != 403:
                    raise ServiceError(f"{error}.", "Check the token.") from None
                self._me = ACTIONS_BOT
        return self._me

    # Commits and branches

    def head_of(self, branch: str) -> str | None:
        """The commit at the head of a branch; None when there is no such branch."""
        try:
            with asking(f"the branch {branch}"):
                return self._repository.get_git_ref(f"heads/{branch}").object.sha
        except GithubException as error:
            if error.status in {404, 409}:
                return None
            raise ServiceError(f"GitHub answered {error.status}.", "Try again in a while.") from None
        except UnansweredError as error:
            raise ServiceError(f"{error}.", "Try again in a while.") from None

    def file_at(self, path: str, commit: str) -> bytes | None:
        """The content of a file at a commit."""
        try:
            return self.github.file(self.full_name, path, commit)
        except UnansweredError as error:
            raise ServiceError(f"{error}.", "Try again in a while.") from None

    def create_commit(
        self, base: str, files: Mapping[str, bytes], message: str, *more_parents: str
    ) -> str:
        """A new commit on `base` with some files added or replaced; no branch has it yet."""
        with acting("a new commit"):
            parents = [self._repository.get_git_commit(commit) for commit in (base, *more_parents)]
            elements = [
                InputGitTreeElement(path, "100644", "blob", sha=self._create_blob(content))
                for path, content in sorted(files.items())
            ]
            tree = self._repository.create_git_tree(elements, parents[0].tree)
            made = self._repository.create_git_commit(message, tree, parents)
            return _carried_out(made.sha)

    def _create_blob(self, content: bytes) -> str:
        blob = self._repository.create_git_blob(base64.b64encode(content).decode(), "base64")
        return _carried_out(blob.sha)

    def create_branch(self, branch: str, commit: str) -> bool:
        """Make a branch; False when it is there already, or the commit cannot be seen here."""
        try:
            with asking(f"a new branch {branch}"):
                made = self._repository.create_git_ref(f"refs/heads/{branch}", commit)
                return bool(_carried_out(made.ref))
        except GithubException as error:
            if error.status in {404, 409, 422}:
                return False
            raise ServiceError(f"GitHub answered {error.status}.", "Try again in a while.") from None
        except UnansweredError as error:
            raise InputError(f"{error}.", "Check the token's rights.") from None

    def move_branch(self, branch: str, commit: str, *, force: bool = False) -> bool:
        """Move a branch; False when that is no fast forward, so that somebody else was faster."""
        try:
            with asking(f"to move {branch}"):
                self._repository.get_git_ref(f"heads/{branch}").edit(commit, force)
        except GithubException as error:
            if error.status in {409, 422}:
                return False
            raise ServiceError(f"GitHub answered {error.status}.", "Try again in a while.") from None
        except UnansweredError as error:
            cause = error.__context__
            if isinstance(cause, GithubException) and cause.status in {401, 403}:
                raise InputError(f"{error}.", "Check the token's rights on that branch.") from None
            raise ServiceError(f"{error}.", "Try again in a while.") from None
        return True

    def set_branch(self, branch: str, commit: str) -> None:
        """Make a branch of our own, or move it there wherever it was."""
        if not self.create_branch(branch, commit) and not self.move_branch(branch, commit, force=True):
            raise InputError(f"GitHub does not let {branch} be made in {self.full_name}.", "")

    def catch_up(self, branch: str) -> None:
        """Bring a branch of a fork up to date with what it was forked from, if that is easy."""
        with acting("to catch up"):
            self.github.client.requester.requestJson(
                "POST", f"/repos/{self.full_name}/merge-upstream", input={"branch": branch}
            )

    def fork(self) -> str:
        """The full name of the token's own fork, made if there is none; its data may take a while."""
        with acting("a fork"):
            made = self._repository.create_fork(default_branch_only=True)
            return _carried_out(made.full_name)

    # Pull requests

    def pull(self, number: int) -> Pull:
        """A pull request by its number."""
        with acting(f"pull request {number}"):
            return _pull(self._repository.get_pull(number))

    def open_pull_from(self, owner: str, branch: str) -> Pull | None:
        """The open pull request from a branch of some owner's repository, if there is one."""
        with acting("pull requests"):
            found = self._repository.get_pulls(state="open", head=f"{owner}:{branch}")
            return next((_pull(pull) for pull in found if pull.head.ref == branch), None)

    def open_pull(self, owner: str, branch: str, title: str, body: str) -> Pull:
        """Open a pull request from a branch of some owner's repository; or the one there is."""
        known = self.open_pull_from(owner, branch)
        if known is not None:
            return known
        with acting("a new pull request"):
            made = self._repository.create_pull(
                base=self.default_branch, head=f"{owner}:{branch}", title=title, body=body
            )
            if made.number is None:
                raise GithubException(307, {"message": "the repository has moved"})
            return _pull(made)

    def check_state(self, commit: str) -> CheckState:
        """How far the checks of a commit are: the runs of workflows that GitHub shows for it."""
        with acting("checks"):
            _, found = self.github.client.requester.requestJsonAndCheck(
                "GET", f"/repos/{self.full_name}/commits/{commit}/check-runs"
            )
        runs = found.get("check_runs", []) if isinstance(found, dict) else []
        failed = [run for run in runs if run.get("conclusion") in {"failure", "timed_out"}]
        if failed:
            return CheckState(f"✗ {failed[0].get('name')}", has_failed=True)
        open_runs = [run for run in runs if run.get("status") != "completed"]
        if open_runs:
            return CheckState(f"… {open_runs[0].get('name')}", has_failed=False)
        return CheckState("✓ checked; waiting for the merge" if runs else "… waiting", has_failed=False)

    # Comments

    def post_comment(self, number: int, part: str, text: str, reply_to: int | None = None) -> None:
        """Say something on a pull request or issue, in the one comment of ours that is edited.

        The comment has parts by name; only the one given is replaced. With `reply_to`, the comment
        is the one that answers that comment.
        """
        mark = MARKER if reply_to is None else f"<!-- mcp-static:reply:{reply_to} -->"
        with acting("comments"):
            issue = self._repository.get_issue(number)
            mine = [
                comment
                for comment in issue.get_comments()
                if _author(comment.user).id == self.me().id and (comment.body or "").startswith(mark)
            ]
            body = _with_part(mine[0].body if mine else mark, part, text)
            if not mine:
                made = issue.create_comment(body)
                _carried_out(made.id)
            elif mine[0].body != body:
                mine[0].edit(body)

    def permission(self, login: str) -> bool:
        """Whether an account may write here."""
        with acting("permissions"):
            found = self._repository.get_collaborator_permission(login)
            return found in _WRITERS

    # Workflows

    def dispatch(self, workflow: str, branch: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow: what this token does starts none by itself."""
        with acting(f"to start {workflow}"):
            _, _ = self.github.client.requester.requestJsonAndCheck(
                "POST",
                f"/repos/{self.full_name}/actions/workflows/{workflow}/dispatches",
                input={"ref": branch, "inputs": dict(inputs)},
            )


def _carried_out(answer: Any) -> str:
    if answer is None:
        raise GithubException(307, {"message": "the repository has moved"})
    return str(answer)


def _author(user: NamedUser | Organization | None) -> GitHubAccount:
    """Who wrote something; nobody, once the account is gone."""
    return GitHubAccount(user.login, user.id) if user is not None else GitHubAccount("ghost", 0)


def _pull(pull: PullRequest) -> Pull:
    return Pull(
        number=pull.number,
        url=pull.html_url,
        state=pull.state,
        is_merged=bool(pull.merged),
        head=pull.head.sha,
        head_branch=pull.head.ref,
        head_repository=getattr(pull.head.repo, "full_name", ""),  # None once it is deleted
        base_branch=pull.base.ref,
        author=_author(pull.user),
    )


def _with_part(body: str, name: str, text: str) -> str:
    """A comment with one of its parts replaced, or added at the end."""
    head = _PART.format(name=name)
    pieces = re.split(r"(?m)^(<!-- mcp-static:[a-z]+ -->)$", body.replace("\r\n", "\n"))
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    parts[head] = f"\n{text}\n"
    joined = pieces[0].rstrip() + "\n" + "".join(f"{key}{value}" for key, value in parts.items())
    return joined if len(joined) <= _MAX_COMMENT else joined[:_MAX_COMMENT] + "\n…"
