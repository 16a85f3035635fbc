"""Writing many commits at once, through one `git fast-import` process."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import git
from filelock import FileLock, Timeout
from git.exc import GitCommandError

from mcp_static.model.errors import InputError
from mcp_static.model.layout import DATA_ROOT

_UNNAMED: Final = "mcp-static <mcp-static@localhost>"


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A commit to write: its committer time, its message, and the files it adds or replaces."""

    time: int
    message: str
    files: dict[str, bytes] = field(default_factory=dict)


def create_repository(path: Path) -> git.Repo:
    """A new repository at `path` with the branch `main`; bare when the name ends in `.git`.

    Raises InputError when it cannot be made there.
    """
    try:
        return git.Repo.init(path, mkdir=True, bare=path.suffix == ".git", initial_branch="main")
    except (OSError, GitCommandError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"No repository can be made at {path}: {reason}.", "Name another place with --into."
        ) from None


@contextmanager
def lock_for_import(repository: git.Repo) -> Iterator[None]:
    """Hold the repository against other imports, and end what a killed one has left undone."""
    folder = Path(repository.git_dir) / "mcp-static"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / "import.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise InputError(
            f"Another import into {repository.git_dir} is under way.", "Wait for it to end."
        ) from None
    with lock:
        _end_unfinished(repository)
        yield


def _end_unfinished(repository: git.Repo) -> None:
    """Check out what a killed import has committed; where it had not yet, leave everything alone."""
    marker = _unfinished(repository)
    if not marker.exists():
        return
    if marker.read_text() != (tip_of(repository) or ""):
        (Path(repository.git_dir) / "index.lock").unlink(missing_ok=True)
        _check_out(repository)
    marker.unlink(missing_ok=True)


def _unfinished(repository: git.Repo) -> Path:
    """A file that names the tip from before, until the work tree is what the new commits say."""
    return Path(repository.git_dir) / "mcp-static" / "unfinished-checkout"


def _check_out(repository: git.Repo) -> None:
    """Bring a work tree to the newest commit; it was clean before, so nothing is lost."""
    repository.git.reset("--hard", "--quiet", "HEAD")
    _unfinished(repository).unlink(missing_ok=True)


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
    if repository.bare:
        return
    changed = repository.git.status("--porcelain", "--untracked-files=no")
    untracked = repository.git.status(
        "--porcelain", "--untracked-files=all", "--", f":(top){DATA_ROOT}"
    )
    if changed or untracked:
        raise InputError(
            f"{repository.working_dir} has uncommitted changes.", "Commit or stash them first."
        )


def write_commits(repository: git.Repo, commits: Iterable[NewCommit]) -> int:
    """Append commits to the current branch, all or none, and bring the work tree up to date.

    Gives how many were written. Raises InputError when the branch moved meanwhile.
    """
    branch = current_branch(repository)
    parent = tip_of(repository)
    if not repository.bare:
        _unfinished(repository).parent.mkdir(exist_ok=True)
        _unfinished(repository).write_text(parent or "")
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
    process.proc.stdout.close()
    process.proc.stderr.close()
    if process.proc.wait():
        _unfinished(repository).unlink(missing_ok=True)
        raise InputError(
            f"Git refused the commits: {error.splitlines()[0] if error else 'no reason given'}.",
            "Nothing was changed. If somebody else committed meanwhile, run it again.",
        )
    if not repository.bare:
        if count:
            _check_out(repository)
        _unfinished(repository).unlink(missing_ok=True)
    return count


def tip_of(repository: git.Repo) -> str | None:
    """The newest commit of the current branch, None when it has none yet."""
    try:
        return str(
            repository.git.rev_parse("--verify", "--quiet", f"{current_branch(repository)}^{{commit}}")
        )
    except GitCommandError:
        return None


def contains(repository: git.Repo, commit: str) -> bool:
    """Whether the current branch holds a commit."""
    try:
        repository.git.merge_base("--is-ancestor", commit, "HEAD")
    except GitCommandError:
        return False
    return True


def _identity(repository: git.Repo) -> str:
    """Who commits: Git's own settings, else this program."""
    try:
        ident = str(repository.git.var("GIT_COMMITTER_IDENT"))
    except GitCommandError:
        return _UNNAMED
    name_and_address, _, _ = ident.rpartition("> ")
    return name_and_address + ">"
