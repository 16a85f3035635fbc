"""The change between two commits, from Git's trees alone: no work tree, no file of the head opened."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import git

from mcp_static.git.command import GitProcess
from mcp_static.git.commits import (
    CommitFacts,
    among_first_parents,
    commits_between,
    is_shallow,
    last_touching,
    merge_bases,
)
from mcp_static.model.change import MAX_COMMITS, MAX_PATHS, Blob, Change, ChangedPath
from mcp_static.model.layout import DATA_ROOT

_CONFLICTS: Final = 20
_ABSENT: Final = "000000"
_RAW: Final = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames")


def read_change(repository: git.Repo, base: str, head: str) -> Change:
    """What merging `head` into `base` would make; paths and commits beyond the limits are left out.

    Reads commits and trees only, so a clone without blobs (`--filter=blob:none`) is enough unless
    both sides changed one file; and no more of them than the limits, however many a hostile tree
    may list. Without a common ancestor, the head is compared with the base itself.
    """
    bases = merge_bases(repository, base, head)
    proposed = _differences(repository, bases[0] if bases else base, head, most=MAX_PATHS + 1)
    conflicts: list[str] = []
    paths = [path for path in proposed if path.after is not None]
    is_ordinary = all(path.is_ordinary for path in paths)
    if len(bases) == 1 and is_ordinary:  # otherwise it is refused, and merging may be dear or end git
        paths, conflicts = _merged_paths(repository, base, head, proposed)
    brought = commits_between(repository, base, head, MAX_COMMITS + 1) if bases else ()
    return Change(
        base,
        head,
        bases,
        tuple(paths),
        latest_time=max((commit.time for commit in brought), default=0),
        conflicts=tuple(conflicts),
        is_shallow=not bases and is_shallow(repository),
        commits=max(len(brought), 1),
        foreign_parents=_foreign_parents(repository, base, brought),
        data_commit=_data_commit(repository, base, head, brought),
    )


def proposed_paths(repository: git.Repo, base: str, head: str) -> tuple[ChangedPath, ...]:
    """What a head adds to the newest commit that it shares with a base, whatever the base has by now.

    The first `MAX_PATHS + 1` paths; none for a head without exactly one such commit.
    """
    bases = merge_bases(repository, base, head)
    if len(bases) != 1:
        return ()
    return tuple(_differences(repository, bases[0], head, most=MAX_PATHS + 1))


def _merged_paths(
    repository: git.Repo, base: str, head: str, proposed: list[ChangedPath]
) -> tuple[list[ChangedPath], list[str]]:
    """What an ordinary merge would change of the base, and the paths in conflict.

    Two sides that changed one file conflict even where Git can combine their lines: nobody wrote
    the bytes that come of it. With a conflict, the paths are those that the head proposes.
    """
    tree, conflicts = _merged_tree(repository, base, head)
    if conflicts:
        return proposed, conflicts
    paths = _differences(repository, base, tree, most=MAX_PATHS + 1)
    if len(proposed) <= MAX_PATHS:
        written = {changed.path: changed.after for changed in proposed}
        conflicts = [path.path for path in paths if written.get(path.path, path.after) != path.after]
    return (proposed, conflicts) if conflicts else (paths, [])


def _merged_tree(repository: git.Repo, base: str, head: str) -> tuple[str, list[str]]:
    """The tree of an ordinary merge, and the first paths in conflict."""
    options = ("--write-tree", "-z", "--name-only", "--no-messages")
    with GitProcess(
        repository, "-c", "merge.renames=false", "merge-tree", *options, base, head
    ) as process:
        told = list(islice(_texts(process), 1 + _CONFLICTS))
        for _ in process.fields():
            pass  # git waits until all is read
        code = process.wait()
        if code not in {0, 1}:
            process.finish()
    return told[0], told[1:] if code == 1 else []


def _foreign_parents(
    repository: git.Repo, base: str, brought: tuple[CommitFacts, ...]
) -> tuple[str, ...]:
    """The later parents of merge commits that are not on the base's first-parent line.

    Bringing a branch up to date makes merges of two parents: Git is asked about these alone, and about
    no more of them than a change may have commits.
    """
    if len(brought) > MAX_COMMITS:
        return ()  # refused whatever they are
    octopus = [commit.parents[1] for commit in brought if len(commit.parents) > 2]
    if octopus:
        return tuple(octopus)
    others = {parent for commit in brought for parent in commit.parents[1:]}
    return tuple(sorted(others - among_first_parents(repository, others, base)))


def _data_commit(
    repository: git.Repo, base: str, head: str, brought: tuple[CommitFacts, ...]
) -> str | None:
    """The newest of the commits that are brought that changes the data."""
    if not brought or len(brought) > MAX_COMMITS:
        return None  # refused whatever they change
    return last_touching(repository, base, head, DATA_ROOT)


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
        yield field.decode(errors="surrogateescape")


def _blob(mode: str, object_id: str) -> Blob | None:
    return None if mode == _ABSENT else Blob(mode, object_id)
