"""Where a version stands in its life, as the standard's `StatusUpdateRequest` has it."""

from enum import StrEnum
from typing import Final

MAX_STATUS_MESSAGE: Final = 500
"""Characters; each takes twelve bytes at the most when it is rendered."""


class Status(StrEnum):
    """Where a version stands in its life."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    DELETED = "deleted"
