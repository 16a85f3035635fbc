"""What a policy for a client is: a file, what it enforces, and where an administrator puts it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mcp_static.policies.contents import Contents, LeftOut
from mcp_static.settings.policies import PolicySettings


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client looks for a policy: a system or a console, and the file or the field there."""

    system: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file; `render` gives its bytes, or None where a file would do harm.

    `left_out` names what this file lacks beyond what no policy can say.
    `enforces` and `notes` are sentences for the page that explains the policies.
    """

    id: str
    title: str
    path: str
    enforces: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    render: Callable[[Contents, PolicySettings], bytes | None]
    left_out: Callable[[Contents], Iterable[LeftOut]] = lambda _: ()
