"""Deploying to a folder: a release of its own, shown in one step, earlier ones kept for a while.

DESTINATION              a link to one of the releases
DESTINATION.releases/    the releases, newest last: 000001-<commit>, 000002-<commit>, …
"""

import filecmp
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from mcp_static.api.checksums import json_object
from mcp_static.api.file_times import content_second, content_time
from mcp_static.api.paths import EXPORT_INDEX, SNAPSHOT
from mcp_static.build.progress import Progress
from mcp_static.deploy.release import Release
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.model.errors import InputError

_PARTIAL: Final = "unfinished"
_LOCK_SECONDS: Final = 600.0
"""How long a deploy waits for another one."""


@dataclass(slots=True)
class FolderReport:
    """What a deploy to a folder did; `is_current` when there was nothing to do."""

    release: str
    copied: int = 0
    shared: int = 0
    is_current: bool = False
    seconds: float = 0.0


def deploy_to_folder(
    release: Release,
    destination: Path,
    keep: int,
    progress: Progress,
    guard: RollbackGuard,
) -> FolderReport:
    """Make a folder show a release; the last `keep` releases stay.

    Files that the release shown before has as well are shared with it by hard links. Raises
    InputError when the folder is somebody else's, is in use, cannot be written, or shows a later state
    of the registry.
    """
    started = time.monotonic()
    target = _Destination(destination)
    with target.locked():
        shown = target.shown()
        if shown is not None:
            guard.require(release, [_commit_of(shown)], str(destination))
        last = target.releases()[-1:]
        number = int(last[0].name.partition("-")[0]) + 1 if last else 1
        report = FolderReport(f"{number:06}-{release.commit[:12]}")
        try:
            _copy(release.root, target.partial, shown, report, progress)
            if shown is not None and not report.copied and report.shared == _count(shown):
                shutil.rmtree(target.partial)
                report.release, report.is_current = shown.name, True
            else:
                target.partial.rename(target.store / report.release)
                target.show(report.release)
            target.prune(keep)
        except OSError as error:
            raise InputError(
                f"{destination} could not be written: {error.strerror or error}.",
                "What was deployed last is shown as before. Make room or change the rights.",
            ) from None
    report.seconds = time.monotonic() - started
    return report


class _Destination:
    """A destination and its releases."""

    def __init__(self, destination: Path) -> None:
        self.path: Final = destination.parent.resolve() / destination.name
        self.store: Final = self.path.with_name(f"{self.path.name}.releases")
        self.partial: Final = self.store / _PARTIAL

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the destination against every other deploy."""
        if self.path.exists() and not self.path.is_symlink():
            raise InputError(
                f"{self.path} was not made by `mcp-static deploy`, so it is left as it is.",
                "Move it away, or name another folder: it will become a link to the release.",
            )
        if self.path.is_symlink() and self.shown() is None:
            raise InputError(
                f"{self.path} leads somewhere else.", "Remove the link, or name another folder."
            )
        try:
            self.store.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.store / "lock")
            # Whoever comes first, what is newer has to be shown in the end, so this one waits; the
            # rollback guard, asked under the lock, refuses it if it is the older one.
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout:
            raise InputError(
                f"Another deploy to {self.path} has been under way for {_LOCK_SECONDS:g} s.",
                "Look whether it hangs; then deploy again.",
            ) from None
        except OSError as error:
            raise InputError(
                f"{self.store} could not be made: {error.strerror}.", "Change the rights."
            ) from None
        with lock:
            shutil.rmtree(self.partial, ignore_errors=True)
            yield

    def releases(self) -> list[Path]:
        """The releases that are there, oldest first."""
        return sorted(child for child in self.store.iterdir() if child.name[:6].isdecimal())

    def shown(self) -> Path | None:
        """The release that readers see."""
        if not self.path.is_symlink():
            return None
        target = self.path.readlink()
        found = self.store / target.name
        return found if target.parts[:-1] == (self.store.name,) and found.is_dir() else None

    def show(self, release: str) -> None:
        """Switch, in one step."""
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(self.store.name, release))
        fresh.replace(self.path)

    def prune(self, keep: int) -> None:
        """Remove all but the last releases, never the one that is shown."""
        shown = self.shown()
        for release in self.releases()[:-keep]:
            if release != shown:
                shutil.rmtree(release)


def _copy(
    source: Path, target: Path, shown: Path | None, report: FolderReport, progress: Progress
) -> None:
    """Copy a tree, sharing files that the release shown before has as well.

    Files that have lost their times on the way here, as in an archive, get them again: web servers
    make ETags of them.
    """
    progress.stage("Copying files")
    keeps_times = _keeps_time(source / SNAPSHOT) and _keeps_time(source / EXPORT_INDEX)
    for folder, _, names in os.walk(source):
        below = Path(folder).relative_to(source)
        (target / below).mkdir(parents=True)
        for name in names:
            original, copy = Path(folder, name), target / below / name
            before = shown / below / name if shown else None
            if before is not None and before.is_file() and _is_same(original, before, keeps_times):
                copy.hardlink_to(before)
                report.shared += 1
            else:
                shutil.copy2(original, copy)
                if not keeps_times:
                    time = content_time(copy.read_bytes())
                    os.utime(copy, ns=(time, time))
                report.copied += 1
            progress.advance()


def _keeps_time(file: Path) -> bool:
    return file.stat().st_mtime_ns // 10**9 == content_second(file.read_bytes())


def _is_same(one: Path, other: Path, keeps_times: bool) -> bool:
    """Whether two files have the same content, by time and size where these tell."""
    if keeps_times:
        return filecmp.cmp(one, other, shallow=True)
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def _commit_of(release: Path) -> str:
    """The commit of a release that was deployed; empty when it cannot be told."""
    try:
        snapshot = json_object((release / SNAPSHOT).read_bytes()) or {}
    except OSError:
        return ""
    return str(snapshot.get("commit", ""))


def _count(root: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(root))
