"""The parts of GitLab's answers that are used, as models; GitLab's REST reference has the rest."""

from typing import Literal

from mcp_static.forges.forge import Account
from mcp_static.forges.rest import Moment, Shape
from mcp_static.model.forge_ids import USER, ForgeId


class User(Shape):
    """A user, a bot or the ghost that stands for deleted users."""

    username: str
    id: int

    def account(self, host: str) -> Account:
        """The account of a host, as every forge has it."""
        return Account(self.username, ForgeId(host, USER, self.id))


class Group(Shape):
    """A group, by the path that it has now."""

    full_path: str
    id: int


class ProjectId(Shape):
    """A project, of which only the id matters."""

    id: int


class Project(Shape):
    """A project."""

    id: int
    path_with_namespace: str
    default_branch: str | None = None
    forked_from_project: ProjectId | None = None
    permissions: "Permissions | None" = None

    @property
    def access_level(self) -> int:
        """The higher of the account's two roles; 0 without one."""
        given = self.permissions or Permissions()
        roles = (given.project_access, given.group_access)
        return max((role.access_level for role in roles if role is not None), default=0)


class Access(Shape):
    """A role in a project, or in a group that it is in."""

    access_level: int


class Permissions(Shape):
    """What the token's account may do in a project, by its two roles."""

    project_access: Access | None = None
    group_access: Access | None = None


class Fork(Shape):
    """A fork of a project, of which only the path matters."""

    path_with_namespace: str


class Commit(Shape):
    """A commit, of which only the id matters."""

    id: str


class Tag(Shape):
    """A tag, and the commit that it names."""

    name: str
    commit: Commit


class Branch(Shape):
    """A branch, and the commit at its head."""

    commit: Commit


class Named(Shape):
    """A branch, of which only the name matters."""

    name: str


class File(Shape):
    """A file at a commit."""

    blob_id: str


class MergeRequest(Shape):
    """A merge request."""

    iid: int
    web_url: str
    state: str
    draft: bool = False
    sha: str | None
    source_branch: str
    source_project_id: int | None
    target_branch: str
    author: User
    created_at: Moment


class MergeRequestVersion(Shape):
    """What a merge request was at one time: GitLab makes one when a head comes to it."""

    head_commit_sha: str
    created_at: Moment


class StateEvent(Shape):
    """Something that happened to a merge request, such as `closed` or `reopened`."""

    state: str
    created_at: Moment


class Note(Shape):
    """A comment, or what GitLab itself notes (`system`)."""

    id: int
    body: str
    author: User
    system: bool
    internal: bool = False
    noteable_iid: int | None = None
    created_at: Moment
    updated_at: Moment


class PushData(Shape):
    """What a push changed. A push of many branches at once has neither a name nor commits."""

    ref_type: Literal["branch", "tag"]
    ref: str | None
    commit_from: str | None
    commit_to: str | None


class PushEvent(Shape):
    """A push, and whose."""

    id: int
    author: User | None = None
    created_at: Moment
    push_data: PushData | None = None


class Member(Shape):
    """What a user may do in a project: 40 is a maintainer, 50 an owner."""

    id: int
    state: str
    access_level: int
