"""Rewriting all of history: other bytes at some paths, and everything else as it was."""

from collections.abc import Callable
from typing import IO, Final

import git

from mcp_static.git.command import GitProcess, run

Replace = Callable[[str, str], str | None]
"""From a path and the id of a blob there: the id of the one to put in its place, None for no file."""

_EXPORT: Final = (
    "fast-export",
    "--all",
    "--no-data",
    "--reencode=no",
    "--signed-tags=strip",
    "--tag-of-filtered-object=rewrite",
    "--use-done-feature",
)
_IMPORT: Final = ("fast-import", "--force", "--quiet", "--date-format=raw-permissive")
_CHUNK: Final = 1 << 16


def rewrite_history(repository: git.Repo, replace: Replace) -> None:
    """Rewrite every branch and tag, by `replace` for each file that a commit writes.

    Commits keep their order, messages, authors and times, and lose their signatures, as their ids
    change. What nothing leads to any longer is removed from the repository, and a work tree is reset.
    Raises GitError, which leaves all branches as they were.
    """
    with GitProcess(repository, *_EXPORT) as export, GitProcess(repository, *_IMPORT) as importing:
        _copy(export.stdout, importing.stdin, replace)
        export.finish()
        importing.finish()
    if not repository.bare:
        run(repository, "reset", "--hard", "--quiet", "HEAD")
    run(repository, "update-ref", "-d", "ORIG_HEAD")
    run(repository, "reflog", "expire", "--expire=now", "--all")
    run(repository, "gc", "--quiet", "--prune=now")


def store_blob(repository: git.Repo, content: bytes) -> str:
    """Put bytes into the repository, as an object that nothing names yet; gives its id."""
    with GitProcess(repository, "hash-object", "-w", "--stdin") as process:
        process.stdin.write(content)
        process.stdin.close()
        blob = process.stdout.read().decode().strip()
        process.finish()
    return blob


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
    if path.startswith(b'"') or mode == b"160000":
        return line  # no path that the layout has, or no file
    found = replace(path.decode(), blob.decode())
    return b"" if found is None else b" ".join((letter, mode, found.encode(), path)) + b"\n"
