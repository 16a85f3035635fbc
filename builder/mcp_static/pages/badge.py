"""A server's badge: an image of its latest version for READMEs and other people's pages."""

from dataclasses import dataclass
from typing import Final

from mcp_static.pages.templates import Templates, render_template

_LABEL: Final = 24
_VALUE: Final = 30
_NARROW: Final = frozenset("ijlftrI.,:;|!'()[]- ")
_WIDE: Final = frozenset("mwMW@")
_COLOURS: Final = {"active": "#0a6640", "deprecated": "#8a4b00", "deleted": "#a1161f"}


@dataclass(frozen=True, slots=True)
class Badge:
    """An image 20 pixels high: `label`, then `value`, in boxes `left` and `right` pixels wide."""

    label: str
    value: str
    left: int
    right: int
    colour: str


def badge_of(title: str, version: str, status: str) -> Badge:
    """The badge of a server: the registry's title, and the version, or what it is if not active."""
    label = title if len(title) <= _LABEL else "MCP registry"
    value = version if status == "active" else status
    value = value if len(value) <= _VALUE else f"{value[: _VALUE - 1]}…"
    return Badge(label, value, _width(label), _width(value), _COLOURS[status])


def badge_image(custom: Templates, badge: Badge) -> bytes:
    """The badge as SVG."""
    return render_template("badge.svg.j2", custom, badge=badge)


def _width(text: str) -> int:
    """The width of a text in a box, in pixels, in a face of 11; the image makes the text fit it."""
    widths = (4 if letter in _NARROW else 10 if letter in _WIDE else 7 for letter in text)
    return sum(widths) + 12
