"""The lifecycle of a version, as the standard's `StatusUpdateRequest` has it."""

from enum import StrEnum
from typing import Final

MAX_STATUS_MESSAGE: Final = 500
"""Characters; each takes twelve bytes at most when it is rendered."""


class Status(StrEnum):
    """A stage in the life of a version."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    DELETED = "deleted"
