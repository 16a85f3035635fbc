"""Ids of what Git holds, in full: of SHA-1 or SHA-256, in lowercase (gitglossary(7), "object name")."""

import re
from typing import Annotated, Final

from pydantic import StringConstraints

_FORM: Final = r"(?:[0-9a-f]{40}|[0-9a-f]{64})"

ObjectId = Annotated[str, StringConstraints(pattern=f"^{_FORM}$")]
"""A field that holds such an id."""


def is_object_id(text: str) -> bool:
    """Whether a text is an id in full, and not a name or the beginning of one."""
    return re.fullmatch(_FORM, text) is not None
