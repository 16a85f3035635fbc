"""What the tables of `registry.toml` have in common."""

import re
from typing import Final

from pydantic import BaseModel, ConfigDict

LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")
"""A link that a page may show."""


class Part(BaseModel):
    """A table of `registry.toml`: frozen, and without members that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
