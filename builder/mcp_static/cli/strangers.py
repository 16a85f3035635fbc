"""Strangers' texts as commands show them: one line each, of a bounded length, that acts on nothing."""

from typing import Final

from mcp_static.model.terminal import printable, without_commands, without_sequences
from mcp_static.model.wording import cut, one_line

_LONGEST: Final = 500


def as_line(text: str | None, longest: int = _LONGEST) -> str:
    """A text as one line; empty for none."""
    line = one_line(without_sequences((text or "")[: 2 * longest]))
    return without_commands(printable(cut(line, longest))) if line else ""


def as_command(text: str, longest: int = 2_000) -> str:
    """A command line as it is, white space included."""
    shown = without_commands(printable(without_sequences(text[: 2 * longest])))
    return shown if len(shown) <= longest else f"{shown[:longest]}…"
