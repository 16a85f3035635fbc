"""A tree made that of a release: an empty one, or that of an earlier release by what differs.

What differs is told by the checksums that both have. Many trees share one file by hard links, so none
is ever written in place.
"""

import os
import shutil
import stat
from pathlib import Path
from typing import Final

from mcp_static.api.file_times import content_time
from mcp_static.api.paths import EXPORT_INDEX, SNAPSHOT
from mcp_static.api.variants import twins_of
from mcp_static.build.output_tree import Tree
from mcp_static.build.progress import Progress
from mcp_static.deploy.release import (
    Difference,
    Release,
    difference,
    listed_files,
    open_release,
    unlisted,
)
from mcp_static.model.errors import InputError


def everything(release: Release) -> Difference:
    """What makes an empty tree that of a release; raises InputError for a damaged one."""
    write = listed_files(release.parts, release.read, release.parts) | unlisted(release.read)
    return Difference(write, frozenset(), frozenset())


def changes_of(release: Release, tree: Path) -> Difference | None:
    """What makes the tree of an earlier release that of this one; None if the tree cannot tell.

    Nor can one for another host or of another version of the tool, which decide which files are next
    to listed ones. Raises InputError for a damaged release.
    """
    try:
        before = open_release(tree)
        gone = [part for part, digest in before.parts.items() if release.parts.get(part) != digest]
        read = {path: before.read(path) for path in (*gone, EXPORT_INDEX)}
    except InputError:
        return None
    if (before.host.name, before.builder) != (release.host.name, release.builder):
        return None
    return difference(
        release, before.parts, lambda path: read.get(path) or before.read(path), listed_files
    )


class TreeUpdate:
    """Changes a tree into that of a release.

    `shown` is the release that readers see; files that it has as well are shared with it.
    """

    def __init__(self, tree: Path, shown: Path | None, release: Release) -> None:
        self._tree: Final = str(tree)
        self._shown: Final = None if shown is None else str(shown)
        self._source: Final = str(release.root)
        self._release: Final = release
        self._writer: Final = Tree(tree)
        self._folders: Final = {""}
        self.copied = 0
        self.shared = 0

    def apply(self, changes: Difference, progress: Progress) -> None:
        """Apply changes; raises InputError where a file of the release does not match its checksum."""
        listed = changes.write.keys() | changes.remove
        others = changes.remove | {twin for path in listed for twin in twins_of(path)}
        others -= changes.write.keys()
        there = {path for path in others if _is_file(f"{self._source}/{path}")}
        progress.stage("Writing files", len(changes.write) + len(there))
        for path in others - there:  # before what is written: a file may have become a folder
            self._remove(path)
        for path in sorted(there):
            self._place(path, "")
            progress.advance()
        for path in sorted(changes.write, key=lambda path: (path == SNAPSHOT, path)):
            self._place(path, changes.write[path])
            progress.advance()
        for folder in {"", *map(os.path.dirname, listed)}:
            self._remove_foreign(folder)

    def _place(self, path: str, digest: str) -> None:
        """Make a file what the release has, shared with the shown release if that has the same."""
        content = self._release.content(path, digest)
        target, before = f"{self._tree}/{path}", f"{self._shown}/{path}"
        self._require_folder(os.path.dirname(path))
        if os.path.isdir(target) and not os.path.islink(target):
            shutil.rmtree(target)
        if self._shown is not None and _identity(before) == (len(content), content_time(content)):
            if os.path.lexists(target):
                os.unlink(target)
            os.link(before, target)
            self.shared += 1
        else:
            self._writer.write(path, content)
            self.copied += 1

    def _require_folder(self, path: str) -> None:
        """Make a folder and those above it, in place of whatever else has the name of one."""
        if path in self._folders:
            return
        self._require_folder(os.path.dirname(path))
        full = f"{self._tree}/{path}"
        if os.path.islink(full) or not os.path.isdir(full):
            if os.path.lexists(full):
                os.unlink(full)
            os.mkdir(full)
        self._folders.add(path)

    def _remove(self, path: str) -> None:
        """Remove a file, if it is there, but nothing that a link of somebody else's leads to."""
        above = os.path.dirname(path)
        while above:
            if os.path.islink(f"{self._tree}/{above}"):
                return
            above = os.path.dirname(above)
        target = f"{self._tree}/{path}"
        if os.path.islink(target) or os.path.isfile(target):
            self._writer.remove(path)

    def _remove_foreign(self, folder: str) -> None:
        """Remove what others put into a folder, by its name."""
        here, there = f"{self._tree}/{folder}", f"{self._source}/{folder}"
        if not os.path.isdir(here) or os.path.islink(here.rstrip("/")) or not os.path.isdir(there):
            return
        for name in set(os.listdir(here)) - set(os.listdir(there)):
            found = f"{here}/{name}"
            if os.path.isdir(found) and not os.path.islink(found):
                shutil.rmtree(found)
            else:
                os.unlink(found)


def _is_file(path: str) -> bool:
    """Whether there is a file of its own, and not a link to one."""
    return os.path.isfile(path) and not os.path.islink(path)


def _identity(path: str) -> tuple[int, int] | None:
    """Size and time of a file, which is a digest of its content (`api/file_times`); else None."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None
