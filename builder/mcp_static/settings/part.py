"""What the tables of `registry.toml` have in common."""

import re
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")
"""A link that a page may show."""
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")


class Part(BaseModel):
    """A table of `registry.toml`: frozen, and without members that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def variable_name(value: str) -> str:
    """The name of an environment variable, as it is; raises ValueError for what is none."""
    if not _VARIABLE.fullmatch(value):
        raise ValueError("is not the name of an environment variable")
    return value


def has_host_and_port(address: str) -> bool:
    """Whether an address has a host that exists in this form, and a port below 65,536 if any."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
