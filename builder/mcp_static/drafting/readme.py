"""READMEs: their first words."""

import re
from itertools import pairwise
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mcp_static.model.wording import one_line
from mcp_static.packages.markers import begins_with_marker

_READ: Final = 65536
"""Characters in which the first paragraph is looked for."""


def first_paragraph(readme: str) -> str | None:
    """The first words outside headings, badges, lists and quotations, as plain text."""
    tokens = MarkdownIt().parse(re.sub(r"\A---\n.*?\n---\n", "", readme[:_READ], flags=re.DOTALL))
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0:
            words = one_line(_plain(inline))
            if words and not words.startswith((".. ", ":")) and not begins_with_marker(words):
                return words
    return None


def _plain(inline: Token) -> str:
    """The text of a paragraph without its pictures and markup."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )
