"""What happened, as GitHub tells its workflows: the event file, read and nothing more.

Shapes: GitHub's reference of webhook events and payloads, for `pull_request_target` (as
`pull_request`), `issue_comment` and `workflow_dispatch`.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from mcp_static.forges.event import CHECK, COMMENT, Event
from mcp_static.forges.github.instance import registry_instance
from mcp_static.forges.github.shapes import User
from mcp_static.forges.rest import Shape
from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.object_ids import ObjectId

_MAX_EVENT: Final = 25 << 20

FullName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]


class _Repository(Shape):
    full_name: FullName
    clone_url: str


class _Head(Shape):
    sha: ObjectId


class _PullRequest(Shape):
    number: int
    head: _Head


class _Issue(Shape):
    number: int
    pull_request: object = None


class _Comment(Shape):
    id: int


class _Inputs(Shape):
    pull_request: Digits
    head: ObjectId | Literal[""] = ""


class _Payload(Shape):
    """The members of all these events that are used; which are there tells the events apart."""

    action: str = ""
    repository: _Repository
    sender: User
    issue: _Issue | None = None
    comment: _Comment | None = None
    pull_request: _PullRequest | None = None
    inputs: _Inputs | None = None


def read_event(path: Path) -> Event:
    """Read an event file (`GITHUB_EVENT_PATH`); raises InputError for any other event."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_EVENT + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            "In a workflow it is the file that GITHUB_EVENT_PATH names.",
        ) from None
    try:
        event = _event(_Payload.model_validate_json(content))
    except ValidationError as error:
        raise _unknown(path, faults_in_words(error)[0]) from None
    if event is None:
        raise _unknown(path, "it names no pull request and no comment")
    return event


def _unknown(path: Path, reason: str) -> InputError:
    return InputError(
        f"{path} is not an event that this command understands: {reason}.",
        "It understands pull_request_target, issue_comment and workflow_dispatch.",
    )


def _event(payload: _Payload) -> Event | None:
    kind, number, head, comment, is_pull_request = "workflow_dispatch", 0, None, None, True
    if payload.comment is not None and payload.issue is not None:
        kind, number, comment = "issue_comment", payload.issue.number, str(payload.comment.id)
        is_pull_request = payload.issue.pull_request is not None
    elif payload.pull_request is not None:
        kind, number = "pull_request", payload.pull_request.number
        head = payload.pull_request.head.sha
    elif payload.inputs is not None:
        number = int(payload.inputs.pull_request)
        head = payload.inputs.head or None
    else:
        return None
    return Event(
        kind,
        payload.action,
        payload.repository.full_name,
        payload.repository.clone_url,
        payload.sender.account(registry_instance().host),
        number,
        head,
        comment,
        is_pull_request,
        CHECK if comment is None else COMMENT,
    )
