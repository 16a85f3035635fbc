"""How packages point back at their server, as the page about publishing shows it."""

import re

from markupsafe import Markup, escape

from mcp_static.packages.types import PACKAGE_TYPES


def package_markers() -> list[tuple[str, Markup]]:
    """Each marker with the labels of the types that have it."""
    labels: dict[str, list[str]] = {}
    for kind in PACKAGE_TYPES:
        labels.setdefault(kind.marker, []).append(kind.label)
    return [(", ".join(found), _marked_up(marker)) for marker, found in labels.items()]


def _marked_up(marker: str) -> Markup:
    """A marker in HTML; of Markdown it has code alone."""
    html = re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(marker)))
    return Markup(html)  # noqa: S704 (escaped above)
