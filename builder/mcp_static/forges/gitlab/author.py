"""A project on GitLab as its authors use it: forks, branches with one commit, merge requests."""

import base64
from collections.abc import Mapping
from typing import Final, Self

from mcp_static.forges.comment_parts import MARKER
from mcp_static.forges.gitlab.facts import project_path
from mcp_static.forges.gitlab.repository import GitLabProject
from mcp_static.forges.gitlab.shapes import Commit, Fork, MergeRequest, Project
from mcp_static.forges.registry_forge import CheckState, Pull

_DEVELOPER: Final = 30
"""The access level from which a member may push to branches that are not protected."""


class GitLabAuthor(GitLabProject):
    """The `AuthorForge` protocol for GitLab; raises as `GitLabProject` does."""

    @property
    def may_push(self) -> bool:
        """Whether the author may push branches to this project."""
        found = self._api.get(self._path, Project, f"the project {self.full_name}")
        return found.access_level >= _DEVELOPER

    def at(self, full_name: str) -> Self:
        """Another project there, with the same token."""
        other = type(self)(
            self.git_access.token, full_name, instance=self.instance, network=self.network
        )
        self._others.append(other)
        return other

    def fork(self) -> str:
        """The path of the author's own fork, made if there is none; its data may take a while."""
        pages = self._api.pages(f"{self._path}/forks", list[Fork], "forks", owned="true")
        own = next((fork for page in pages for fork in page), None)
        made = own or self._api.send("post", f"{self._path}/fork", {}, Fork, "a fork")
        return made.path_with_namespace

    def commit_to(
        self, branch: str, base: str, registry: str, files: Mapping[str, bytes], message: str
    ) -> None:
        """Put a branch at one commit on a commit of the registry's, wherever it was.

        GitLab takes the commit from the other project (doc/api/commits.md, `start_project`).
        """
        actions = [
            {
                "action": "update" if self._has(registry, path, base) else "create",
                "file_path": path,
                "content": base64.b64encode(content).decode(),
                "encoding": "base64",
            }
            for path, content in sorted(files.items())
        ]
        body = {
            "branch": branch,
            "start_sha": base,
            "start_project": registry,
            "force": True,
            "commit_message": message,
            "actions": actions,
        }
        self._api.send("post", f"{self._path}/repository/commits", body, Commit, "a new commit")

    def _has(self, registry: str, path: str, base: str) -> bool:
        return self.facts.file(registry, path, base) is not None

    def open_pull_from(self, home: str, branch: str) -> Pull | None:
        """The open merge request from a branch of a project, if there is one."""
        found = (self._pull(one) for one in self._listed(source_branch=branch))
        return next((one for one in found if one.head_repository == home), None)

    def open_pull(self, home: str, branch: str, title: str, body: str) -> Pull:
        """Open a merge request from a branch of a project; or the one there is."""
        known = self.open_pull_from(home, branch)
        if known is not None:
            return known
        wanted = {
            "source_branch": branch,
            "target_project_id": self._id,
            "target_branch": self.default_branch,
            "title": title,
            "description": body,
        }
        path = f"{project_path(home)}/merge_requests"
        return self._pull(self._api.send("post", path, wanted, MergeRequest, "a new merge request"))

    def check_state(self, pull: Pull) -> CheckState:
        """Whether a report on the head is there; what it says is for people to read."""
        comments = self.comments.of(pull.number)
        is_reported = any(MARKER in one.body and pull.head in one.body for one in comments)
        message = "✓ checked; its report is there" if is_reported else "… waiting"
        return CheckState(message, has_failed=False)
