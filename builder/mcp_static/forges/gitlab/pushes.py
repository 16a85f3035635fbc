"""Who pushed what to a branch, by the events of its project.

GitLab notes each push as an event with its author, and what the branch was before and after
(gitlabhq/gitlabhq, doc/api/events.md and app/services/push_event_payload_service.rb). It keeps them
for three years, and of a push that changes many branches at once it notes no branch: such a gap shows,
as the next event does not begin where the last one ended.
"""

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from mcp_static.forges.gitlab.api import Api
from mcp_static.forges.gitlab.facts import project_path
from mcp_static.forges.gitlab.shapes import PushData, PushEvent
from mcp_static.forges.registry_forge import BranchPush

_MOST: Final = 1_000
"""Pushes to a project that are looked through, the newest first."""


def branches_pushed_since(api: Api, path: str, since: int) -> set[str]:
    """The branches that were pushed to at some time, in seconds since 1970, or later."""
    found: set[str] = set()
    for event in islice(_events(api, path), _MOST):
        if event.created_at.second_after < since:
            break
        data = event.push_data
        if data is not None and data.ref is not None:
            found.add(data.ref)
    return found


def pushes_to(api: Api, path: str, branch: str, host: str) -> list[BranchPush] | None:
    """All that happened to a branch since it was made, oldest first; None where that cannot be told.

    Whoever makes a branch anew pushes all that is on it, so what it was before is of no account.
    """
    found: list[BranchPush] = []
    for number, event in enumerate(_events(api, path), start=1):
        if number > _MOST:
            return None
        data = _of_branch(event, branch)
        if data is None:
            continue
        found.append(_push(event, data, host))
        if data.commit_from is None:
            return _joined(found)
    return _joined(found)


def _events(api: Api, path: str) -> Iterator[PushEvent]:
    """The pushes to a project, newest first."""
    pages = api.pages(
        f"{project_path(path)}/events",
        list[PushEvent],
        f"the pushes to {path}",
        action="pushed",
        sort="desc",
    )
    return (event for page in pages for event in page)


def _joined(newest_first: list[BranchPush]) -> list[BranchPush] | None:
    """The pushes, oldest first; None for none, and where one that is not there has to be between."""
    pushes = newest_first[::-1]
    if any(older.after != newer.before for older, newer in pairwise(pushes)):
        return None
    return pushes or None


def _of_branch(event: PushEvent, branch: str) -> PushData | None:
    data = event.push_data
    return data if data is not None and (data.ref_type, data.ref) == ("branch", branch) else None


def _push(event: PushEvent, data: PushData, host: str) -> BranchPush:
    return BranchPush(
        before=data.commit_from,
        after=data.commit_to,
        actor=event.author.account(host) if event.author is not None else None,
        time=event.created_at.second_after,
    )
