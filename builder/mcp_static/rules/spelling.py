"""What people meant by a word that is none of those known."""

import re
from collections.abc import Iterable
from difflib import get_close_matches


def plain(word: str) -> str:
    """A word as people misremember it: without case and separators."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def nearest(word: str, known: Iterable[str], cutoff: float) -> str:
    """The known word whose spelling is nearest; empty if none is as near as `cutoff`, of 1."""
    spelled = {plain(one): one for one in known}
    near = get_close_matches(plain(word), spelled, n=1, cutoff=cutoff)
    return spelled[near[0]] if near else ""
