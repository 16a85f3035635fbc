"""Deploying to a folder: a release of its own, shown in one step, earlier ones kept for a while.

What a deploy costs depends on what changed: it works on the tree of an earlier release that has fallen
out of use. Only without one it goes through every file.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from mcp_static.api.checksums import json_object
from mcp_static.api.paths import SNAPSHOT
from mcp_static.build.progress import Progress
from mcp_static.deploy.destination import Destination
from mcp_static.deploy.release import Difference, Release
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.deploy.tree_update import TreeUpdate, changes_of, everything
from mcp_static.model.errors import InputError


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How many releases to keep, and whether to go through every file, whatever was recorded."""

    keep: int = 3
    full: bool = False


@dataclass(slots=True)
class FolderReport:
    """What a deploy to a folder did; `is_current` when there was nothing to do.

    `shared` counts files only if every one was gone through (`is_full`).
    """

    release: str
    copied: int = 0
    shared: int = 0
    is_full: bool = False
    is_current: bool = False
    seconds: float = 0.0


def deploy_to_folder(
    release: Release,
    destination: Path,
    options: FolderOptions,
    progress: Progress,
    guard: RollbackGuard,
) -> FolderReport:
    """Make a folder show a release; the last `keep` releases stay.

    Files that the release shown before has as well are shared with it by hard links. Raises
    InputError when the folder is somebody else's, is in use, cannot be written, or shows a later state
    of the registry.
    """
    started = time.monotonic()
    target = Destination(destination)
    with target.locked(progress):
        shown = target.shown()
        if shown is not None:
            guard.require(release, [_commit_of(shown)], str(destination))
        report = FolderReport(target.next_name(release.commit))
        try:
            _bring(release, target, shown, options, report, progress)
            target.tidy(options.keep)
        except OSError as error:
            raise InputError(
                f"{destination} could not be written: {error.strerror or error}.",
                "Readers see the release before, or this one, as a whole. Make room or change the "
                "rights, then deploy again.",
            ) from None
    report.seconds = time.monotonic() - started
    return report


def _bring(
    release: Release,
    target: Destination,
    shown: Path | None,
    options: FolderOptions,
    report: FolderReport,
    progress: Progress,
) -> None:
    if shown is not None and not options.full:
        if _read(shown / SNAPSHOT) == _read(release.root / SNAPSHOT):
            report.release, report.is_current = shown.name, True
            return
        for spare in reversed(target.spares()):
            changes = changes_of(release, spare)
            if changes is not None:
                spare.rename(target.partial)
                _update(release, target, shown, changes, report, progress)
                target.show(report.release)
                return
    report.is_full = True
    target.partial.mkdir()
    _update(release, target, shown, everything(release), report, progress)
    if shown is not None and not report.copied and report.shared == _count(shown):
        shutil.rmtree(target.partial)
        report.release, report.is_current = shown.name, True
    else:
        target.show(report.release)


def _update(
    release: Release,
    target: Destination,
    shown: Path | None,
    changes: Difference,
    report: FolderReport,
    progress: Progress,
) -> None:
    update = TreeUpdate(target.partial, shown, release)
    update.apply(changes, progress)
    report.copied, report.shared = update.copied, update.shared


def _commit_of(release: Path) -> str:
    """The commit of a release that was deployed; empty when it cannot be told."""
    snapshot = json_object(_read(release / SNAPSHOT)) or {}
    return str(snapshot.get("commit", ""))


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _count(root: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(root))
