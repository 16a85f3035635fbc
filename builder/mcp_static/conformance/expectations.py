"""What the checks have in common: sentences that have to hold."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mcp_static.conformance.probe import Heard, key_of
from mcp_static.model.errors import NonconformityError

BAD: Final = (400, 422)
"""How a bad parameter is refused; official registries of different ages differ."""


def require(holds: bool, otherwise: str) -> None:
    """Raise NonconformityError with a sentence unless something holds."""
    if not holds:
        raise NonconformityError(otherwise)


def expect_error(heard: Heard, *statuses: int) -> None:
    """Require an error with a non-empty body in JSON."""
    document = heard.expect(*statuses).json()
    require(isinstance(document, dict) and bool(document), f"{heard.url} says nothing about its error")


def keys_of(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Names and versions of entries, in order."""
    return [key_of(entry) for entry in entries]
