"""Other people's texts, made fit for the fields of a `server.json`."""

from typing import Any, Final

from mcp_static.model.visible_text import is_blank, without_hidden

MAX_WORDS: Final = 100
"""Characters of a title or description (server.schema.json 2025-12-11)."""


def one_line(value: Any) -> str | None:
    """A text as one line without hidden characters; None if it is blank or not a string."""
    if not isinstance(value, str):
        return None
    visible = without_hidden(" ".join(value.split())).strip()
    return None if is_blank(visible) else visible


def cut(text: str, longest: int = MAX_WORDS) -> str:
    """The text, ended at a word by `…` where it is longer than allowed."""
    if len(text) <= longest:
        return text
    head, space, _ = text[:longest].rpartition(" ")
    kept = (head if space else text[: longest - 1]).rstrip(" ,;:.-")
    return f"{kept}…"
