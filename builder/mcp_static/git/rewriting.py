"""Rewriting history: other bytes at some paths, and everything else as it was."""

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import IO, Final

import git

from mcp_static.git.command import GitProcess, run
from mcp_static.model.errors import GitError, InputError

Replace = Callable[[str, str], str | None]
"""From a path and the id of a blob there: the id of the one to put in its place, None for no file."""

_EXPORT: Final = (
    "fast-export",
    "--branches",
    "--tags",
    "--no-data",
    "--reencode=no",
    "--signed-tags=strip",
    "--tag-of-filtered-object=rewrite",
    "--use-done-feature",
)
_IMPORT: Final = ("fast-import", "--force", "--quiet", "--date-format=raw-permissive")
_REWRITTEN: Final = ("refs/heads", "refs/tags")
_REMOTE: Final = "refs/remotes"
_CHUNK: Final = 1 << 16
_ESCAPE: Final = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_ESCAPED: Final = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))


def rewrite_history(
    repository: git.Repo, replace: Replace, before_moving: Callable[[], object]
) -> list[str]:
    """Rewrite every branch and tag, by `replace` for each file that a commit writes.

    `before_moving` is called when all is written, and before the first reference moves.

    Gives the references that changed. Commits keep their order, messages, authors and times, and
    lose their signatures, as their ids change. What is known of remote branches is forgotten,
    unreachable objects are removed, and a work tree, which had to be clean, is reset. Raises GitError:
    references that Git could not move are as they were, and another run comes to the same end.
    """
    before = _references(repository, *_REWRITTEN)
    try:
        _rewrite(repository, replace, before_moving)
    finally:
        if not repository.bare:
            run(repository, "reset", "--hard", "--quiet", "HEAD")
    _remove_unreachable(repository)
    after = _references(repository, *_REWRITTEN)
    return [name for name in after if after[name] != before.get(name)]


def _rewrite(repository: git.Repo, replace: Replace, before_moving: Callable[[], object]) -> None:
    with GitProcess(repository, *_EXPORT) as export, GitProcess(repository, *_IMPORT) as importing:
        with suppress(BrokenPipeError):  # git has ended; `finish` gives its reason
            _copy(export.stdout, importing.stdin, replace)
            export.finish()
            before_moving()
        importing.finish()


def require_one_work_tree(repository: git.Repo) -> None:
    """Raise InputError for a repository with linked work trees, which rewriting would leave behind."""
    listing = run(repository, "worktree", "list", "--porcelain").splitlines()
    if sum(line.startswith("worktree ") for line in listing) > 1:
        raise InputError(
            "The repository has linked work trees, which would keep the old history.",
            "Do it in a fresh clone, or remove them with `git worktree remove`.",
        )


def other_references(repository: git.Repo) -> list[str]:
    """The references that `rewrite_history` leaves alone: stashes, notes, heads of pull requests."""
    return [name for name in _references(repository) if not name.startswith(_REWRITTEN)]


def paths_holding(repository: git.Repo, blobs: Collection[str]) -> list[str]:
    """Where any reference still leads to one of these blobs: one path for each blob."""
    found = []
    with GitProcess(repository, "rev-list", "--objects", "--all") as process:
        for line in process.stdout:
            name, _, path = line.rstrip(b"\n").decode(errors="surrogateescape").partition(" ")
            if name in blobs:
                found.append(path)
        process.finish()
    return sorted(found)


def store_blob(repository: git.Repo, content: bytes) -> str:
    """Put bytes into the repository, as an object that nothing names yet; gives its id."""
    with GitProcess(repository, "hash-object", "-w", "--stdin") as process:
        process.stdin.write(content)
        process.stdin.close()
        blob = process.stdout.read().decode().strip()
        process.finish()
    return blob


def _references(repository: git.Repo, *below: str) -> dict[str, str]:
    lines = run(repository, "for-each-ref", "--format=%(refname) %(objectname)", *below).splitlines()
    return dict(line.split(" ") for line in lines)


def _remove_unreachable(repository: git.Repo) -> None:
    for name in _references(repository, _REMOTE):
        run(repository, "update-ref", "--no-deref", "-d", name)
    for name in ("ORIG_HEAD", "FETCH_HEAD"):
        with suppress(GitError):  # it is not there
            run(repository, "update-ref", "-d", name)
    run(repository, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    run(repository, "gc", "--quiet", "--prune=now")


def _copy(source: IO[bytes], target: IO[bytes], replace: Replace) -> None:
    """The language of `git fast-import`, with the lines changed that write a file."""
    while line := source.readline():
        if line.startswith(b"data "):
            target.write(line)
            _copy_bytes(source, target, int(line.removeprefix(b"data ")))
        elif line.startswith(b"M "):
            target.write(_replaced(line, replace))
        else:
            target.write(line)


def _copy_bytes(source: IO[bytes], target: IO[bytes], count: int) -> None:
    while count:
        chunk = source.read(min(count, _CHUNK))
        if not chunk:
            return  # git has ended; `finish` gives its reason
        target.write(chunk)
        count -= len(chunk)


def _replaced(line: bytes, replace: Replace) -> bytes:
    letter, mode, blob, path = line.rstrip(b"\n").split(b" ", 3)
    if mode == b"160000":  # another repository's commit, which holds no bytes of this one
        return line
    found = replace(_unquoted(path).decode(errors="surrogateescape"), blob.decode())
    return b"" if found is None else b" ".join((letter, mode, found.encode(), path)) + b"\n"


def _unquoted(path: bytes) -> bytes:
    """A path that Git may have quoted as in C."""
    if not path.startswith(b'"'):
        return path
    return _ESCAPE.sub(lambda match: bytes([_byte(match[1])]), path[1:-1])


def _byte(escape: bytes) -> int:
    return int(escape, 8) if escape.isdigit() else _ESCAPED[escape[0]]
