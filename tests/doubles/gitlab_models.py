"""What a double of GitLab holds beside projects: merge requests, issues, notes, pushes, pipelines."""

import datetime
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def written(time: float) -> str:
    """A time as GitLab writes it."""
    at = datetime.datetime.fromtimestamp(time, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


@dataclass
class NoteDouble:
    """A note; `system` ones are GitLab's own."""

    id: int
    author: str
    body: str
    created_at: float
    updated_at: float
    system: bool = False
    internal: bool = False


@dataclass
class IssueDouble:
    """An issue, with its notes; numbered apart from merge requests."""

    iid: int
    author: str
    title: str
    notes: list[NoteDouble] = field(default_factory=list)


@dataclass
class MergeRequestDouble:
    """A merge request: each head that came to it is one of its versions, with its time."""

    iid: int
    author: str
    title: str
    source: int
    branch: str
    target_branch: str
    created_at: float
    state: str = "opened"
    versions: list[tuple[str, float]] = field(default_factory=list)
    state_events: list[tuple[str, float]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    notes: list[NoteDouble] = field(default_factory=list)

    @property
    def sha(self) -> str:
        """Its head now."""
        return self.versions[-1][0]


@dataclass(frozen=True)
class PushDouble:
    """A push event: a bulk one has no branch and no commits."""

    id: int
    author: str
    branch: str | None
    before: str | None
    after: str | None
    time: float

    def shape(self, author: Json, project: int) -> Json:
        """The event, as GitLab shows it."""
        action = "created" if self.before is None else "removed" if self.after is None else "pushed"
        return {
            "id": self.id,
            "project_id": project,
            "action_name": "pushed new" if self.before is None else "pushed to",
            "target_id": None,
            "target_type": None,
            "author_id": author["id"],
            "author": author,
            "author_username": author["username"],
            "created_at": written(self.time),
            "push_data": {
                "commit_count": 1,
                "action": action if self.branch else "pushed",
                "ref_type": "branch",
                "commit_from": self.before,
                "commit_to": self.after,
                "ref": self.branch,
                "ref_count": None if self.branch else 5,
            },
        }


@dataclass(frozen=True)
class Pipeline:
    """A pipeline that began: how, on which branch, and what its trigger handed over."""

    source: str
    ref: str
    payload: Json | None = None
