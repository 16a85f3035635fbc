"""Texts that stand for others: templates not filled in, and examples not replaced."""

import re
from typing import Final

_PLACEHOLDER: Final = re.compile(
    r"\$\{|\{\{|\$[A-Za-z_]|<[^<>]{0,80}>|\bYOUR[-_]|(?:^|/)0\.0\.0-(?:dev|semantic)|\A0{64}\Z",
    re.IGNORECASE,
)
_NO_VERSION: Final = frozenset({"0.0.0", "v0.0.0"})


def is_placeholder(text: str) -> bool:
    """Whether a text is a template's, so that it says nothing of this project."""
    return _PLACEHOLDER.search(text) is not None


def real_version(version: str | None) -> str | None:
    """A version that a release can have; None for what stands in manifests until a tool fills it in."""
    return None if version is None or version in _NO_VERSION or is_placeholder(version) else version
