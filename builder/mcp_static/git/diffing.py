"""The change between two commits, from Git's trees alone: no work tree, no file of the head opened."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import git

from mcp_static.git.command import GitProcess
from mcp_static.git.commits import fork_point, times_between
from mcp_static.model.change import Blob, Change, ChangedPath

MAX_PATHS: Final = 2_000
_COMMITS: Final = 51
"""Commits looked at; the rules allow one fewer."""
_ABSENT: Final = "000000"
_RAW: Final = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames")


def read_change(repository: git.Repo, base: str, head: str) -> Change:
    """What `head` brings to `base`; paths, and commits, beyond one more than allowed are left out.

    Reads commits and trees only, so a clone without blobs (`--filter=blob:none`) is enough; and no
    more of them than the limits, however many a hostile tree may list.
    """
    fork = fork_point(repository, base, head)
    paths = _differences(repository, fork or base, head, most=MAX_PATHS + 1)
    if fork is None:
        paths = [path for path in paths if path.after is not None]
    times = times_between(repository, fork or base, head, _COMMITS)
    return Change(
        base,
        head,
        fork,
        tuple(paths),
        latest_time=max(times, default=0),
        commits=len(times) if fork is not None else 1,
        touched=_touched(repository, base, head) if fork is not None else frozenset(),
    )


def _touched(repository: git.Repo, base: str, head: str) -> frozenset[str]:
    """Every path that a commit on the way touches, be it undone later; of merges what they change."""
    with GitProcess(
        repository, "log", "-c", *_RAW, "--format=", "--root", f"--max-count={_COMMITS}",
        head, f"^{base}",
    ) as process:  # fmt: skip
        fields = islice(_texts(process), 8 * MAX_PATHS)
        return frozenset(field for field in fields if field and not field.startswith(":"))


def changed_since(repository: git.Repo, before: str, after: str, folder: str) -> list[ChangedPath]:
    """The paths below a folder that differ between two commits."""
    return _differences(repository, before, after, "--", folder)


def _differences(
    repository: git.Repo, before: str, after: str, *limits: str, most: int | None = None
) -> list[ChangedPath]:
    """The paths that differ, the first `most` of them."""
    with GitProcess(repository, "diff-tree", *_RAW, before, after, *limits) as process:
        found = list(islice(_changed(_texts(process)), most))
        if most is None or len(found) < most:
            process.finish()
    return found


def _changed(fields: Iterator[str]) -> Iterator[ChangedPath]:
    for facts, path in zip(fields, fields, strict=True):
        old_mode, new_mode, old, new, _ = facts.removeprefix(":").split(" ")
        yield ChangedPath(path, _blob(old_mode, old), _blob(new_mode, new))


def _texts(process: GitProcess) -> Iterator[str]:
    for field in process.fields():
        yield field.decode(errors="surrogateescape").lstrip("\n")


def _blob(mode: str, object_id: str) -> Blob | None:
    return None if mode == _ABSENT else Blob(mode, object_id)
