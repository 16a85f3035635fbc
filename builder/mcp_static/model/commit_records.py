"""What a commit tells the ledger: the records that it added, edited and removed."""

from typing import NamedTuple

from mcp_static.model.moderation_log import LogEntry
from mcp_static.model.status import StatusRecord


class Body(NamedTuple):
    """What is kept of a valid record: the rendered server object, and what lists need at hand.

    `words` are its searchable texts, `kinds` what it offers, `card` its title and description, with
    a tab between them.
    """

    server: bytes
    words: str
    kinds: str
    card: str


class ServerChange(NamedTuple):
    """A `server.json` path that a commit added, edited or removed.

    `name` is empty for a path that the layout does not have: it still takes an ordinal.
    `blob` is the id of what is there, None when it is gone; `body` is None when that breaks a
    structural rule. `remotes` is what the addresses of its remotes are looked up by
    (`near_addresses`). (A tuple, since workers send a hundred thousand.)
    """

    path: str
    name: str
    version: str
    blob: bytes | None
    body: Body | None = None
    remotes: tuple[str, ...] = ()


class StatusChange(NamedTuple):
    """A `status.json` that a commit added or edited, or (active) removed."""

    path: str
    server_path: str
    status: StatusRecord


class AcceptedChange(NamedTuple):
    """An `accepted.json` that a commit added, edited or (None) removed, with the id of its blob."""

    path: str
    server_path: str
    blob: bytes | None
    accepted: bytes | None


class ActChange(NamedTuple):
    """A file of the moderation log that a commit added, edited or (None) removed.

    `act` is None for what cannot be read.
    """

    path: str
    blob: bytes | None
    act: LogEntry | None = None
