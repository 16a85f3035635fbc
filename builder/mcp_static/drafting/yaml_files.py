"""YAML in projects: workflows, compose files and the like, read as plain texts, lists and objects."""

import re
from typing import Any, Final

from mcp_static.model.errors import ManifestError

MAX_CHARACTERS: Final = 100_000
"""A file longer than this was not written by hand, and takes seconds to read."""


_MAX_DEPTH: Final = 64
_BRACKET: Final = re.compile(r"[\[\]{}]")


def parse_yaml(text: str) -> Any:
    """Read YAML; every scalar is a text, as it stands there. Raises ManifestError.

    No value makes an object of a class, and what `<<` merges stays where it is, so that a short file
    stays short. The reader is the one in Python, since the one in C crashes on deep nesting (6.0.3).
    """
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise ManifestError(f"has more than {MAX_CHARACTERS:,} characters")
    if _is_deep(text):  # which takes time that grows with its square
        raise ManifestError("nests too deep")
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes texts, lists and objects alone)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise ManifestError(f"is not YAML{where}") from None
    except RecursionError:
        raise ManifestError("nests too deep") from None


def _is_deep(text: str) -> bool:
    """Whether more brackets are open at once than anybody writes."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = depth + 1 if bracket[0] in "[{" else max(0, depth - 1)
        if depth > _MAX_DEPTH:
            return True
    return False
