"""`status.json`: the lifecycle of one version, from the standard's `StatusUpdateRequest`."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status


class StatusRecord(BaseModel):
    """The lifecycle of one version; a version without this file is active."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, hide_input_in_errors=True
    )

    status: Status = Field(description="`active`, `deprecated` or `deleted`.")
    status_message: str | None = Field(
        None, max_length=MAX_STATUS_MESSAGE, description="Why, for those who use the server."
    )


class StatusFile(StatusRecord):
    """A whole `status.json`: the lifecycle, and what ties it to its place and to the file before it.

    Only the lifecycle is served. The rest makes every status of a version other bytes than all its
    earlier ones, so that none can be submitted again (`replaces` chains them), and says for which
    version it is meant, since the same few words would fit any.
    """

    name: str | None = Field(None, description="The server's name, as in the path.")
    version: str | None = Field(None, description="The version, as in the path.")
    replaces: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the `status.json` that this one replaces; needed if there is one.",
    )
    proof: str | None = Field(
        None,
        max_length=4096,
        description="A signature over all the rest: a compact JWS, from `mcp-static status --key`.",
    )
    by: Literal["sync"] | None = Field(
        None,
        description="`sync` for what `mcp-static sync` wrote, as a source or a list says.",
    )
    source: str | None = Field(
        None, max_length=2048, description="With `by`: the source that the version came from."
    )

    @property
    def lifecycle(self) -> StatusRecord:
        """What is served."""
        return StatusRecord.model_construct(status=self.status, status_message=self.status_message)


ACTIVE: Final = StatusRecord(status=Status.ACTIVE)
