"""READMEs: the one of a folder, its first words, and the marker that names a server."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mcp_static.drafting.project import Project
from mcp_static.drafting.wording import one_line
from mcp_static.model.errors import ManifestError
from mcp_static.packages.markers import names_server

_FILE: Final = re.compile(r"readme(?:\.(?:md|markdown|rst|txt))?", re.IGNORECASE)
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9.-]*/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_MARKER: Final = re.compile(rf"mcp-name:[ \t]*({_NAME})")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_READ: Final = 65536
"""Characters in which the first paragraph is looked for."""


def readme_name(project: Project) -> str | None:
    """The name of the README in a folder."""
    return next((name for name in project.names() if _FILE.fullmatch(name)), None)


def shipped_readme(project: Project, name: str | Path) -> str | None:
    """The README that a manifest names; None for one that cannot be read."""
    try:
        return project.text(name)
    except ManifestError:
        return None


def marker_in(readme: str) -> str | None:
    """The server that a README names by `mcp-name:`."""
    match = _MARKER.search(readme)
    return match[1] if match else None


def has_marker(readme: str, name: str, *, visible: bool = False) -> bool:
    """Whether a README has `mcp-name: <name>`, not running on; `visible`: outside of comments."""
    return names_server(_COMMENT.sub("", readme) if visible else readme, name)


def first_paragraph(readme: str) -> str | None:
    """The first words that are no heading, badge, list or quotation, as plain text."""
    tokens = MarkdownIt().parse(re.sub(r"\A---\n.*?\n---\n", "", readme[:_READ], flags=re.DOTALL))
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0:
            words = one_line(_plain(inline))
            if words and not words.startswith((".. ", ":")) and not _MARKER.match(words):
                return words
    return None


def _plain(inline: Token) -> str:
    """The text of a paragraph without its pictures and markup."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )
