"""Opening a repository and asking it small questions.

Works on bare repositories, work trees and linked work trees alike, and never needs a checkout.
"""

import os
import re
from pathlib import Path
from typing import Final

import git
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from mcp_static.git.command import GitProcess, require_git, run, succeeds
from mcp_static.git.commits import is_shallow
from mcp_static.git.trees import read_file
from mcp_static.model.errors import GitError, InputError
from mcp_static.model.layout import DATA_ROOT
from mcp_static.settings import SETTINGS_FILE, Settings, parse_settings
from mcp_static.settings.sources import with_lists

Repository = git.Repo
"""A repository, open: what the functions of this package take."""

_MAX_SETTINGS: Final = 1 << 20


def open_repository(path: Path, *, is_root: bool = False) -> Repository:
    """The repository that holds `path`, or with `is_root` is `path`.

    Raises InputError if there is none, and ServiceError when git is not installed.
    """
    require_git()
    try:
        return git.Repo(path, search_parent_directories=not is_root)
    except (InvalidGitRepositoryError, NoSuchPathError):
        raise InputError(
            f"{path} is {'not a' if is_root else 'not in a'} Git repository.",
            "Name the folder of the registry's repository, or make one there with `git init`.",
        ) from None


def resolve_commit(repository: Repository, revision: str) -> str:
    """The full id of the commit that `revision` names; raises InputError."""
    options = ("--verify", "--quiet", "--end-of-options")
    try:
        found = run(repository, "rev-parse", *options, f"{revision}^{{commit}}")
    except GitError:
        found = ""
    if re.fullmatch("[0-9a-f]+", found):  # "^HEAD" is understood, but is not a commit
        return found
    if not has_commits(repository):
        raise InputError(
            f"The repository {repository.git_dir} has no commits yet.",
            f"Commit {DATA_ROOT}/ first, or fill it with `mcp-static import`.",
        )
    raise InputError(
        f"There is no commit {revision!r} in {repository.git_dir}.",
        "Name a branch, a tag or a commit id that is there; `git fetch` brings missing ones.",
    )


def has_commits(repository: Repository) -> bool:
    """Whether there is a commit on any branch."""
    try:
        return bool(run(repository, "rev-list", "--all", "--max-count=1"))
    except GitError:
        return False


def has_commit(repository: Repository, commit: str) -> bool:
    """Whether the repository has a commit of this full id."""
    return succeeds(repository, "cat-file", "-e", f"{commit}^{{commit}}")


def require_whole_history(repository: Repository) -> None:
    """Raise InputError for a shallow clone, whose commits do not tell when things began."""
    if is_shallow(repository):
        raise InputError(
            "This clone is shallow: it does not have the commits that say when each version was "
            "published.",
            "Fetch them with `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0`).",
        )


def require_data(repository: Repository, commit: str) -> None:
    """Raise InputError when the commit has no `registry-data/` folder."""
    if not run(repository, "ls-tree", "--full-tree", commit, DATA_ROOT).startswith("040000 tree"):
        raise InputError(
            f"Commit {commit[:12]} has no folder {DATA_ROOT}/.",
            "This is not a registry's repository, or its records are elsewhere; see docs/operators.md.",
        )


def read_settings(repository: Repository, commit: str) -> Settings:
    """The registry's settings as that commit has them, with the lists that they name.

    The defaults when it has none. Raises InputError.
    """
    settings = parse_settings(read_settings_text(repository, commit))
    if not any(source.include_from for source in settings.sources):
        return settings
    sources = with_lists(settings.sources, lambda path: _read_list(repository, commit, path))
    return settings.model_copy(update={"sources": sources})


def _read_list(repository: Repository, commit: str, path: str) -> str | None:
    content = read_file(repository, commit, path, _MAX_SETTINGS)
    if content is None:
        return None
    if len(content) > _MAX_SETTINGS:
        raise InputError(f"{path} is larger than 1 MiB.", "Keep only names in it, or use patterns.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8.", "Save it as UTF-8.") from None


def read_settings_text(repository: Repository, commit: str) -> str:
    """The text of the settings as that commit has it; empty when it has none."""
    content = read_file(repository, commit, SETTINGS_FILE, _MAX_SETTINGS)
    if content is None:
        if run(repository, "ls-tree", "--full-tree", commit, "--", SETTINGS_FILE):
            raise InputError(
                f"{SETTINGS_FILE} is not a plain file in commit {commit[:12]}.",
                "Commit the settings themselves there; links and submodules are not followed.",
            )
        return ""
    if len(content) > _MAX_SETTINGS:
        raise InputError(f"{SETTINGS_FILE} is larger than 1 MiB.", "Keep only the settings in it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{SETTINGS_FILE} is not UTF-8.", "Save it as UTF-8.") from None


def uncommitted_settings(repository: Repository) -> tuple[str, ...]:
    """The settings and the lists that they name, where a work tree differs from `HEAD`: their paths."""
    if repository.bare:
        return ()
    sources = parse_settings(read_settings_text(repository, "HEAD")).sources
    paths = dict.fromkeys([SETTINGS_FILE, *filter(None, (one.include_from for one in sources))])
    options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
    with GitProcess(repository, "status", *options, "--", *paths) as process:
        changed = tuple(field[len("XY ") :].decode(errors="replace") for field in process.fields())
        process.finish()
    return changed


def has_uncommitted_records(repository: Repository) -> bool:
    """Whether a work tree has changes under `registry-data/` that no commit holds."""
    if repository.bare or not (Path(os.fspath(repository.working_dir)) / DATA_ROOT).is_dir():
        return False
    return bool(run(repository, "status", "--porcelain", "--", DATA_ROOT))
