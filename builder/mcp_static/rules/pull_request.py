"""Rules over a change: what a pull request may touch at all, before anything in it is read."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mcp_static.model.change import MAX_COMMITS, MAX_PATHS, Change, ChangedPath
from mcp_static.model.layout import DATA_ROOT, SERVERS_ROOT, location_problem, parse_location
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.rule import Breach

MAX_RECORDS: Final = 100
_PLAIN: Final = "100644"
_KINDS: Final = {"120000": "a symbolic link", "160000": "a submodule", "100755": "executable"}
_AHEAD: Final = 600
"""Seconds that a clock may be ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule:
    """One condition on a change: what must hold, and what to do where it does not."""

    id: str
    requirement: str
    fix: str
    check: Callable[[Change], Iterable[Breach]]

    def finding(self, breach: Breach) -> Finding:
        """A breach as a report shows it."""
        fix = breach.fix or self.fix
        return Finding(self.id, Level.ERROR, breach.message, fix, breach.path, is_counted=True)

    @property
    def passed(self) -> Finding:
        """What a report shows of this rule where it holds."""
        return Finding(self.id, Level.PASSED, self.requirement, is_counted=True)


def is_publish(change: Change) -> bool:
    """Whether a change is judged as a publish: it touches the data, or nobody can tell what it does.

    One that touches the data on the way alone breaks a rule over its history.
    """
    return (
        any(_is_data(changed.path) for changed in change.paths)
        or change.data_commit is not None
        or len(change.paths) > MAX_PATHS
        or change.commits > MAX_COMMITS
        or any(_one_base(change))
        or not all(changed.is_ordinary for changed in change.paths)
    )


RESERVED_FILES: Final = (
    "accepted.json",
    "status.accepted.json",
    "identity.json",
    "takedown.json",
)
"""Files next to records that only the merge and the operator write."""


def is_reserved(path: str) -> bool:
    """Whether only the merge and the operator write at a path below `registry-data/`."""
    return path.rpartition("/")[2] in RESERVED_FILES or path.startswith(f"{DATA_ROOT}/moderation/")


def _is_data(path: str) -> bool:
    return path.startswith(f"{DATA_ROOT}/")


def _data(change: Change) -> Iterator[ChangedPath]:
    return (changed for changed in change.paths if _is_data(changed.path))


def _is_something_else(change: Change) -> bool:
    """Whether a change as a whole leaves the data alone, as far as all of its paths are known."""
    return len(change.paths) <= MAX_PATHS and not any(_data(change))


def _only_data(change: Change) -> Iterator[Breach]:
    if _is_something_else(change):
        return  # it is refused for what makes it count as a publish
    for changed in change.paths:
        if not _is_data(changed.path):
            yield Breach(changed.path, "is outside registry-data/")


def _plain_files(change: Change) -> Iterator[Breach]:
    for changed in change.paths:
        if not changed.is_ordinary:
            yield Breach(changed.path, "is a path that no work tree can have")
    for changed in _data(change):
        if changed.after is not None and changed.after.mode != _PLAIN:
            kind = _KINDS.get(changed.after.mode, "not a plain file")
            yield Breach(changed.path, f"is {kind}")


def _layout(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.after is None or is_reserved(changed.path):
            continue
        if parse_location(changed.path) is not None:
            continue
        if changed.path.startswith(f"{SERVERS_ROOT}/") and changed.path.endswith("/server.json"):
            yield Breach(changed.path, location_problem(changed.path))
        else:
            yield Breach(changed.path, "is not a file that belongs in a registry")


def _reserved(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if is_reserved(changed.path):
            yield Breach(changed.path, "is written by the registry itself")


def _immutable(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.before is None or is_reserved(changed.path):
            continue
        if changed.after is None:
            yield Breach(changed.path, "was merged and cannot be removed")
        elif not changed.path.endswith("/status.json"):
            yield Breach(changed.path, "was merged and cannot be edited")


def _signature_with_record(change: Change) -> Iterator[Breach]:
    added = {changed.path for changed in change.paths if changed.before is None}
    for path in sorted(added):
        if (
            path.endswith("/proof.json")
            and f"{path.removesuffix('proof.json')}server.json" not in added
        ):
            yield Breach(path, "has no new server.json next to it")


def _size(change: Change) -> Iterator[Breach]:
    folders = {changed.path.rpartition("/")[0] for changed in _data(change)}
    if len(folders) > MAX_RECORDS:
        yield Breach(DATA_ROOT, f"changes in {len(folders)} versions at once")


def _mergeable(change: Change) -> Iterator[Breach]:
    for path in change.conflicts:
        if path.endswith(("/server.json", "/proof.json")):
            fix = "What is published never changes; publish a new version."
            yield Breach(path, "is in the registry already, with other bytes", fix)
        else:
            yield Breach(path, "has changed on the base branch in the meantime")


def _one_base(change: Change) -> Iterator[Breach]:
    if len(change.merge_bases) > 1:
        yield Breach("", f"has {len(change.merge_bases)} newest common ancestors with the base branch")
    elif not change.merge_bases and not change.is_shallow:
        yield Breach("", "has no commit in common with the base branch")


def _history(change: Change) -> Iterator[Breach]:
    if change.commits > MAX_COMMITS:
        yield Breach("", f"has more than {MAX_COMMITS} commits")
    for parent in change.foreign_parents[:5]:
        yield Breach("", f"merges {parent[:12]}, which is not a commit of the base branch")
    if change.data_commit is not None and _is_something_else(change):
        commit = change.data_commit[:12]
        yield Breach("", f"leaves {DATA_ROOT}/ alone as a whole, but its commit {commit} changes it")


def _dates(change: Change) -> Iterator[Breach]:
    if change.latest_time > time.time() + _AHEAD:
        yield Breach("", "a commit is dated in the future")


CHANGE_RULES: Final = (
    ChangeRule(
        id="change-only-data",
        requirement="A publish changes only files under `registry-data/`.",
        fix="Put the other changes in a separate pull request, which a maintainer reviews.",
        check=_only_data,
    ),
    ChangeRule(
        id="change-plain-files",
        requirement="Everything it adds is a regular file at an ordinary path: no links, no "
        "submodules, no executables.",
        fix="Add the file itself, with mode 100644.",
        check=_plain_files,
    ),
    ChangeRule(
        id="change-layout",
        requirement="Every file is at a path that the layout defines.",
        fix="`mcp-static publish` puts files where they belong; docs/authors.md describes the layout.",
        check=_layout,
    ),
    ChangeRule(
        id="change-no-reserved",
        requirement="No author adds, edits or removes what the registry writes itself: "
        + ", ".join(f"`{name}`" for name in RESERVED_FILES)
        + ", the log of moderation.",
        fix="Leave it out; the merge, or the registry's operator, writes it.",
        check=_reserved,
    ),
    ChangeRule(
        id="change-immutable",
        requirement="Merged files stay as they are: only a `status.json` may be edited.",
        fix="Restore the file from the base branch, and publish the change as a new version.",
        check=_immutable,
    ),
    ChangeRule(
        id="change-signature-with-record",
        requirement="A `proof.json` is added together with the `server.json` that it signs.",
        fix="Add both in one pull request.",
        check=_signature_with_record,
    ),
    ChangeRule(
        id="change-size",
        requirement=f"One pull request changes at most {MAX_RECORDS} versions.",
        fix="Split it into several pull requests.",
        check=_size,
    ),
    ChangeRule(
        id="change-mergeable",
        requirement="It can be merged without a conflict, and no file changed on both sides.",
        fix="Bring it up to date: rebase it on the base branch, and push with --force.",
        check=_mergeable,
    ),
    ChangeRule(
        id="change-one-base",
        requirement="It begins at exactly one commit of the base branch, so that there is one answer "
        "to what it changes.",
        fix="Rebase it on the base branch, and push with --force.",
        check=_one_base,
    ),
    ChangeRule(
        id="change-history",
        requirement=f"It has at most {MAX_COMMITS} commits, and merges nothing but the base branch. No "
        "commit of a change that leaves `registry-data/` alone as a whole touches it on the way.",
        fix="Squash them: `git reset --soft` to the base branch, commit, and push with --force.",
        check=_history,
    ),
    ChangeRule(
        id="change-dates",
        requirement="No commit is dated in the future.",
        fix="Correct the clock and amend the commit (`git commit --amend --reset-author`).",
        check=_dates,
    ),
)
"""Every rule over a change, in the order in which a reader should meet them."""
