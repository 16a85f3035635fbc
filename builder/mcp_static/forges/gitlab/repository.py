"""A project on GitLab as the registry changes it: commits, branches, merge requests, notes."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

from mcp_static.forges.forge import Account
from mcp_static.forges.gitlab.api import Api
from mcp_static.forges.gitlab.comments import Notes, without_quick_actions
from mcp_static.forges.gitlab.facts import GitLab, project_path
from mcp_static.forges.gitlab.instance import (
    BOT_VARIABLE,
    TRIGGER_VARIABLE,
    Instance,
    registry_instance,
)
from mcp_static.forges.gitlab.pushes import branches_pushed_since, pushes_to
from mcp_static.forges.gitlab.shapes import (
    Commit,
    File,
    Member,
    MergeRequest,
    MergeRequestVersion,
    Named,
    StateEvent,
    User,
)
from mcp_static.forges.gitlab.shapes import Project as ProjectShape
from mcp_static.forges.registry_forge import BranchPush, Dated, IssueComment, Pull
from mcp_static.git.access import GITLAB_USER, GitAccess
from mcp_static.git.remotes import fetch_commits, push_commit
from mcp_static.git.repository import Repository, has_commit, read_settings
from mcp_static.git.single_commit import commit_on
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.forge_ids import USER
from mcp_static.settings.network import NetworkSettings

MERGE_STATUS: Final = "mcp-static/merge"
_MAINTAINER: Final = 40
"""The access level from which a member may change a protected main (doc/api/members.md)."""
_OPEN: Final = "opened"
_MAX_DESCRIPTION: Final = 140

_Found = TypeVar("_Found")


class GitLabProject:
    """The `RegistryForge` protocol for GitLab: one project, by the path that it has now.

    Commits are made in `clone` and pushed, as GitLab's API moves no branch to a commit; main moves by a
    push that is not forced. What cannot be done raises InputError (ForbiddenError if rights are
    missing), what nobody answered UnansweredError.
    """

    command_sign: Final = "!"
    """Not `/`, with which GitLab's own commands begin: `/merge` and `/approve` are among them."""

    def __init__(
        self,
        token: str | None,
        full_name: str,
        clone: Repository | None = None,
        clone_url: str = "",
        instance: Instance | None = None,
        network: NetworkSettings | None = None,
    ) -> None:
        self.instance: Final = instance or registry_instance()
        self.network: Final = network or NetworkSettings()
        self.git_access: Final = GitAccess(token, GITLAB_USER, self.network)
        self._api: Final = Api(token, self.instance.api, self.network)
        self.facts: Final = GitLab(self._api, self.instance)
        what = f"the project {full_name}"
        found = self._api.get(project_path(full_name), ProjectShape, what)
        self.full_name: Final = found.path_with_namespace
        self.default_branch: Final = found.default_branch or ""
        self._id: Final = found.id
        self._path: Final = f"/projects/{found.id}"
        self._clone: Final = clone
        self.clone_url: Final = clone_url or f"{self.instance.site}/{self.full_name}.git"
        self._kept: dict[tuple[str, ...], Any] = {}
        self._others: list[GitLabProject] = []
        self.comments: Final = Notes(self._api, self._path, self.instance.host, lambda: self.me().id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for project in (self, *self._others):
            project._api.close()

    def pull_head(self, number: int) -> str:
        """The reference under which the head of a merge request can be fetched."""
        return f"refs/merge-requests/{number}/head"

    # People

    def me(self) -> Account:
        """Who writes: the account that a variable names, else the one that the token acts as."""
        return self._once(("me",), self._ask_me)

    def _ask_me(self) -> Account:
        named = os.environ.get(BOT_VARIABLE, "")
        if not named:
            return self._api.get("/user", User, "the token's account").account(self.instance.host)
        account = self.facts.user(named)
        if account is None:
            raise UsageError(f"{BOT_VARIABLE} names no account: {named!r}.", "Name the bot's.")
        return account

    def account(self, login: str) -> Account | None:
        """The account that has a name now."""
        return self.facts.user(login)

    def may_write(self, account: Account) -> bool:
        """Whether a user is a maintainer here, or of a group above; by the number of the id."""
        if (account.id.host, account.id.kind) != (self.instance.host, USER):
            return False
        path = f"{self._path}/members/all/{account.id.number}"
        found = self._api.find(path, Member, f"the role of {account.login}")
        return found is not None and found.state == "active" and found.access_level >= _MAINTAINER

    # Merge requests

    def pull(self, number: int) -> Pull:
        """A merge request by its number."""
        what = f"merge request {number}"
        return self._pull(self._api.get(f"{self._path}/merge_requests/{number}", MergeRequest, what))

    def own_pull_from(self, branch: str) -> Pull | None:
        """The open merge request from a branch of the project itself, if there is one."""
        listed = self._listed(source_branch=branch)
        return next((self._pull(one) for one in listed if one.source_project_id == self._id), None)

    def open_pulls(self) -> Iterator[Pull]:
        """The open merge requests for main."""
        return map(self._pull, self._listed(target_branch=self.default_branch))

    def _listed(self, **query: str) -> Iterator[MergeRequest]:
        path = f"{self._path}/merge_requests"
        pages = self._api.pages(path, list[MergeRequest], "merge requests", state=_OPEN, **query)
        return (one for page in pages for one in page)

    def open_own_pull(self, branch: str, title: str, body: str) -> Pull:
        """Open a merge request from a branch of the project itself; or the one there is."""
        known = self.own_pull_from(branch)
        if known is not None:
            return known
        wanted = {
            "source_branch": branch,
            "target_branch": self.default_branch,
            "title": title,
            "description": without_quick_actions(body),
        }
        path = f"{self._path}/merge_requests"
        return self._pull(self._api.send("post", path, wanted, MergeRequest, "a new merge request"))

    def close_pull(self, number: int) -> None:
        """Close a merge request; one that is closed already stays so."""
        self._change(number, {"state_event": "close"}, f"closing merge request {number}")

    def add_label(self, number: int, label: str) -> None:
        """Put a label on a merge request."""
        self._change(number, {"add_labels": label}, f"a label on merge request {number}")

    def _change(self, number: int, body: Mapping[str, object], what: str) -> None:
        self._api.act("put", f"{self._path}/merge_requests/{number}", body, what)

    def arrival(self, pull: Pull) -> int | None:
        """When a head came to a merge request: its newest version with this head, or a reopening.

        GitLab makes a version whenever the head changes (doc/api/merge_requests.md, "Get merge request
        diff versions"). None when none has this head.
        """
        path = f"{self._path}/merge_requests/{pull.number}"
        what = f"what happened to merge request {pull.number}"
        versions = self._api.pages(f"{path}/versions", list[MergeRequestVersion], what)
        came = [
            version.created_at.second_after
            for page in versions
            for version in page
            if version.head_commit_sha == pull.head
        ]
        if not came:
            return None
        return max(*came, pull.opened_at, self.reopened_at(pull.number))

    def reopened_at(self, number: int) -> int:
        """When a merge request was last opened again, in seconds since 1970; 0 if it never was."""
        path = f"{self._path}/merge_requests/{number}/resource_state_events"
        what = f"what happened to merge request {number}"
        times = (
            event.created_at.second_after
            for page in self._api.pages(path, list[StateEvent], what)
            for event in page
            if event.state == "reopened"
        )
        return max(times, default=0)

    def pushes(self, pull: Pull) -> list[BranchPush] | None:
        """All that happened to the branch of a merge request, by the events of its project."""
        if not pull.head_repository:
            return None
        key = ("pushes", pull.head_repository, pull.head_branch)
        return self._once(key, lambda: pushes_to(self._api, *key[1:], self.instance.host))

    def blobs(self, pull: Pull, commit: str, files: list[str]) -> dict[str, str] | None:
        """The ids of the blobs at some paths of a commit that was on that branch."""
        repository = f"{project_path(pull.head_repository)}/repository"
        what = f"the commit {commit}"
        if self._api.find(f"{repository}/commits/{commit}", Commit, what) is None:
            return None
        found = {}
        for file in files:
            path = f"{repository}/files/{quote(file, safe='')}"
            content = self._api.find(path, File, what, ref=commit)
            if content is not None:
                found[file] = content.blob_id
        return found

    def comment(self, comment: str) -> IssueComment | None:
        """A note by its id."""
        return self.comments.find(comment)

    # Commits and branches

    def head_of(self, branch: str) -> str | None:
        """The commit at the head of a branch now; None when there is no such branch."""
        return self.facts.branch_head(self.full_name, branch)

    def left_behind(self, prefix: str, before: int) -> list[str]:
        """The branches whose names begin so, and of which no later push is known.

        None of them lets a commit in, so one that is taken too early costs another attempt at most.
        """
        address = f"{self._path}/repository/branches"
        pages = self._api.pages(address, list[Named], f"the branches {prefix}*", search=f"^{prefix}")
        branches = [one.name for page in pages for one in page if one.name.startswith(prefix)]
        if not branches:
            return []
        moved = branches_pushed_since(self._api, self.full_name, before)
        return [branch for branch in branches if branch not in moved]

    def file_at(self, path: str, commit: str) -> bytes | None:
        """The content of a file at a commit."""
        return self.facts.file(self.full_name, path, commit)

    def create_commit(
        self, base: str, files: Mapping[str, bytes | None], message: str, dated: Dated | None = None
    ) -> str:
        """A new commit on `base`, in the clone alone.

        It is by the identity of its settings' merges, now, unless `dated` says otherwise.
        """
        clone = self._require_clone()
        if not has_commit(clone, base):
            fetch_commits(clone, self.clone_url, [base], self.git_access)
        if dated is None:
            dated = Dated(read_settings(clone, base).merge.identity, int(time.time()))
        return commit_on(clone, base, files, message, dated.identity, dated.time)

    def set_branch(self, branch: str, commit: str) -> None:
        """Make a branch of our own, or move it there wherever it was."""
        self._push(commit, branch, force=True)

    def remove_branch(self, branch: str) -> None:
        """Remove a branch, if it is there."""
        path = f"{self._path}/repository/branches/{quote(branch, safe='')}"
        self._api.attempt("delete", path, {}, f"removing {branch}", frozenset({404}))

    def land(self, main: str, commit: str, passage: str) -> bool:
        """Move main by a push that is not forced; False if it has moved in the meantime.

        No passage is needed: GitLab protects a branch by who may push to it. Raises InputError where
        the push is refused all the same.
        """
        try:
            self._push(commit, self.default_branch)
        except InputError:
            if self.head_of(self.default_branch) == main:
                raise
            return False
        return True

    def withdraw(self, passage: str) -> None:
        """Remove the branch of an attempt: nothing on it lets a commit in."""
        self.remove_branch(passage)

    def _push(self, commit: str, branch: str, *, force: bool = False) -> None:
        clone = self._require_clone()
        push_commit(clone, self.clone_url, commit, branch, self.git_access, force=force)

    def _require_clone(self) -> Repository:
        assert self._clone is not None, "a project that was opened without a clone writes nothing"
        return self._clone

    def let_in(self, head: str, description: str) -> None:
        """Give a commit the external status that "Pipelines must succeed" waits for.

        GitLab refuses a status that a commit has already.
        """
        body = {
            "state": "success",
            "name": MERGE_STATUS,
            "description": description[:_MAX_DESCRIPTION],
        }
        path = f"{self._path}/statuses/{head}"
        self._api.attempt("post", path, body, f"a status of {head[:12]}", frozenset({400}))

    # The next step

    def start_check(self, pull: Pull) -> None:
        """Trigger a pipeline of main, with what the webhook would say about a merge request.

        The trigger hands its body to the pipeline as a file (doc/ci/triggers/_index.md, "Access webhook
        payload"), the one variable that it may set where nobody may set any
        (spec/lib/gitlab/ci/pipeline/chain/build/associations_spec.rb).
        """
        token = os.environ.get(TRIGGER_VARIABLE)
        if not token:
            raise InputError(
                f"No check can be started: {TRIGGER_VARIABLE} is not set.",
                "Set it to the token of a pipeline trigger; docs/gitlab.md shows where.",
            )
        me = self.me()
        body = {
            "token": token,
            "ref": self.default_branch,
            "object_kind": "merge_request",
            "user": {"id": me.id.number, "username": me.login},
            "project": {
                "id": self._id,
                "path_with_namespace": self.full_name,
                "git_http_url": self.clone_url,
            },
            "object_attributes": {
                "iid": pull.number,
                "action": "check",
                "last_commit": {"id": pull.head},
            },
        }
        self._api.act("post", f"{self._path}/trigger/pipeline", body, "starting a check")

    def start_deploy(self) -> None:
        """Nothing: a push to main starts its pipeline, also one with a project's access token."""

    def _pull(self, found: MergeRequest) -> Pull:
        return Pull(
            number=found.iid,
            url=found.web_url,
            state="open" if found.state == _OPEN else found.state,
            is_draft=found.draft,
            is_merged=found.state == "merged",
            head=found.sha or "",
            head_branch=found.source_branch,
            head_repository=self._project_of(found.source_project_id),
            base_branch=found.target_branch,
            author=found.author.account(self.instance.host),
            opened_at=found.created_at.second_after,
            reference=f"!{found.iid}",
        )

    def _project_of(self, number: int | None) -> str:
        """The path of a project; empty for one that is gone, or is not shown."""
        if number is None or number == self._id:
            return self.full_name if number else ""
        what = f"the project {number}"
        key = ("project", str(number))
        found = self._once(key, lambda: self._api.find(f"/projects/{number}", ProjectShape, what))
        return found.path_with_namespace if found is not None else ""

    def _once(self, key: tuple[str, ...], ask: Callable[[], _Found]) -> _Found:
        """The answer to a question, kept."""
        if key not in self._kept:
            self._kept[key] = ask()
        found: _Found = self._kept[key]
        return found
