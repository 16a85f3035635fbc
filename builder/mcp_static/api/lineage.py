"""`data/lineage.json`: an output's commit and the commits before it, newest first.

A deploy looks for the deployed commit in this list, so that it does not roll the registry back. The
length of the list is limited, so that it costs every publish the same.
"""

from collections.abc import Sequence
from typing import Final

from mcp_static.api.checksums import json_object
from mcp_static.api.documents import Document, json_document

LINEAGE: Final = "data/lineage.json"
LINEAGE_COMMITS: Final = 500
"""Commits of the first-parent line that the list has, that of the output itself included."""
_FORMAT: Final = 1


def lineage_document(commits: Sequence[str]) -> Document:
    """The document; `commits` begins with that of the output, and has at most `LINEAGE_COMMITS`."""
    return json_document(LINEAGE, {"format": _FORMAT, "commits": list(commits)})


def read_lineage(body: bytes | None) -> frozenset[str]:
    """The commits of such a file; none if the file is missing or malformed."""
    found = json_object(body) or {}
    commits = found.get("commits")
    if found.get("format") != _FORMAT or not isinstance(commits, list):
        return frozenset()
    return frozenset(commit for commit in commits if isinstance(commit, str))
