"""Where a project keeps its server.json: the files that authors' commands take without being told."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mcp_static.model.errors import InputError
from mcp_static.model.server import PROJECT_PLACES

MAX_FILES: Final = 20_000
_SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Folders of other people's files."""


def server_file(named: Path | None) -> Path:
    """The file to work on: the one named, the one in the folder named, or the one of this folder.

    Without any it is `server.json`, which whoever reads it finds missing.
    """
    folder = named if named is not None and named.is_dir() else Path()
    if named is not None and folder is not named:
        return named
    places = (folder / place for place in PROJECT_PLACES)
    return next((place for place in places if place.is_file()), folder / PROJECT_PLACES[0])


def server_files(named: tuple[Path, ...]) -> Iterator[Path]:
    """The files to work on, and for a folder every server.json below it.

    Links to folders are not followed, and hidden folders but `.mcp` and packages of others are passed
    over. Raises InputError for a folder without any, or with more than `MAX_FILES`.
    """
    for path in named or (server_file(None),):
        if path.is_dir() and str(path) != "-":
            yield from _below(path)
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    count = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_looked_into(name))
        if "server.json" in files:
            count += 1
            if count > MAX_FILES:
                raise InputError(
                    f"{folder} has more than {MAX_FILES:,} files named server.json.",
                    "Give the folders that matter.",
                )
            yield Path(parent, "server.json")
    if not count:
        raise InputError(
            f"{folder} has no server.json in it.",
            "`mcp-static init` drafts one from what a project already says.",
        )


def _is_looked_into(name: str) -> bool:
    return name == ".mcp" or not (name.startswith(".") or name in _SKIPPED)
