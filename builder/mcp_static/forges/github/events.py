"""What happened, as GitHub tells its workflows: the event file, read and nothing more.

Shapes: GitHub's reference of webhook events and payloads, for `pull_request_target` (as
`pull_request`), `issue_comment` and `workflow_dispatch`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from mcp_static.forges.github.client import GitHubAccount
from mcp_static.model.errors import InputError

_MAX_EVENT: Final = 25 << 20
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: where, who, and about which pull request or comment.

    `head` is the head commit that the event speaks of, where it names one.
    """

    kind: str
    action: str
    repository: str
    clone_url: str
    sender: GitHubAccount
    number: int | None = None
    head: str | None = None
    comment: int | None = None
    is_pull_request: bool = False

    @property
    def brings_head(self) -> bool:
        """Whether the sender brought the head commit itself: by opening, or by pushing."""
        return self.kind == "pull_request" and self.action in {"opened", "synchronize"}


def read_event(path: Path) -> Event:
    """Read an event file (`GITHUB_EVENT_PATH`); raises InputError for what is none of those above."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_EVENT + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            "In a workflow it is the file that GITHUB_EVENT_PATH names.",
        ) from None
    try:
        return _event(orjson.loads(content))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is no event that this command understands: {_reason(error)}.",
            "It understands pull_request_target, issue_comment and workflow_dispatch.",
        ) from None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return "it is no JSON" if isinstance(error, orjson.JSONDecodeError) else str(error)


def _event(document: dict[str, Any]) -> Event:
    repository, sender = document["repository"], document["sender"]
    full_name = str(repository["full_name"])
    if not _FULL_NAME.fullmatch(full_name):
        raise ValueError(f"{full_name!r} is no repository")
    action = str(document.get("action", ""))
    clone_url = str(repository["clone_url"])
    account = GitHubAccount(str(sender["login"]), int(sender["id"]))
    if "comment" in document and "issue" in document:
        issue = document["issue"]
        return Event(
            "issue_comment",
            action,
            full_name,
            clone_url,
            account,
            number=int(issue["number"]),
            comment=int(document["comment"]["id"]),
            is_pull_request="pull_request" in issue,
        )
    if "pull_request" in document:
        pull = document["pull_request"]
        head = str(pull["head"]["sha"])
        if not _COMMIT.fullmatch(head):
            raise ValueError("its head is no commit")
        number = int(pull["number"])
        return Event(
            "pull_request", action, full_name, clone_url, account, number, head, is_pull_request=True
        )
    number = int((document.get("inputs") or {})["pull_request"])
    return Event(
        "workflow_dispatch", action, full_name, clone_url, account, number, is_pull_request=True
    )
