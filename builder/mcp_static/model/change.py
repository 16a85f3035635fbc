"""The change that a pull request makes: which paths it adds, edits and removes, between two commits."""

from dataclasses import dataclass
from typing import Final

MAX_PATHS: Final = 2_000
"""Paths of a change that are looked at; a change with more is refused."""
MAX_COMMITS: Final = 250
"""Commits that a change may have."""
MAX_PATH: Final = 4_096
"""Bytes of a path: Linux's `PATH_MAX`."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What is at a path: Git's mode (`100644` is a plain file) and the object's id."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """One path that differs; `before` is None where it is new, `after` where it is gone."""

    path: str
    before: Blob | None
    after: Blob | None

    @property
    def is_ordinary(self) -> bool:
        """Whether a work tree can have it; trees made by hand may list what ends git itself."""
        return is_ordinary_path(self.path)


def is_ordinary_path(path: str) -> bool:
    """Whether a path has no empty, `.` or `..` part, and is no longer than file systems allow."""
    if len(path.encode(errors="surrogateescape")) > MAX_PATH:
        return False
    return not any(part in {"", ".", ".."} for part in path.split("/"))


@dataclass(frozen=True, slots=True)
class Change:
    """What merging a head would make of a base.

    `paths` compares the base with the tree of that merge; if the two conflict, it has what the head
    changes since their common ancestor. `conflicts` are files that both sides changed, each in its
    own way. `merge_bases` are their newest common ancestors: more than one lets the head decide what
    is compared with what, none means unrelated histories, or a clone that does not go back far
    enough (`is_shallow`). Such a head is compared with the base itself, and a path that only the
    base has is left out. `commits` counts what the head has and the base has not, up to a limit of
    the reader. `foreign_parents` are the parents that merge commits of the head bring from anywhere but
    the base's first-parent line. `data_commit` is a commit of the head that changes the data, whatever
    later ones make of that: "Rebase and merge" would put it on main by itself. `latest_time` is the
    newest committer time among what is brought, in seconds since 1970.
    """

    base: str
    head: str
    merge_bases: tuple[str, ...]
    paths: tuple[ChangedPath, ...]
    latest_time: int
    conflicts: tuple[str, ...] = ()
    is_shallow: bool = False
    commits: int = 1
    foreign_parents: tuple[str, ...] = ()
    data_commit: str | None = None
