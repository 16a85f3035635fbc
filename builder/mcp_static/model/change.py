"""A change as a pull request brings it: which paths it adds, edits and removes, between two commits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blob:
    """What stands at a path: Git's mode (`100644` is a plain file) and the object's id."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """One path that differs; `before` is None where it is new, `after` where it is gone."""

    path: str
    before: Blob | None
    after: Blob | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a head brings to a base.

    `paths` compares the head with `fork_point`, their newest common ancestor; it is None in a clone
    that does not go back so far, and the head is compared with the base itself, where a file that
    only the base has says nothing. `commits` counts those on the way, and `touched` has every path
    that any of them touches, be it undone later: a merge makes them history for good. `latest_time`
    is the newest committer time among what is brought, in seconds since 1970.
    """

    base: str
    head: str
    fork_point: str | None
    paths: tuple[ChangedPath, ...]
    latest_time: int
    commits: int = 1
    touched: frozenset[str] = frozenset()
