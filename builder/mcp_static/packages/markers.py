"""The marker by which a README names its server: `mcp-name: <server name>`.

Its form, and what ends it, are the official registry's (`internal/validators/registries`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from mcp_static.packages.manifest import Manifest

README_MARKER: Final = "`mcp-name: <name>` in the README"
"""Where packages with a README name their server, for people."""

_NAME_CHARACTER: Final = "[A-Za-z0-9._/-]"
"""What can continue a server's name, so that a shorter name before it is not meant."""
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9.-]*/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_MARKER: Final = re.compile(rf"mcp-name:[ \t]*({_NAME})")


def readme_marker(name: str) -> str:
    """The words by which a README names its server."""
    return f"mcp-name: {name}"


def names_server(readme: str, name: str) -> bool:
    """Whether a README names a server, in whatever case, since no two names differ in case alone.

    The name ends at `-->`, or where no name could continue.
    """
    mark = re.escape(readme_marker("")) + f"(?i:{re.escape(name)})"
    return re.search(rf"{mark}(?=\Z|--!?>|(?!{_NAME_CHARACTER}))", readme) is not None


def named_server(readme: str) -> str | None:
    """The first server that a README names, whatever follows the marker."""
    found = re.search(rf"mcp-name: ({_NAME_CHARACTER}+)", readme)
    return found[1] if found else None


def marker_in(readme: str) -> str | None:
    """The first valid server name that a README gives after `mcp-name:`."""
    match = _MARKER.search(readme)
    return match[1] if match else None


def begins_with_marker(text: str) -> bool:
    """Whether a text is a marker and what follows it."""
    return _MARKER.match(text) is not None


def has_marker(readme: str, name: str, *, visible: bool = False) -> bool:
    """Whether a README has `mcp-name: <name>`; `visible`: outside of comments."""
    return names_server(_without_comments(readme) if visible else readme, name)


def _without_comments(readme: str) -> str:
    """The text without its HTML comments; one that does not end stays, as it would be shown."""
    kept, position = [], 0
    while (start := readme.find("<!--", position)) >= 0:
        end = readme.find("-->", start + len("<!--"))
        if end < 0:
            break
        kept.append(readme[position:start])
        position = end + len("-->")
    return "".join(kept) + readme[position:]


def readme_advice(
    manifests: Sequence[Manifest], name: str, *, setting: str, visible: bool = False
) -> Iterator[str]:
    """What to add to the READMEs of packages that do not name their server yet, a sentence each.

    `setting` is what makes a package ship its README; `visible` asks for a marker outside comments.
    """
    for manifest in manifests:
        readme = manifest.readme
        if manifest.identifier and not (readme and has_marker(readme, name, visible=visible)):
            package = f"{manifest.identifier} ({manifest.registry_type})"
            ship = f", and ship it ({setting})" if readme is None else ""
            yield f"README of {package}: add a line `{readme_marker(name)}`{ship}."
