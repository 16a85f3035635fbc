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

from mcp_static.build.progress import Progress
from mcp_static.deploy.release import Release
from mcp_static.model.errors import InputError

_PARTIAL: Final = "unfinished"


@dataclass(slots=True)
class FolderReport:
    """What a deploy to a folder did; `is_current` when there was nothing to do."""

    release: str
    copied: int = 0
    shared: int = 0
    is_current: bool = False
    seconds: float = 0.0


def deploy_to_folder(
    release: Release, destination: Path, keep: int, progress: Progress
) -> FolderReport:
    """Make a folder show a release; the last `keep` releases stay.

    Files that the release shown before has as well are shared with it by hard links. Raises
    InputError when the folder is somebody else's, is in use, or cannot be written.
    """
    started = time.monotonic()
    target = _Destination(destination)
    with target.locked():
        shown = target.shown()
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
            lock.acquire(blocking=False)
        except Timeout:
            raise InputError(f"Another deploy to {self.path} is under way.", "Wait for it.") from None
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
    """Copy a tree, sharing files that the release shown before has as well."""
    progress.stage("Copying files")
    for folder, _, names in os.walk(source):
        below = Path(folder).relative_to(source)
        (target / below).mkdir(parents=True)
        for name in names:
            original, copy = Path(folder, name), target / below / name
            before = shown / below / name if shown else None
            if before is not None and before.is_file() and filecmp.cmp(original, before, shallow=True):
                copy.hardlink_to(before)
                report.shared += 1
            else:
                shutil.copy2(original, copy)
                report.copied += 1
            progress.advance()


def _count(root: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(root))
