"""The things that GitHub keeps: accounts, tokens, pushes, comments, issues and pull requests."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.doubles.github_repository import RepositoryDouble

Json = dict[str, Any]
WEB_FLOW_EMAIL = "noreply@github.com"


@dataclass
class User:
    """An account: the login may change, the id may not."""

    id: int
    login: str
    type: str = "User"


def email_of(user: User) -> str:
    """The address GitHub gives a user's commits."""
    return f"{user.id}+{user.login}@users.noreply.github.com"


@dataclass(frozen=True)
class Token:
    """Who a token acts as.

    Scopes are a classic token's (`repo`, `public_repo`), or permissions such as `contents:write` for a
    token of the fine-grained kind; None allows whatever the user may do.
    """

    user: User
    scopes: frozenset[str] | None = None


@dataclass(frozen=True)
class Push:
    """One change of a branch; `actor` is a user's id, None when nobody knows."""

    id: int
    before: str
    after: str
    ref: str
    time: float
    kind: str
    actor: int | None


@dataclass
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    number: int
    user: User
    body: str
    created: float
    updated: float
    previous: str = ""
    """The text before the last edit."""


@dataclass
class Issue:
    """An issue, or the half of a pull request that is one."""

    number: int
    user: User
    title: str
    body: str | None
    created: float
    updated: float
    state: str = "open"
    closed: float | None = None
    closed_by: User | None = None
    labels: list[str] = field(default_factory=list)
    events: list[tuple[str, float]] = field(default_factory=list)
    """What happened to it, as far as that is kept: `closed` or `reopened`, and when."""


@dataclass
class PullRequest(Issue):
    """A pull request; `head` is None once its repository is gone."""

    head: "RepositoryDouble | None" = None
    head_user: User | None = None
    head_ref: str = ""
    head_sha: str = ""
    previous_head_sha: str | None = None
    head_pusher: User | None = None
    """Who moved the head last; None until somebody does, or when nobody knows."""
    base_ref: str = ""
    base_sha: str = ""
    draft: bool = False
    maintainer_can_modify: bool = False
    merged: float | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None


@dataclass(frozen=True)
class Dispatch:
    """A workflow or repository dispatch: `name` is the workflow's file or the event's type."""

    repository: str
    kind: str
    name: str
    ref: str | None
    inputs: Json
    login: str
