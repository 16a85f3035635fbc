"""What templates leave in the files of a project, so that it says nothing of the project."""

import re
from typing import Any, Final

from mcp_static.model.reading import every_value
from mcp_static.rules.placeholders import placeholder_in

_UNRELEASED: Final = re.compile(r"v?0\.0\.0(?:-(?:dev|semantic|placeholder).*)?", re.IGNORECASE)


def has_placeholder(field: str, value: Any) -> bool:
    """Whether a value, or a part of it, stands for another; `field` is its place in a record."""
    found = every_value(value, field)
    return any(placeholder_in(path, text) for path, text in found if isinstance(text, str))


def real_version(version: str | None) -> str | None:
    """A version that a release can have; None for what stands in manifests until a tool fills it in."""
    if version is None or _UNRELEASED.fullmatch(version) or has_placeholder("version", version):
        return None
    return version
