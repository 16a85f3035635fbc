"""What happened on a forge, as its workflow is told: where, by whom, about which pull request."""

from dataclasses import dataclass
from typing import Final, Literal

from mcp_static.forges.forge import Account

CHECK: Final = "check"
COMMENT: Final = "comment"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Nothing in it is believed; it says what to ask the forge about.

    `number` is that of a pull request if `is_pull_request`, otherwise of an issue; `head` is the head
    commit that the event is about, where it names one; `comment` is the id of a comment, as
    `RegistryForge.comment` takes it. `asks_for` is what is to be done: a check, an answer to a comment,
    or nothing.
    """

    kind: str
    action: str
    repository: str
    clone_url: str
    sender: Account
    number: int | None = None
    head: str | None = None
    comment: str | None = None
    is_pull_request: bool = False
    asks_for: Literal["check", "comment"] | None = None
