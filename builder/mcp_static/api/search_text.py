"""What `search` compares: texts folded alike by the builder and by every host.

A host may be a program of a few lines in another language, so the folding is one character at a
time: each is replaced by its lowercase where that is one character (Unicode's simple mappings),
and its surroundings never matter.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

SEARCH_FIELDS: Final = ("position", "flag", "updated", "name", "version", "words")
"""The fields of a line of the search data, joined by tabs; the words may have tabs of their own."""
DELETED_FLAG: Final = "D"

_SEPARATORS: Final = str.maketrans(dict.fromkeys(range(32), " "))


def folded_text(text: str) -> str:
    """A text, or what is searched for, as `search` compares it."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def searched_words(*texts: object) -> str:
    """The fields that are searched, folded, joined by tabs, which occur in none of them."""
    return "\t".join(one_line(text, folded_text) for text in texts)


def one_line(text: object, change: Callable[[str], str] = str) -> str:
    """A text, changed, without tabs and line breaks; empty if it is not a string."""
    return change(text).translate(_SEPARATORS) if isinstance(text, str) else ""
