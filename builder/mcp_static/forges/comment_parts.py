"""The one comment of ours: its marks, which no reader sees, and the parts between them."""

import re
from typing import Final

MARKER: Final = "<!-- mcp-static -->"
_PART: Final = "<!-- mcp-static:{name} -->"
_MARKED: Final = re.compile(_PART.format(name="([0-9a-z:]+)") + "\n")
_MAX_COMMENT: Final = 65_000


def part_mark(name: str) -> str:
    """The mark that a part begins with."""
    return _PART.format(name=name)


def reply_mark(comment: str) -> str:
    """The mark of the comment that answers another, by that one's id."""
    return _PART.format(name=f"reply:{comment}")


def marked(name: str, text: str) -> str:
    """A comment of its own, which begins with a mark."""
    return f"{part_mark(name)}\n{text}"


def mark_in(body: str) -> str | None:
    """The name of the mark that a comment of its own begins with."""
    found = _MARKED.match(body)
    return found[1] if found is not None else None


def with_part(body: str, name: str, text: str) -> str:
    """A comment with one of its parts replaced, or added at the end."""
    head = part_mark(name)
    pieces = re.split(r"(?m)^(<!-- mcp-static:[a-z]+ -->)$", body.replace("\r\n", "\n"))
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    parts[head] = f"\n{text}\n"
    joined = pieces[0].rstrip() + "\n" + "".join(f"{key}{value}" for key, value in parts.items())
    return joined if len(joined) <= _MAX_COMMENT else joined[:_MAX_COMMENT] + "\n…"
