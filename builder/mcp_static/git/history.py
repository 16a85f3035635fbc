"""First-parent history as a stream of commits with what each one changed, in one git process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import git

from mcp_static.git.command import GitProcess
from mcp_static.model.errors import GitError, InputError
from mcp_static.model.layout import DATA_ROOT
from mcp_static.model.times import LAST_SECOND

PathKind = Literal["file", "symlink", "submodule"]

_KINDS: Final[dict[bytes, PathKind]] = {b"120000": "symlink", b"160000": "submodule"}
_HEADER: Final = b"\x01"
_PEOPLE: Final = b"\x02"
_FORGE: Final = b"GitHub <noreply@github.com>"
"""The committer of what GitHub itself commits and signs, for an app over its API or for a button."""

_LOG: Final = (
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    "--root",
    "--raw",
    "-r",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-show-signature",
    "--no-color",
    "--format=%x01%H %P %ct%x02%an <%ae>%x02%cn <%ce>",
)


@dataclass(frozen=True, slots=True)
class PathChange:
    """One path that a commit added or edited, with its new blob, or removed (`blob` is None)."""

    path: str
    kind: PathKind
    blob: str | None


@dataclass(frozen=True, slots=True)
class CommitChange:
    """A commit of the first-parent line: its id, its committer time, and what it changed.

    `changes` are those under `registry-data/` only, in path order; a merge is compared with its
    first parent. `is_by_merger` tells that the identity that merges for the registry wrote it as its
    author, on one parent.
    """

    id: str
    first_parent: str | None
    time: int
    changes: tuple[PathChange, ...]
    is_by_merger: bool = False


def first_parent_history(
    repository: git.Repo, commit: str, after: str | None = None, merger: str = ""
) -> Iterator[CommitChange]:
    """Stream the first-parent line up to `commit`, oldest first; only what follows `after`, if given.

    `merger` is the identity that merges for the registry, as `name <e-mail>`.
    Raises InputError when `after` is not on that line: history was rewritten.
    """
    span = commit if after is None else f"{after}..{commit}"
    is_first = True
    with GitProcess(repository, *_LOG, "--reverse", "--end-of-options", span) as process:
        for change in _parse(process.fields(), merger.encode()):
            if is_first and after is not None and change.first_parent != after:
                raise rewritten(after)
            is_first = False
            yield change
        try:
            process.finish()
        except GitError as error:
            raise InputError(
                f"git could not read the history of {commit[:12]}: {error}.", error.fix
            ) from None
    if is_first and after is not None and after != commit:
        raise rewritten(after)


def recent_additions(repository: git.Repo, commit: str, merger: str) -> Iterator[CommitChange]:
    """The first-parent line from `commit` back, newest first: the commits that added files, and which.

    `merger` is as `first_parent_history` has it.

    Costs what is read of it: whoever stops early ends git as well.
    """
    options = ("--diff-filter=A", "--end-of-options", commit)
    with GitProcess(repository, *_LOG, *options) as process:
        yield from _parse(process.fields(), merger.encode())


def rewritten(after: str) -> InputError:
    """The error for a history that no longer contains the commit that was built last."""
    return InputError(
        f"History was rewritten: {after[:12]}, which was built last, is not among the first "
        "parents of this commit.",
        "Cursors and times that clients hold would change their meaning. If that is intended, "
        "build once with --accept-rewrite.",
    )


def _parse(tokens: Iterator[bytes], merger: bytes = b"") -> Iterator[CommitChange]:
    header: bytes | None = None
    changes: list[PathChange] = []
    prefix = DATA_ROOT.encode()
    for token in tokens:
        entry = token.lstrip(b"\n")
        if entry.startswith(_HEADER):
            if header is not None:
                yield _commit(header, changes, merger)
                changes = []
            header = entry[1:]
        elif entry.startswith(b":"):
            path = next(tokens)
            if path.startswith(prefix):
                _, mode, _, blob, letter = entry.split(b" ")
                gone = letter == b"D"
                kind = _KINDS.get(entry[1:7] if gone else mode, "file")
                text = path.decode(errors="surrogateescape")
                changes.append(PathChange(text, kind, None if gone else blob.decode()))
    if header is not None:
        yield _commit(header, changes, merger)


def _commit(header: bytes, changes: list[PathChange], merger: bytes) -> CommitChange:
    facts, *people = header.split(_PEOPLE)
    commit, *parents, time = facts.decode().split(" ")
    seconds = int(time) if time.lstrip("-").isdecimal() else -1
    if not 0 <= seconds <= LAST_SECOND:
        raise InputError(
            f"Commit {commit[:12]} has a committer time that no calendar shows.",
            "Rewrite that commit with a correct date.",
        )
    first_parent = parents[0] if parents and parents[0] else None
    is_by_merger = len(parents) == 1 and _is_by(merger, people)
    return CommitChange(commit, first_parent, seconds, tuple(changes), is_by_merger)


def _is_by(merger: bytes, people: list[bytes]) -> bool:
    """Whether author and committer are the merger; GitHub commits for apps in its own name.

    The committer counts as well, as "Rebase and merge" keeps the author that a proposal names.
    """
    return people in ([merger, merger], [merger, _FORGE])
