"""What happened, as GitLab tells the pipelines that its webhooks trigger: `TRIGGER_PAYLOAD`, a file.

Shapes: GitLab's reference of webhook events (gitlabhq/gitlabhq,
doc/user/project/integrations/webhook_events.md), for merge requests and notes. The project comes from
the pipeline's own variables where there are any.
"""

import os
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from mcp_static.forges.event import CHECK, COMMENT, Event
from mcp_static.forges.gitlab.instance import registry_instance
from mcp_static.forges.gitlab.shapes import User
from mcp_static.forges.rest import Shape
from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.object_ids import ObjectId

_MAX_EVENT: Final = 25 << 20
_BRINGS_A_HEAD: Final = frozenset({"open", "reopen", "check"})
_Number = Annotated[int, Field(ge=1, lt=10**18)]
_FullName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$")
]


class _Project(Shape):
    id: _Number
    path_with_namespace: _FullName
    git_http_url: str


class _Commit(Shape):
    id: ObjectId


class _Draft(Shape):
    current: bool | None = None


class _Changes(Shape):
    draft: _Draft | None = None


class _Numbered(Shape):
    iid: _Number


class _MergeRequestPayload(Shape):
    class Attributes(Shape):
        iid: _Number
        action: str = ""
        oldrev: str = ""
        last_commit: _Commit | None = None

    object_kind: Literal["merge_request"]
    user: User
    project: _Project
    object_attributes: Attributes
    changes: _Changes | None = None

    @property
    def brings_a_head(self) -> bool:
        """Whether there is something new to check: a head, or one that is no draft any more."""
        attributes, changes = self.object_attributes, self.changes or _Changes()
        if attributes.action != "update":
            return attributes.action in _BRINGS_A_HEAD
        is_ready = changes.draft is not None and changes.draft.current is False
        return is_ready or bool(attributes.oldrev)


class _NotePayload(Shape):
    class Attributes(Shape):
        id: _Number
        action: str = "create"
        system: bool = False

    object_kind: Literal["note"]
    user: User
    project: _Project
    object_attributes: Attributes
    merge_request: _Numbered | None = None
    issue: _Numbered | None = None


class _Payload(Shape):
    root: Annotated[_MergeRequestPayload | _NotePayload, Field(discriminator="object_kind")]


def read_event(path: Path) -> Event:
    """Read the payload of a trigger; raises InputError for anything else.

    The event asks for nothing where it is about neither a new head nor a new comment.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_EVENT + 1)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            "In a triggered pipeline it is the file that TRIGGER_PAYLOAD names.",
        ) from None
    try:
        payload = _Payload.model_validate_json(b'{"root": %s}' % content).root
    except ValidationError as error:
        raise _unknown(path, faults_in_words(error, skipped=1)[0]) from None
    project = os.environ.get("CI_PROJECT_ID")
    if project and str(payload.project.id) != project:
        raise _unknown(path, "it is about another project")
    if isinstance(payload, _NotePayload):
        return _note_event(payload)
    attributes = payload.object_attributes
    return _event(
        payload,
        action=attributes.action,
        number=attributes.iid,
        is_pull_request=True,
        head=attributes.last_commit.id if attributes.last_commit is not None else None,
        asks_for=CHECK if payload.brings_a_head else None,
    )


def _note_event(payload: _NotePayload) -> Event:
    noted, attributes = payload.merge_request or payload.issue, payload.object_attributes
    is_new = attributes.action == "create" and not attributes.system
    if noted is None:
        return _event(payload, action=attributes.action)
    is_pull_request = payload.merge_request is not None
    thread = f"{'merge_requests' if is_pull_request else 'issues'}/{noted.iid}"
    return _event(
        payload,
        action="created" if is_new else "edited",
        number=noted.iid,
        comment=f"{thread}/notes/{attributes.id}",
        is_pull_request=is_pull_request,
        asks_for=COMMENT if is_new else None,
    )


def _event(
    payload: _MergeRequestPayload | _NotePayload,
    *,
    action: str,
    number: int | None = None,
    head: str | None = None,
    comment: str | None = None,
    is_pull_request: bool = False,
    asks_for: Literal["check", "comment"] | None = None,
) -> Event:
    project = payload.project
    site = os.environ.get("CI_PROJECT_URL")
    return Event(
        kind=payload.object_kind,
        action=action,
        repository=os.environ.get("CI_PROJECT_PATH") or project.path_with_namespace,
        clone_url=f"{site}.git" if site else project.git_http_url,
        sender=payload.user.account(registry_instance().host),
        number=number,
        head=head,
        comment=comment,
        is_pull_request=is_pull_request,
        asks_for=asks_for,
    )


def _unknown(path: Path, reason: str) -> InputError:
    return InputError(
        f"{path} is not an event that this command understands: {reason}.",
        "It understands what webhooks for merge requests and comments send.",
    )
