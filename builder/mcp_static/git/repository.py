"""Opening a repository and asking it small questions, through GitPython.

Works on bare repositories, work trees and linked work trees alike, and never needs a checkout.
"""

import os
import re
from pathlib import Path
from typing import Final

import git
from git.exc import GitCommandError, GitCommandNotFound, InvalidGitRepositoryError, NoSuchPathError

from mcp_static.git.trees import read_file
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.layout import DATA_ROOT
from mcp_static.settings import SETTINGS_FILE, Settings, parse_settings

_MAX_SETTINGS: Final = 1 << 20
_ENVIRONMENT: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # what is built is what was committed
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def open_repository(path: Path, *, is_root: bool = False) -> git.Repo:
    """The repository that holds `path`, or with `is_root` is `path`; raises InputError for none."""
    try:
        repository = git.Repo(path, search_parent_directories=not is_root)
    except (InvalidGitRepositoryError, NoSuchPathError):
        raise InputError(
            f"{path} is {'no' if is_root else 'not in a'} Git repository.",
            "Name the folder of the registry's repository, or make one there with `git init`.",
        ) from None
    repository.git.update_environment(**_ENVIRONMENT)
    return repository


def resolve_commit(repository: git.Repo, revision: str) -> str:
    """The full id of the commit that `revision` names; raises InputError."""
    try:
        found = str(
            repository.git.rev_parse(
                "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        )
        if re.fullmatch("[0-9a-f]+", found):  # "^HEAD" is understood, and is no commit
            return found
    except GitCommandError as error:
        if "dubious ownership" in str(error.stderr):
            raise InputError(
                f"Git does not trust {repository.git_dir}: another user owns it.",
                "Run as that user, or add it with `git config --global --add safe.directory …`.",
            ) from None
    except GitCommandNotFound:
        raise ServiceError("git is not installed.", "Install it; version 2.31 or newer.") from None
    if not _has_commits(repository):
        raise InputError(
            f"The repository {repository.git_dir} has no commits yet.",
            f"Commit {DATA_ROOT}/ first, or fill it with `mcp-static import`.",
        )
    raise InputError(
        f"There is no commit {revision!r} in {repository.git_dir}.",
        "Name a branch, a tag or a commit id that is there; `git fetch` brings missing ones.",
    )


def _has_commits(repository: git.Repo) -> bool:
    try:
        return bool(repository.git.rev_list("--all", "--max-count=1"))
    except GitCommandError:
        return False


def has_commit(repository: git.Repo, commit: str) -> bool:
    """Whether the repository has a commit of this full id."""
    try:
        repository.git.cat_file("-e", f"{commit}^{{commit}}")
    except GitCommandError:
        return False
    return True


def require_whole_history(repository: git.Repo) -> None:
    """Raise InputError for a shallow clone, whose commits do not tell when things began."""
    if repository.git.rev_parse("--is-shallow-repository") == "true":
        raise InputError(
            "This clone is shallow: it does not have the commits that say when each version was "
            "published.",
            "Fetch them with `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0`).",
        )


def require_data(repository: git.Repo, commit: str) -> None:
    """Raise InputError when the commit has no `registry-data/` folder."""
    entry = repository.git.ls_tree(commit, DATA_ROOT)
    if not entry.startswith("040000 tree"):
        raise InputError(
            f"Commit {commit[:12]} has no folder {DATA_ROOT}/.",
            "This is no registry's repository, or its records lie elsewhere; see docs/operators.md.",
        )


def read_settings(repository: git.Repo, commit: str) -> Settings:
    """The registry's settings as that commit has them; the defaults when it has none."""
    content = read_file(repository, commit, SETTINGS_FILE, _MAX_SETTINGS)
    if content is None:
        return Settings.model_validate({})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{SETTINGS_FILE} is not UTF-8.", "Save it as UTF-8.") from None
    return parse_settings(text)


def has_uncommitted_records(repository: git.Repo) -> bool:
    """Whether a work tree has changes under `registry-data/` that no commit holds."""
    if repository.bare or not (Path(os.fspath(repository.working_dir)) / DATA_ROOT).is_dir():
        return False
    return bool(repository.git.status("--porcelain", "--", f":(top){DATA_ROOT}"))
