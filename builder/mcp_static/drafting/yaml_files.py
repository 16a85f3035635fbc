"""YAML in projects: workflows, compose files and the like, read as plain texts, lists and objects."""

from typing import Any, Final

from mcp_static.model.errors import ManifestError

MAX_CHARACTERS: Final = 200_000
"""A file longer than this was not written by hand, and takes seconds to read."""


def parse_yaml(text: str) -> Any:
    """Read YAML; every scalar is a text, as it stands there. Raises ManifestError.

    No value makes an object of a class, and what `<<` merges stays where it is, so that a short file
    stays short.
    """
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise ManifestError(f"has more than {MAX_CHARACTERS:,} characters")
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes texts, lists and objects alone)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise ManifestError(f"is not YAML{where}") from None
    except RecursionError:
        raise ManifestError("nests too deep") from None
