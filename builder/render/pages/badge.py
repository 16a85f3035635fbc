"""A server's badge: an image of its latest version for READMEs and other people's pages."""

from typing import Final

from builder.render.assets import Templates, render_template

_NARROW: Final = frozenset("ijlftrI.,:;|!'()[]- ")
_WIDE: Final = frozenset("mwMW@")
_COLOURS: Final = {"active": "#0a6640", "deprecated": "#8a4b00", "deleted": "#a1161f"}


def badge(own: Templates, label: str, version: str, status: str) -> bytes:
    """An SVG image 20 pixels high: `label`, then the version, or the status if it is not active."""
    value = version if status == "active" else status
    value = value if len(value) <= 30 else f"{value[:29]}…"
    left, right = _width(label), _width(value)
    return render_template(
        "badge.svg.j2",
        own,
        label=label,
        value=value,
        left=left,
        right=right,
        colour=_COLOURS.get(status, _COLOURS["active"]),
    )


def _width(text: str) -> int:
    """The width of a text in a box, in pixels, in a face of 11; the image makes the text fit it."""
    widths = (4 if letter in _NARROW else 10 if letter in _WIDE else 7 for letter in text)
    return sum(widths) + 12
