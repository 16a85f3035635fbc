"""`data/lineage.json`: the commits that an output's commit comes after, the newest first.

What was deployed last is among them, unless somebody is about to show readers an earlier state of the
registry. The list has an end, so that it costs every publish the same.
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
    """The commits of such a file; none for a file that is not there, or is none."""
    found = json_object(body) or {}
    commits = found.get("commits")
    if found.get("format") != _FORMAT or not isinstance(commits, list):
        return frozenset()
    return frozenset(commit for commit in commits if isinstance(commit, str))
