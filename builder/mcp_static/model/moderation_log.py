"""The public log of an operator's acts: one file for each, with who did what to what, when and why."""

import hashlib
import re
from enum import StrEnum
from typing import Final

import orjson
from pydantic import BaseModel, ConfigDict, Field

from mcp_static.model.layout import DATA_ROOT
from mcp_static.model.takedown import MAX_OPERATOR, MAX_REASON, PastTime, VisibleLine

LOG_ROOT: Final = f"{DATA_ROOT}/moderation"
MAX_SUBJECT: Final = 500

_PATH: Final = re.compile(rf"{LOG_ROOT}/\d{{8}}T\d{{6}}Z-[a-z]+-[0-9a-f]{{12}}\.json", re.ASCII)


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


class LogEntry(BaseModel):
    """A whole file of `registry-data/moderation/`; times are kept in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    act: Act
    at: PastTime = Field(
        json_schema_extra={"format": "date-time"}, description="When it was done (RFC 3339)."
    )
    by: VisibleLine = Field(min_length=1, max_length=MAX_OPERATOR, description="Who did it.")
    subject: VisibleLine = Field(
        min_length=1, max_length=MAX_SUBJECT, description="What it was done to: a name, an id, a host."
    )
    reason: VisibleLine = Field(min_length=1, max_length=MAX_REASON, description="Why.")

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


def is_log_path(path: str) -> bool:
    """Whether a file at a path can be one of the log; paths sort by time."""
    return _PATH.fullmatch(path) is not None
