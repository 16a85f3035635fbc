"""The moderation log as its page and its feed show it."""

from dataclasses import dataclass
from typing import Final

from mcp_static.model.moderation_log import LOG_ROOT, Act, LogEntry

PAGE_ACTS: Final = 500
"""Acts that the page shows; the JSON has all."""
FEED_ACTS: Final = 50

_DONE: Final = {
    Act.TAKEDOWN: "Taken down",
    Act.RESTORE: "Restored",
    Act.BLOCK: "Blocked",
    Act.UNBLOCK: "Unblocked",
    Act.FREEZE: "Publishing closed",
    Act.THAW: "Publishing reopened",
    Act.ERASE: "Erased",
    Act.APPROVE: "Approved",
}


@dataclass(frozen=True, slots=True)
class ActView:
    """One act; `id` is its place on the page."""

    id: str
    done: str
    at: str
    by: str
    subject: str
    reason: str
    commit: str


def act_view(act: LogEntry, commit: str) -> ActView:
    """An act that a commit brought, in words."""
    name = act.path.removeprefix(f"{LOG_ROOT}/").removesuffix(".json")
    return ActView(name, _DONE[act.act], act.at, act.by, act.subject, act.reason, commit)
