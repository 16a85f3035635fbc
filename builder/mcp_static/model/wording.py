"""Other people's texts, made fit for the fields of a `server.json`."""

import re
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


_SENTENCE_END: Final = re.compile(r"[.!?][\"')\]]?(?=\s+[^a-z\s]|\Z)")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|inc|ltd|St|Mr|Dr)|\b[A-Z])\.\Z", re.IGNORECASE
)


def whole_sentences(text: str, longest: int = MAX_WORDS) -> str | None:
    """As many whole sentences from the beginning as are short enough; None if not even the first is."""
    if len(text) <= longest:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text[: longest + 1])]
    kept = [text[:end] for end in ends if end <= longest and not _ABBREVIATION.search(text[:end])]
    return kept[-1] if kept else None


def cut_at_sentence(text: str, longest: int = MAX_WORDS) -> str:
    """The text, ended after a sentence where that is possible, and at a word by `…` where it is not."""
    return whole_sentences(text, longest) or cut(text, longest)
