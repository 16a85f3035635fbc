"""Writing many commits at once, through one `git fast-import` process."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import git
from git.exc import GitCommandError

from mcp_static.git.command import GitProcess, require_git, run
from mcp_static.git.commits import is_ancestor
from mcp_static.git.interruption import uninterrupted
from mcp_static.model.errors import GitError, InputError
from mcp_static.model.layout import DATA_ROOT

_UNNAMED: Final = "mcp-static <mcp-static@localhost>"


@dataclass(frozen=True, slots=True)
class NewCommit:
    """A commit to write: its committer time, its message, and the files it writes and removes."""

    time: int
    message: str
    files: dict[str, bytes] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


def create_repository(path: Path) -> git.Repo:
    """A new repository at `path` with the branch `main`; bare when the name ends in `.git`.

    Raises InputError when it cannot be made there.
    """
    require_git()
    kind = ["--bare"] if path.suffix == ".git" else []
    try:
        with uninterrupted():
            path.mkdir(parents=True, exist_ok=True)
            command = ["git", "init", "--quiet", "--initial-branch=main", *kind]
            git.Git(path).execute(command, process_group=0)  # a group that has no part in Ctrl-C
        return git.Repo(path)
    except OSError as error:
        raise _not_made(path, error.strerror or "it cannot be written") from None
    except GitCommandError as error:
        raise _not_made(path, error.stderr.strip()) from None


def _not_made(path: Path, reason: str) -> InputError:
    return InputError(
        f"No repository can be made at {path}: {reason}.", "Name another place with --into."
    )


@contextmanager
def lock_for_import(repository: git.Repo) -> Iterator[None]:
    """Lock the repository against other imports, and end what a killed one has left undone."""
    from filelock import FileLock, Timeout  # slow to load, and only imports need it

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
    run(repository, "reset", "--hard", "--quiet", "HEAD")
    _unfinished(repository).unlink(missing_ok=True)


def current_branch(repository: git.Repo) -> str:
    """The branch that HEAD is on, born or not, as a full reference; raises InputError."""
    try:
        return run(repository, "symbolic-ref", "--quiet", "HEAD")
    except GitError:
        raise InputError(
            f"{repository.git_dir} is on no branch (a detached HEAD).",
            "Check out the branch that holds the registry, such as main.",
        ) from None


def require_clean(repository: git.Repo) -> None:
    """Raise InputError when a work tree has changes that a new commit would trample."""
    if repository.bare:
        return
    changed = run(repository, "status", "--porcelain", "--untracked-files=no")
    untracked = run(repository, "status", "--porcelain", "--untracked-files=all", "--", DATA_ROOT)
    if changed or untracked:
        raise InputError(
            f"{repository.working_dir} has uncommitted changes.", "Commit or stash them first."
        )


def write_commits(
    repository: git.Repo, commits: Iterable[NewCommit], identity: str | None = None
) -> int:
    """Append commits to the current branch, all or none, and bring the work tree up to date.

    They are by `identity`, as `name <e-mail>`, or else by whom Git's settings name. Gives how many were
    written. Raises InputError when the branch moved meanwhile.
    """
    branch = current_branch(repository)
    parent = tip_of(repository)
    if not repository.bare:
        _unfinished(repository).parent.mkdir(exist_ok=True)
        _unfinished(repository).write_text(parent or "")
    identity = identity or _identity(repository)
    with GitProcess(repository, "fast-import", "--quiet", "--date-format=raw") as process:
        count = 0
        try:
            for commit in commits:
                start = f"from {parent}\n" if count == 0 and parent else ""
                _write_commit(process.stdin, commit, f"commit {branch}", identity, start)
                count += 1
        except BrokenPipeError:
            pass  # git has ended; `finish` gives its reason
        with uninterrupted():  # from here on, the branch may have moved
            try:
                process.finish()
            except GitError as error:
                _unfinished(repository).unlink(missing_ok=True)
                raise InputError(
                    f"Git refused the commits: {error}.",
                    "Nothing was changed. If somebody else committed meanwhile, run it again.",
                ) from None
            if not repository.bare:
                if count:
                    _check_out(repository)
                _unfinished(repository).unlink(missing_ok=True)
    return count


def _write_commit(
    stream: IO[bytes], commit: NewCommit, command: str, identity: str, start: str
) -> None:
    """One commit in the language of `git fast-import`."""
    message = commit.message.encode()
    stream.write(f"{command}\ncommitter {identity} {commit.time} +0000\n".encode())
    stream.write(b"data %d\n%s\n%s" % (len(message), message, start.encode()))
    for path, content in commit.files.items():
        stream.write(f"M 100644 inline {path}\n".encode())
        stream.write(b"data %d\n%s\n" % (len(content), content))
    for path in commit.removed:
        stream.write(f"D {path}\n".encode())


def write_branch(repository: git.Repo, branch: str, base: str, commit: NewCommit, identity: str) -> str:
    """Put one commit on `base`, and a branch other than the current one on it, wherever that was.

    Gives the commit's id. Nothing is checked out.
    """
    reference = f"refs/heads/{branch}"
    with GitProcess(repository, "fast-import", "--quiet", "--force", "--date-format=raw") as process:
        _write_commit(process.stdin, commit, f"commit {reference}", identity, f"from {base}\n")
        process.finish()
    return run(repository, "rev-parse", reference)


def start_main(repository: git.Repo) -> None:
    """Put HEAD of a repository without commits on the branch `main`."""
    run(repository, "symbolic-ref", "HEAD", "refs/heads/main")


def start_branch(repository: git.Repo, branch: str, commit: str) -> None:
    """Put HEAD on a new branch that begins at a commit."""
    run(repository, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    run(repository, "update-ref", "HEAD", commit)


def tip_of(repository: git.Repo) -> str | None:
    """The newest commit of the current branch, None when it has none yet."""
    revision = f"{current_branch(repository)}^{{commit}}"
    try:
        return run(repository, "rev-parse", "--verify", "--quiet", revision)
    except GitError:
        return None


def contains(repository: git.Repo, commit: str) -> bool:
    """Whether the current branch holds a commit."""
    return is_ancestor(repository, commit, "HEAD")


def _identity(repository: git.Repo) -> str:
    """Who commits: Git's own settings, else this program."""
    try:
        ident = run(repository, "var", "GIT_COMMITTER_IDENT")
    except GitError:
        return _UNNAMED
    name_and_address, _, _ = ident.rpartition("> ")
    return name_and_address + ">"


def committer_name(repository: git.Repo) -> str:
    """The name of who commits, without an address."""
    return _identity(repository).partition(" <")[0]
