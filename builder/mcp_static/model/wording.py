"""Other people's texts, made fit for the fields of a `server.json`."""

import unicodedata
from typing import Any, Final

MAX_WORDS: Final = 100
"""Characters of a title or description (server.schema.json 2025-12-11)."""

_JOINERS: Final = "\u200c\u200d"
"""Format characters that words and emoji are spelled with; the others hide or turn text."""


def one_line(value: Any) -> str | None:
    """A text as one line without hidden characters; None if it is blank or not a string."""
    if not isinstance(value, str):
        return None
    visible = "".join(
        character
        for character in " ".join(value.split())
        if character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    return visible.strip() or None


def cut(text: str, longest: int = MAX_WORDS) -> str:
    """The text, ended at a word by `…` where it is longer than allowed."""
    if len(text) <= longest:
        return text
    head, space, _ = text[:longest].rpartition(" ")
    kept = (head if space else text[: longest - 1]).rstrip(" ,;:.-")
    return f"{kept}…"
