"""The one comment of ours: its marks, which no reader sees, and the parts between them."""

import re
from typing import Final

MARKER: Final = "<!-- mcp-static -->"
_PART: Final = "<!-- mcp-static:{name} -->"
_MAX_COMMENT: Final = 65_000


def part_mark(name: str) -> str:
    """The mark that a part begins with."""
    return _PART.format(name=name)


def reply_mark(comment: str) -> str:
    """The mark of the comment that answers another, by that one's id."""
    return _PART.format(name=f"reply:{comment}")


def with_part(body: str, name: str, text: str) -> str:
    """A comment with one of its parts replaced, or added at the end."""
    head = part_mark(name)
    pieces = re.split(r"(?m)^(<!-- mcp-static:[a-z]+ -->)$", body.replace("\r\n", "\n"))
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    parts[head] = f"\n{text}\n"
    joined = pieces[0].rstrip() + "\n" + "".join(f"{key}{value}" for key, value in parts.items())
    return joined if len(joined) <= _MAX_COMMENT else joined[:_MAX_COMMENT] + "\n…"
