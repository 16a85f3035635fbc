"""Words that authors and other programs write where the schema has one of its own."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

TRANSPORT_WORDS: Final = {
    **dict.fromkeys(("streamablehttp", "streamable", "http", "https", "httpstream"), "streamable-http"),
    **dict.fromkeys(("sse", "serversentevents"), "sse"),
    **dict.fromkeys(("stdio", "local"), "stdio"),
}
"""What transports are called, also by the schemas before 2025-07-09; all words here are `plain`."""

FORMAT_WORDS: Final = {
    **dict.fromkeys(("integer", "int", "float", "double", "decimal", "number"), "number"),
    **dict.fromkeys(("bool", "flag", "boolean"), "boolean"),
    **dict.fromkeys(("file", "path", "directory", "folder", "dirpath", "filepath"), "filepath"),
    **dict.fromkeys(("str", "string"), "string"),
}
"""What formats of inputs are called."""

_ARGUMENT_WORDS: Final = {"flag": "named", "option": "named"}


def plain(word: str) -> str:
    """A word as people misremember it: without case and separators."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def nearest(word: str, known: Iterable[str], cutoff: float) -> str:
    """The known word whose spelling is nearest; empty if none is as near as `cutoff`, of 1."""
    spelled = {plain(one): one for one in known}
    near = get_close_matches(plain(word), spelled, n=1, cutoff=cutoff)
    return spelled[near[0]] if near else ""


def meant_by(word: str, allowed: Collection[str]) -> str:
    """The one of a schema's values that a word is used for, or that is spelled like it; or empty."""
    tables = (TRANSPORT_WORDS, FORMAT_WORDS, _ARGUMENT_WORDS)
    used_for = (table.get(plain(word), "") for table in tables)
    return next((one for one in used_for if one in allowed), "") or nearest(word, allowed, cutoff=0.7)
