"""Making the repository of a new registry: every file, and the first commit."""

import time
from pathlib import Path

import mcp_static
from mcp_static.git.interruption import uninterrupted
from mcp_static.git.repository import has_commits, open_repository
from mcp_static.git.writing import NewCommit, create_repository, start_main, write_commits
from mcp_static.model.errors import InputError
from mcp_static.model.layout import SERVERS_ROOT
from mcp_static.scaffolding.answers import Answers
from mcp_static.scaffolding.installation import Installation
from mcp_static.scaffolding.record import RECORD_FILE, record_of
from mcp_static.scaffolding.templates import registry_files


def create_registry(folder: Path, answers: Answers, installed: Installation, tool_url: str = "") -> int:
    """Make the repository in a folder that is not there, or empty; gives how many files it has.

    Raises InputError for a folder with anything in it, and for answers that are no valid settings; then
    nothing is written.
    """
    require_empty(folder)
    texts = registry_files(answers, tool_url, installed.requirement)
    record = record_of(answers, texts, installed, tool_url)
    keep = {f"{SERVERS_ROOT}/.gitkeep": b""}
    files = texts | installed.files | keep | {RECORD_FILE: record.written()}
    message = f"Begin the registry\n\nWritten by mcp-static {mcp_static.__version__}.\n"
    with uninterrupted(), create_repository(folder) as repository:
        start_main(repository)  # an empty clone may be on another branch
        write_commits(repository, [NewCommit(int(time.time()), message, files)])
    return len(files)


def require_empty(folder: Path) -> None:
    """Raise InputError for a folder with anything in it."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} is a file.", "Name a folder that is not there yet.")
    if _is_empty_clone(folder):
        return
    if any(folder.iterdir()):
        raise InputError(
            f"{folder} is not empty, and is left as it is.",
            "Name another folder; `mcp-static upgrade` completes a registry that is there.",
        )


def _is_empty_clone(folder: Path) -> bool:
    """Whether there is nothing but a repository without commits, as cloning an empty one leaves it."""
    if [path.name for path in folder.iterdir()] != [".git"]:
        return False
    with open_repository(folder, is_root=True) as repository:
        return not has_commits(repository)
