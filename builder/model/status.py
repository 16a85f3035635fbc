"""`status.json`: the lifecycle of one version, from the standard's `StatusUpdateRequest`."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from builder.model.entries import MAX_STATUS_MESSAGE, Status


class StatusRecord(BaseModel):
    """The lifecycle of one version; a version without this file is active."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, hide_input_in_errors=True
    )

    status: Status = Field(description="`active`, `deprecated` or `deleted`.")
    status_message: str | None = Field(
        None, max_length=MAX_STATUS_MESSAGE, description="Why, for those who use the server."
    )


ACTIVE: Final = StatusRecord(status=Status.ACTIVE)
