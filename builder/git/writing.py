"""Writing many commits at once, through one `git fast-import` process."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import git
from git.exc import GitCommandError

from builder.model.errors import InputError

_UNNAMED: Final = "mcp-static <mcp-static@localhost>"


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A commit to write: its committer time, its message, and the files it adds or replaces."""

    time: int
    message: str
    files: dict[str, bytes] = field(default_factory=dict)


def create_repository(path: Path) -> git.Repo:
    """A new repository at `path` with the branch `main`; bare when the name ends in `.git`."""
    return git.Repo.init(path, mkdir=True, bare=path.suffix == ".git", initial_branch="main")


def current_branch(repository: git.Repo) -> str:
    """The branch that HEAD is on, born or not, as a full reference; raises InputError."""
    try:
        return str(repository.git.symbolic_ref("--quiet", "HEAD"))
    except GitCommandError:
        raise InputError(
            f"{repository.git_dir} is on no branch (a detached HEAD).",
            "Check out the branch that holds the registry, such as main.",
        ) from None


def require_clean(repository: git.Repo) -> None:
    """Raise InputError when a work tree has changes that a new commit would trample."""
    if not repository.bare and repository.git.status("--porcelain", "--untracked-files=no"):
        raise InputError(
            f"{repository.working_dir} has uncommitted changes.", "Commit or stash them first."
        )


def write_commits(repository: git.Repo, commits: Iterable[NewCommit]) -> int:
    """Append commits to the current branch, all or none, and bring the work tree up to date.

    Gives how many were written. Raises InputError when the branch moved meanwhile.
    """
    branch = current_branch(repository)
    parent = _tip(repository, branch)
    identity = _identity(repository)
    process = repository.git.fast_import(
        "--quiet", "--date-format=raw", as_process=True, istream=subprocess.PIPE
    )
    stream = process.proc.stdin
    count = 0
    try:
        for commit in commits:
            message = commit.message.encode()
            stream.write(f"commit {branch}\ncommitter {identity} {commit.time} +0000\n".encode())
            stream.write(b"data %d\n%s\n" % (len(message), message))
            if count == 0 and parent:
                stream.write(f"from {parent}\n".encode())
            for path, content in commit.files.items():
                stream.write(f"M 100644 inline {path}\n".encode())
                stream.write(b"data %d\n%s\n" % (len(content), content))
            count += 1
    except BrokenPipeError:
        pass  # git has said why on its standard error
    finally:
        stream.close()
    error = process.proc.stderr.read().decode(errors="replace").strip()
    if process.proc.wait():
        raise InputError(
            f"Git refused the commits: {error.splitlines()[0] if error else 'no reason given'}.",
            "Nothing was changed. If somebody else committed meanwhile, run it again.",
        )
    if count and not repository.bare:
        repository.git.reset("--hard", "--quiet", "HEAD")
    return count


def _tip(repository: git.Repo, branch: str) -> str | None:
    try:
        return str(repository.git.rev_parse("--verify", "--quiet", f"{branch}^{{commit}}"))
    except GitCommandError:
        return None


def _identity(repository: git.Repo) -> str:
    """Who commits: Git's own settings, else this program."""
    try:
        ident = str(repository.git.var("GIT_COMMITTER_IDENT"))
    except GitCommandError:
        return _UNNAMED
    name_and_address, _, _ = ident.rpartition("> ")
    return name_and_address + ">"
