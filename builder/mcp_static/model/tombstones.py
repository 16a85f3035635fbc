"""Tombstones: what stands in history in place of bytes that an operator has erased.

The tombstone of a record is as valid as the record was, under the same name and version. A replay
therefore finds the same versions and the same events, every ordinal, cursor and time stays, and
mirrors learn of the takedown that comes with the erasure like of any other.
"""

from typing import Any, Final

import orjson

from mcp_static.model.layout import Location
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.model.status import StatusRecord

INVALID: Final = b"{}\n"
"""In place of bytes that never counted: they broke a rule, or came after the first valid ones."""

_SCHEMA: Final = SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)
_DESCRIPTION: Final = "Erased by the operator of this registry."


def record_tombstone(location: Location) -> bytes:
    """What takes the place of a valid `server.json`."""
    return _dump({"$schema": _SCHEMA, **_claims(location)})


def is_record_tombstone(content: bytes, location: Location) -> bool:
    """Whether a `server.json` is a tombstone, of whatever release of this program."""
    try:
        document = orjson.loads(content)
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    return {key: document[key] for key in document if key != "$schema"} == _claims(location)


def _claims(location: Location) -> dict[str, Any]:
    return {
        "name": str(location.name),
        "description": _DESCRIPTION,
        "version": location.version,
    }


class StatusTombstones:
    """What takes the place of each valid `status.json` of what is erased.

    Different messages stay different, so that the same commits change what is served.
    """

    def __init__(self) -> None:
        self._numbers: Final[dict[str, int]] = {}

    def of(self, status: StatusRecord) -> bytes:
        """The same status, with another message if it had one that is shown."""
        document: dict[str, Any] = {"status": status.status.value}
        message = status.status_message
        if message == "":
            document["statusMessage"] = ""
        elif message is not None:
            number = self._numbers.setdefault(message, len(self._numbers) + 1)
            document["statusMessage"] = f"Erased ({number})."
        return _dump(document)


def _dump(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
