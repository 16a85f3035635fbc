"""The parts of GitHub's answers that are used, as models; GitHub's REST reference has the rest."""

from pydantic import RootModel

from mcp_static.forges.forge import Account
from mcp_static.forges.rest import Moment, Shape
from mcp_static.model.forge_ids import ACCOUNT, ForgeId


class User(Shape):
    """A user, an organization or an app."""

    login: str
    id: int
    type: str = "User"

    def account(self, host: str) -> Account:
        """The account of a host, as every forge has it."""
        return Account(
            self.login, ForgeId(host, ACCOUNT, self.id), is_organization=self.type == "Organization"
        )


class Permissions(Shape):
    """What the token may do in a repository."""

    push: bool = False


class Repository(Shape):
    """A repository."""

    id: int
    full_name: str
    owner: User
    fork: bool
    default_branch: str
    permissions: Permissions | None = None


class RepositoryName(Shape):
    """A repository, of which only the name matters."""

    full_name: str


class Named(Shape):
    """What has an id of Git's."""

    sha: str


class Reference(Shape):
    """A branch or a tag, and the object that it names."""

    ref: str
    object: Named


class GitCommit(Shape):
    """A commit of Git's: its id, and its tree's."""

    sha: str
    tree: Named


class Content(Shape):
    """A file, or what is at a file's path; `content` is base64 with line breaks."""

    type: str
    sha: str = ""
    size: int = 0
    encoding: str = ""
    content: str = ""


class Contents(RootModel[Content | list[Content]]):
    """What is at a path: one file, or the files of a folder."""


class Side(Shape):
    """One of the two branches of a pull request; `repo` is None once its repository is deleted."""

    ref: str
    sha: str
    repo: RepositoryName | None


class PullRequest(Shape):
    """A pull request."""

    number: int
    html_url: str
    state: str
    draft: bool = False
    merged: bool = False
    head: Side
    base: Side
    user: User | None
    created_at: Moment


class Comment(Shape):
    """A comment on an issue or pull request; `user` is None once the account is deleted."""

    id: int
    body: str | None = None
    user: User | None
    issue_url: str = ""
    created_at: Moment
    updated_at: Moment


class IssueEvent(Shape):
    """Something that happened to an issue or pull request, such as `closed` or `reopened`."""

    event: str
    created_at: Moment


class Activity(Shape):
    """An entry of a repository's activity: a push, and what the branch named before and after it."""

    before: str
    after: str
    actor: User | None
    timestamp: Moment


class CheckRun(Shape):
    """A check of a commit."""

    name: str
    status: str
    conclusion: str | None = None


class CheckRuns(Shape):
    """The checks of a commit."""

    check_runs: list[CheckRun]


class Collaborator(Shape):
    """What an account may do in a repository."""

    permission: str
    user: User | None = None
