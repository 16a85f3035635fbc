"""Who uses an address beside a server itself: looked up to say whose address it is."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from mcp_static.model.remotes import near_addresses


class AcceptedUser(NamedTuple):
    """A version that is served: its server's name, the server object, and what the merge noted."""

    name: str
    document: dict[str, Any]
    acceptance: dict[str, Any]


_USERS: Final = (
    "remotes r CROSS JOIN versions v ON v.ordinal = r.ordinal "
    "CROSS JOIN servers s ON s.number = v.server_number"
)


class AddressUsers:
    """The users of addresses by `WebAddress.near`; whoever asks compares the addresses themselves."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: Final = connection

    def accepted(self, near: str, besides: str) -> Iterator[AcceptedUser]:
        """The versions of other servers than one whose merge noted what proved them, by name."""
        rows = self._connection.execute(
            f"SELECT s.name, b.document, a.content FROM {_USERS} "
            "CROSS JOIN accepted a ON a.ordinal = v.ordinal "
            "CROSS JOIN bodies b ON b.ordinal = v.ordinal "
            "WHERE r.near = ? AND s.name <> ? AND v.is_public ORDER BY s.name, v.ordinal",
            (near, besides),
        )
        for name, document, content in rows:
            yield AcceptedUser(name, orjson.loads(document), orjson.loads(content))

    def servers_beside(self, ordinal: int) -> set[int]:
        """The numbers of the other servers at an address of a version, if its merge noted a proof."""
        row = self._connection.execute(
            "SELECT v.server_number, b.document FROM versions v JOIN accepted a USING (ordinal) "
            "JOIN bodies b USING (ordinal) WHERE v.ordinal = ?",
            (ordinal,),
        ).fetchone()
        if row is None:
            return set()
        own, document = row
        found = set()
        for near in near_addresses(orjson.loads(document)):
            numbers = self._connection.execute(
                f"SELECT DISTINCT s.number FROM {_USERS} WHERE r.near = ? AND s.number <> ?",
                (near, own),
            )
            found |= {number for (number,) in numbers}
        return found
