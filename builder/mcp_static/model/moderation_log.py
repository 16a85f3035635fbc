"""The public log of an operator's acts: one file for each, with who did what to what, when and why."""

import hashlib
from enum import StrEnum
from typing import Annotated, Final

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mcp_static.model.layout import DATA_ROOT
from mcp_static.model.takedown import MAX_OPERATOR, MAX_REASON
from mcp_static.model.times import format_time, parse_time

LOG_ROOT: Final = f"{DATA_ROOT}/moderation"
MAX_SUBJECT: Final = 500


class Act(StrEnum):
    """What an operator can do."""

    TAKEDOWN = "takedown"
    RESTORE = "restore"
    BLOCK = "block"
    UNBLOCK = "unblock"
    FREEZE = "freeze"
    THAW = "thaw"
    ERASE = "erase"
    APPROVE = "approve"


def _visible(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("is not one line of visible characters")
    return text


def _utc(text: str) -> str:
    return format_time(int(parse_time(text)))


_Line = Annotated[str, AfterValidator(_visible)]


class LogEntry(BaseModel):
    """A whole file of `registry-data/moderation/`; times are kept in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    act: Act
    at: Annotated[str, AfterValidator(_utc)] = Field(
        json_schema_extra={"format": "date-time"}, description="When it was done (RFC 3339)."
    )
    by: _Line = Field(min_length=1, max_length=MAX_OPERATOR, description="Who did it.")
    subject: _Line = Field(
        min_length=1, max_length=MAX_SUBJECT, description="What it was done to: a name, an id, a host."
    )
    reason: _Line = Field(min_length=1, max_length=MAX_REASON, description="Why.")

    @property
    def content(self) -> bytes:
        """The file."""
        document = self.model_dump(mode="json")
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @property
    def path(self) -> str:
        """Where the file belongs: `registry-data/moderation/<time>-<act>-<digest>.json`."""
        time = self.at.replace("-", "").replace(":", "")
        digest = hashlib.sha256(self.content).hexdigest()[:12]
        return f"{LOG_ROOT}/{time}-{self.act.value}-{digest}.json"
