"""A repository on GitHub as the registry changes it: commits, branches, pull requests, comments."""

import base64
from collections.abc import Iterator, Mapping
from typing import Final, Self
from urllib.parse import quote

from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GHOST, GitHub, head_of
from mcp_static.forges.github.comments import Comments
from mcp_static.forges.github.instance import registry_instance
from mcp_static.forges.github.shapes import (
    CheckRuns,
    Collaborator,
    GitCommit,
    Named,
    PullRequest,
    Repository,
    RepositoryName,
)
from mcp_static.forges.registry_forge import BranchPush, CheckState, Dated, IssueComment, Pull
from mcp_static.git.access import GITHUB_USER, GitAccess
from mcp_static.model.errors import InputError, RegistryError
from mcp_static.model.times import format_time

REQUIRED_STATUS: Final = "mcp-static/merge"
"""The one status that a protected main requires."""

CHECK: Final = "check.yml"
DEPLOY: Final = "deploy.yml"
_MAX_DESCRIPTION: Final = 140
_ID_DIGITS: Final = 20
_WRITERS: Final = frozenset({"admin", "write", "maintain"})


class GitHubRepository:
    """The `RegistryForge` protocol for GitHub: one repository, by the name it has now.

    What cannot be done raises InputError (ForbiddenError if rights are missing), what nobody answered
    UnansweredError.
    """

    command_sign: Final = "/"

    def __init__(self, github: GitHub, full_name: str) -> None:
        found = github.api.get(f"/repos/{full_name}", Repository, f"the repository {full_name}")
        self._github: Final = github
        self._api: Final = github.api
        self.full_name: Final = found.full_name
        self._path: Final = f"/repos/{found.full_name}"
        self.default_branch: Final = found.default_branch
        self.comments: Final = Comments(github, found.full_name)
        self.may_push: Final = found.permissions is not None and found.permissions.push

    @property
    def git_access(self) -> GitAccess:
        """What Git is given to fetch from it over HTTPS."""
        return GitAccess(self._github.token, GITHUB_USER, self._github.network)

    @property
    def clone_url(self) -> str:
        """Where Git reaches it over HTTPS."""
        return f"{registry_instance().site}/{self.full_name}.git"

    def at(self, full_name: str) -> Self:
        """Another repository there, by the same client."""
        return type(self)(self._github, full_name)

    def me(self) -> Account:
        """Who the token acts as."""
        return self._github.me()

    def account(self, login: str) -> Account | None:
        """The account that has a login now."""
        return self._github.account(login)

    # Commits and branches

    def head_of(self, branch: str) -> str | None:
        """The commit at the head of a branch now; None when there is no such branch."""
        return head_of(self._api, self.full_name, branch)

    def left_behind(self, prefix: str, before: int) -> list[str]:
        """The branches whose names begin so, and that have not moved since, by the activity."""
        return self._github.rested_branches(self.full_name, prefix, before)

    def file_at(self, path: str, commit: str) -> bytes | None:
        """The content of a file at a commit."""
        return self._github.file(self.full_name, path, commit)

    def create_commit(
        self, base: str, files: Mapping[str, bytes | None], message: str, dated: Dated | None = None
    ) -> str:
        """A new commit on `base`, on no branch yet; a file whose content is None is removed.

        It is by the token's account, now, unless `dated` says otherwise (`author` and `committer` of
        GitHub's REST API, "Create a commit").
        """
        what = "a new commit"
        parent = self._api.get(f"{self._path}/git/commits/{base}", GitCommit, f"the commit {base}")
        tree = parent.tree.sha
        if files:
            tree = self._create_tree(tree, files)
        commit: dict[str, object] = {"message": message, "tree": tree, "parents": [base]}
        if dated is not None:
            signature = _signature(dated)
            commit |= {"author": signature, "committer": signature}
        return self._api.send("POST", f"{self._path}/git/commits", commit, Named, what).sha

    def _create_tree(self, base: str, files: Mapping[str, bytes | None]) -> str:
        entries = [
            {
                "path": path,
                "mode": "100644",
                "type": "blob",
                "sha": self._create_blob(content) if content is not None else None,
            }
            for path, content in sorted(files.items())
        ]
        body = {"base_tree": base, "tree": entries}
        return self._api.send("POST", f"{self._path}/git/trees", body, Named, "a new tree").sha

    def _create_blob(self, content: bytes) -> str:
        blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return self._api.send("POST", f"{self._path}/git/blobs", blob, Named, "a new file").sha

    def create_branch(self, branch: str, commit: str) -> bool:
        """Make a branch; False when it is there already, or the commit cannot be seen here."""
        return self._api.attempt(
            "POST",
            f"{self._path}/git/refs",
            {"ref": f"refs/heads/{branch}", "sha": commit},
            f"a new branch {branch}",
            frozenset({404, 409, 422}),
        )

    def move_branch(self, branch: str, commit: str, *, force: bool = False) -> bool:
        """Move a branch; False if that is not a fast-forward: somebody else was faster."""
        reference = f"{self._path}/git/refs/{quote(f'heads/{branch}')}"
        body = {"sha": commit, "force": force}
        return self._api.attempt("PATCH", reference, body, f"moving {branch}")

    def set_branch(self, branch: str, commit: str) -> None:
        """Make a branch of our own, or move it there wherever it was."""
        if not self.create_branch(branch, commit) and not self.move_branch(branch, commit, force=True):
            raise InputError(f"GitHub does not let {branch} be made in {self.full_name}.")

    def remove_branch(self, branch: str) -> None:
        """Remove a branch, if it is there."""
        reference = f"{self._path}/git/refs/{quote(f'heads/{branch}')}"
        self._api.attempt("DELETE", reference, {}, f"removing {branch}", frozenset({404, 422}))

    def land(self, main: str, commit: str, passage: str) -> bool:
        """Move main from one commit to another; False if it has moved in the meantime.

        GitHub lets a commit past a required status that it passed on another branch before, so the
        commit gets the status on the branch `passage`, which the caller removes once main has moved. A
        commit that main did not move to loses the status again. Raises InputError where GitHub refuses
        the commit all the same.
        """
        branch = self.default_branch
        self.withdraw(passage)
        self.set_branch(passage, commit)
        self.let_in(commit, "Written by the registry itself.")
        try:
            has_moved = self.move_branch(branch, commit)
        except RegistryError:
            self.withdraw(passage)
            raise
        if has_moved:
            return True
        is_outrun = self.head_of(branch) != main
        self.withdraw(passage)
        if is_outrun:
            return False
        raise InputError(
            f"GitHub does not let {branch} be moved to the commit of the registry.",
            f"Its rules may require no status but {REQUIRED_STATUS}; docs/operators.md shows the "
            "ruleset.",
        )

    def withdraw(self, passage: str) -> None:
        """Take the status from a commit that an attempt has left on its passage, and remove the branch.

        The branch goes last: while it is there, whoever comes next knows which commit was left. A
        commit that main has moved to keeps its status.
        """
        left = self.head_of(passage)
        if left is None:
            return
        if left != self.head_of(self.default_branch):
            reason = "It was never published."
            self.set_status(left, REQUIRED_STATUS, is_good=False, description=reason)
        self.remove_branch(passage)

    def commit_to(
        self, branch: str, base: str, registry: str, files: Mapping[str, bytes], message: str
    ) -> None:
        """Put a branch at one commit on the registry's newest; a fork sees it once it has caught up."""
        try:
            commit = self.create_commit(base, files, message)
        except InputError:
            if registry == self.full_name:
                raise
            self.catch_up(self.default_branch)
            newest = self.head_of(self.default_branch) or base
            commit = self.create_commit(newest, files, message)
        self.set_branch(branch, commit)

    def catch_up(self, branch: str) -> None:
        """Bring a branch of a fork up to date with what it was forked from, if that is easy."""
        body = {"branch": branch}
        what = f"bringing {self.full_name} up to date"
        refusals = frozenset({404, 409, 422})
        self._api.attempt("POST", f"{self._path}/merge-upstream", body, what, refusals)

    def fork(self) -> str:
        """The full name of the token's own fork, made if there is none; its data may take a while."""
        body = {"default_branch_only": True}
        made = self._api.send("POST", f"{self._path}/forks", body, RepositoryName, "a fork")
        return made.full_name

    # Pull requests

    def pull(self, number: int) -> Pull:
        """A pull request by its number."""
        what = f"pull request {number}"
        return self._pull(self._api.get(f"{self._path}/pulls/{number}", PullRequest, what))

    def open_pull_from(self, home: str, branch: str) -> Pull | None:
        """The open pull request from a branch of some owner's repository, if there is one."""
        head = f"{_owner_of(home)}:{branch}"
        pages = self._api.pages(
            f"{self._path}/pulls", list[PullRequest], "pull requests", state="open", head=head
        )
        found = (self._pull(pull) for page in pages for pull in page if pull.head.ref == branch)
        # An owner may have several repositories of one network.
        own = (pull for pull in found if pull.head_repository.lower() == home.lower())
        return next(own, None)

    def open_pull(self, home: str, branch: str, title: str, body: str) -> Pull:
        """Open a pull request from a branch of some owner's repository; or the one there is."""
        known = self.open_pull_from(home, branch)
        if known is not None:
            return known
        wanted = {
            "base": self.default_branch,
            "head": f"{_owner_of(home)}:{branch}",
            "title": title,
            "body": body,
        }
        what = "a new pull request"
        return self._pull(self._api.send("POST", f"{self._path}/pulls", wanted, PullRequest, what))

    def close_pull(self, number: int) -> None:
        """Close a pull request; one that is closed already stays so."""
        body = {"state": "closed"}
        what = f"closing pull request {number}"
        self._api.act("PATCH", f"{self._path}/pulls/{number}", body, what)

    def open_pulls(self) -> Iterator[Pull]:
        """The open pull requests for main."""
        pages = self._api.pages(
            f"{self._path}/pulls",
            list[PullRequest],
            "pull requests",
            state="open",
            base=self.default_branch,
        )
        return (self._pull(pull) for page in pages for pull in page)

    def own_pull_from(self, branch: str) -> Pull | None:
        """The open pull request from a branch of this repository, if there is one."""
        return self.open_pull_from(self.full_name, branch)

    def open_own_pull(self, branch: str, title: str, body: str) -> Pull:
        """Open a pull request from a branch of this repository; or the one there is."""
        return self.open_pull(self.full_name, branch, title, body)

    def pull_head(self, number: int) -> str:
        """The reference under which the head of a pull request can be fetched."""
        return f"refs/pull/{number}/head"

    def pushes(self, pull: Pull) -> list[BranchPush] | None:
        """All that happened to the branch of a pull request, by the activity of its repository."""
        return self._github.pushes(pull.head_repository, pull.head_branch)

    def blobs(self, pull: Pull, commit: str, files: list[str]) -> dict[str, str] | None:
        """The ids of the blobs at some paths of a commit that was on that branch."""
        return self._github.blobs(pull.head_repository, commit, files)

    def comment(self, comment: str) -> IssueComment | None:
        """A comment by its id."""
        is_id = comment.isdecimal() and len(comment) <= _ID_DIGITS
        return self._github.comment(self.full_name, int(comment)) if is_id else None

    def arrival(self, pull: Pull) -> int | None:
        """When the head of a pull request came to it, in seconds since 1970, by GitHub's clock.

        That is when the pull request was opened, or opened again or, if later, when its head was
        pushed, by the activity of the head's repository. None when that says nothing about this head.
        """
        pushed = self._github.pushed_at(pull.head_repository, pull.head_branch, pull.head)
        if pushed is None:
            return None
        return max(pushed, pull.opened_at, self.reopened_at(pull.number))

    def reopened_at(self, number: int) -> int:
        """When a pull request was last opened again, in seconds since 1970; 0 if it never was."""
        return self._github.reopened_at(self.full_name, number)

    def check_state(self, pull: Pull) -> CheckState:
        """How far the checks of a head are: the runs of workflows that GitHub shows for it."""
        found = self._api.get(
            f"{self._path}/commits/{pull.head}/check-runs",
            CheckRuns,
            f"the checks of {pull.head[:12]}",
        )
        runs = found.check_runs
        failed = [run for run in runs if run.conclusion in {"failure", "timed_out"}]
        if failed:
            return CheckState(f"✗ {failed[0].name}", has_failed=True)
        open_runs = [run for run in runs if run.status != "completed"]
        if open_runs:
            return CheckState(f"… {open_runs[0].name}", has_failed=False)
        return CheckState("✓ checked; waiting for the merge" if runs else "… waiting", has_failed=False)

    # Rights, labels and statuses

    def may_write(self, account: Account) -> bool:
        """Whether an account may write here; False if its login is another account's by now."""
        path = f"{self._path}/collaborators/{quote(account.login, safe='')}/permission"
        found = self._api.find(path, Collaborator, f"the permissions of {account.login}")
        if found is None or found.user is None:
            return False
        if found.user.account(self._github.host).id != account.id:
            return False
        return found.permission in _WRITERS

    def add_label(self, number: int, label: str) -> None:
        """Put a label on a pull request."""
        path = f"{self._path}/issues/{number}/labels"
        self._api.act("POST", path, {"labels": [label]}, f"a label on #{number}")

    def set_status(self, commit: str, context: str, *, is_good: bool, description: str) -> None:
        """Give a commit a status: `success`, or `failure`."""
        body = {
            "state": "success" if is_good else "failure",
            "context": context,
            "description": description[:_MAX_DESCRIPTION],
        }
        self._api.act("POST", f"{self._path}/statuses/{commit}", body, f"a status of {commit[:12]}")

    def let_in(self, head: str, description: str) -> None:
        """Give a commit the status that a protected main requires."""
        self.set_status(head, REQUIRED_STATUS, is_good=True, description=description)

    # Workflows

    def start_check(self, pull: Pull) -> None:
        """Have the head of a pull request checked, again or for the first time."""
        inputs = {"pull_request": str(pull.number), "head": pull.head}
        self.dispatch(CHECK, self.default_branch, inputs)

    def start_deploy(self) -> None:
        """Have main deployed."""
        self.dispatch(DEPLOY, self.default_branch, {})

    def dispatch(self, workflow: str, branch: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow: what this token does starts none by itself."""
        path = f"{self._path}/actions/workflows/{workflow}/dispatches"
        body = {"ref": branch, "inputs": dict(inputs)}
        self._api.act("POST", path, body, f"starting {workflow}")

    def _pull(self, pull: PullRequest) -> Pull:
        return Pull(
            number=pull.number,
            url=pull.html_url,
            state=pull.state,
            is_draft=pull.draft,
            is_merged=pull.merged,
            head=pull.head.sha,
            head_branch=pull.head.ref,
            head_repository=pull.head.repo.full_name if pull.head.repo else "",
            base_branch=pull.base.ref,
            author=pull.user.account(self._github.host) if pull.user else GHOST,
            opened_at=pull.created_at.second,
            reference=f"#{pull.number}",
        )


def _signature(dated: Dated) -> dict[str, str]:
    """Whose a commit is, and of when, as GitHub's API takes it."""
    name, _, email = dated.identity.rpartition(" <")
    return {"name": name, "email": email.removesuffix(">"), "date": format_time(dated.time)}


def _owner_of(full_name: str) -> str:
    return full_name.partition("/")[0]
