"""Rules over a change: what a pull request may touch at all, before anything in it is read."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mcp_static.model.change import Change, ChangedPath
from mcp_static.model.layout import DATA_ROOT, SERVERS_ROOT, location_problem, parse_location
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.rule import Breach

MAX_RECORDS: Final = 100
MAX_COMMITS: Final = 50
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


def brings_records(change: Change) -> bool:
    """Whether a change touches the data at all; one that does not is no publish."""
    return any(_is_data(changed.path) for changed in change.paths)


def _is_data(path: str) -> bool:
    return path.startswith(f"{DATA_ROOT}/")


def _data(change: Change) -> Iterator[ChangedPath]:
    return (changed for changed in change.paths if _is_data(changed.path))


def _only_data(change: Change) -> Iterator[Breach]:
    for changed in change.paths:
        if not _is_data(changed.path):
            yield Breach(changed.path, "is outside registry-data/")


def _plain_files(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.after is not None and changed.after.mode != _PLAIN:
            kind = _KINDS.get(changed.after.mode, "no plain file")
            yield Breach(changed.path, f"is {kind}")


def _layout(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.after is None or parse_location(changed.path) is not None:
            continue
        if changed.path.startswith(f"{SERVERS_ROOT}/") and changed.path.endswith("/server.json"):
            yield Breach(changed.path, location_problem(changed.path))
        else:
            yield Breach(changed.path, "is not a file that belongs in a registry")


def _accepted(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.path.endswith("/accepted.json"):
            yield Breach(changed.path, "is written only by the merge")


def _immutable(change: Change) -> Iterator[Breach]:
    for changed in _data(change):
        if changed.before is None or changed.path.endswith("/accepted.json"):
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


def _history(change: Change) -> Iterator[Breach]:
    if change.commits > MAX_COMMITS:
        yield Breach("", f"has more than {MAX_COMMITS} commits")
    left = change.touched - {changed.path for changed in change.paths}
    for path in sorted(left)[:5]:
        yield Breach(path, "is changed by one commit and changed back by another")


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
        requirement="Everything it adds is a regular file: no links, no submodules, no executables.",
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
        id="change-no-accepted",
        requirement="No author adds, edits or removes an `accepted.json`.",
        fix="Leave it out; the merge writes it.",
        check=_accepted,
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
        id="change-history",
        requirement=f"It has at most {MAX_COMMITS} commits, and none touches what the whole does not: "
        "the merge keeps them all.",
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
