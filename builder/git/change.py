"""The change between two commits, from Git's trees alone: no work tree, no file of the head opened."""

from typing import Final

import git
from git.exc import GitCommandError

from builder.model.change import Blob, Change, ChangedPath

MAX_PATHS: Final = 2_000
_ABSENT: Final = "000000"


def read_change(repository: git.Repo, base: str, head: str) -> Change:
    """What `head` brings to `base`; paths beyond the first `MAX_PATHS` are left out.

    Reads commits and trees only, so a clone without blobs (`--filter=blob:none`) is enough.
    """
    fork_point = _fork_point(repository, base, head)
    paths = _differences(repository, fork_point or base, head)[: MAX_PATHS + 1]
    if fork_point is None:
        paths = [path for path in paths if path.after is not None]
    return Change(
        base, head, fork_point, tuple(paths), _latest_time(repository, fork_point or base, head)
    )


def _blob(mode: str, object_id: str) -> Blob | None:
    return None if mode == _ABSENT else Blob(mode, object_id)


def _fork_point(repository: git.Repo, base: str, head: str) -> str | None:
    try:
        found = str(repository.git.merge_base(base, head))
    except GitCommandError:
        return None
    return found or None


def _latest_time(repository: git.Repo, fork_point: str, head: str) -> int:
    times = str(repository.git.log("--format=%ct", head, f"^{fork_point}")).split()
    return max((int(time) for time in times), default=0)


def changed_since(repository: git.Repo, before: str, after: str, folder: str) -> list[ChangedPath]:
    """The paths below a folder that differ between two commits."""
    return _differences(repository, before, after, "--", folder)


def _differences(repository: git.Repo, before: str, after: str, *limits: str) -> list[ChangedPath]:
    listing = repository.git.diff_tree(
        "-r", "-z", "--raw", "--no-abbrev", "--no-renames", before, after, *limits
    )
    fields = listing.split("\0")
    found = []
    for facts, path in zip(fields[::2], fields[1::2], strict=False):
        old_mode, new_mode, old, new, _ = facts.removeprefix(":").split(" ")
        found.append(ChangedPath(path, _blob(old_mode, old), _blob(new_mode, new)))
    return found
