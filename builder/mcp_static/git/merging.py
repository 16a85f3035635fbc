"""Merging the changes of two sides to one text, as Git merges a file."""

import tempfile
from pathlib import Path
from typing import Final

from mcp_static.git.command import GitProcess
from mcp_static.git.repository import Repository

_MOST_CONFLICTS: Final = 127
"""Exit codes of `git merge-file` up to this are how many conflicts there are; beyond, it failed."""


def merge_texts(repository: Repository, base: str, ours: str, theirs: str) -> str | None:
    """The text with the changes of both sides; None where they changed the same lines.

    Raises GitError where Git cannot merge them at all.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(text.encode())
        with GitProcess(repository, "merge-file", "--stdout", *map(str, files)) as process:
            merged = process.stdout.read()
            code = process.wait()
            if code > _MOST_CONFLICTS:
                process.finish()
    return merged.decode() if code == 0 else None
