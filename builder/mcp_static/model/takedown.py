"""`takedown.json`: the operator's decision that something is not served, and what it is about."""

import math
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mcp_static.model.times import LAST_SECOND, format_time, parse_time
from mcp_static.model.visible_text import is_visible_line

MAX_REASON: Final = 500
MAX_POLICY: Final = 200
MAX_OPERATOR: Final = 200

UNREADABLE_REASON: Final = "taken down by the operator"
"""What is said about a takedown whose file cannot be read, but which still holds."""


class TakedownStatus(StrEnum):
    """How long a takedown hides: until it is withdrawn, or at most until a date."""

    DELETED = "deleted"
    QUARANTINED = "quarantined"


def _visible(text: str) -> str:
    if not is_visible_line(text) or text != text.strip():
        raise ValueError("is not one line of visible characters")
    return text


def _from(text: str) -> str:
    return _whole_second(math.floor(parse_time(text)))


def _until(text: str) -> str:
    return _whole_second(math.ceil(parse_time(text)))


def _whole_second(seconds: int) -> str:
    if not 0 <= seconds <= LAST_SECOND:
        raise ValueError("is a time that no calendar shows")
    return format_time(seconds)


VisibleLine = Annotated[str, AfterValidator(_visible)]
"""One line of visible characters, which can be shown anywhere."""
PastTime = Annotated[str, AfterValidator(_from)]
"""An RFC 3339 time with any offset, kept in UTC and whole seconds."""


class Takedown(BaseModel):
    """A whole `takedown.json`. It hides everything in its folder; times are kept in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    status: TakedownStatus = Field(
        description="`deleted`, or `quarantined`: hidden until it is decided."
    )
    reason: VisibleLine = Field(
        min_length=1, max_length=MAX_REASON, description="Why; shown wherever the entry was."
    )
    policy: VisibleLine | None = Field(
        None, max_length=MAX_POLICY, description="The point of the moderation policy."
    )
    at: PastTime = Field(
        json_schema_extra={"format": "date-time"}, description="When it was decided (RFC 3339)."
    )
    by: VisibleLine = Field(min_length=1, max_length=MAX_OPERATOR, description="Who decided it.")
    until: Annotated[str, AfterValidator(_until)] | None = Field(
        None,
        json_schema_extra={"format": "date-time"},
        description="When a quarantine ends by itself, compared with registry time.",
    )
    subdomains: bool = Field(
        False, description="In a namespace's folder: whether it also holds for all domains below."
    )

    @model_validator(mode="after")
    def _ends_if_quarantined(self) -> Self:
        if (self.status is TakedownStatus.QUARANTINED) is (self.until is None):
            raise ValueError("`until` is needed for `quarantined`, and for nothing else")
        return self

    @property
    def ends_at(self) -> int | None:
        """When a quarantine ends, in seconds since 1970; None for what does not end by itself."""
        return None if self.until is None else int(parse_time(self.until))

    def public(self) -> dict[str, str]:
        """What everybody may know of it; who decided it is in the log."""
        return self.model_dump(mode="json", exclude={"by", "subdomains"}, exclude_none=True)


def unreadable_takedown(time: int, *, subdomains: bool) -> Takedown:
    """What holds instead of a `takedown.json` that cannot be read, committed at `time`."""
    return Takedown(
        status=TakedownStatus.DELETED,
        reason=UNREADABLE_REASON,
        at=format_time(time),
        by="the operator",
        subdomains=subdomains,
    )
