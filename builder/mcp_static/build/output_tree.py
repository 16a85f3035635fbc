"""The output folder: two trees that take turns, so that a build shows all at once or not at all.

    dist                      a symbolic link to the tree that is shown
    dist.state/lock           held by the build under way
    dist.state/<n>/state.sqlite3
    dist.state/<n>/a, b       the shown tree, and the spare one that the next build brings up to date
    dist.state/<n>/unfinished there while a build changes the spare tree

Unchanged files are hard links of one another, and no file is ever written in place, so a reader of
the shown tree never sees half a file, and replacing the link replaces the whole build.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcp_static.api.file_times import content_time
from mcp_static.model.errors import InputError

_MARKER: Final = "README.txt"
_MARKER_TEXT: Final = (
    "Made by mcp-static next to its output folder, to build only what changed. Safe to delete:\n"
    "the next build is then a full one.\n"
)
TREES: Final = ("a", "b")


@dataclass(frozen=True, slots=True)
class TreeLocation:
    """One build's folder in the state, and which of its trees is meant."""

    build: Path
    tree: str

    @property
    def root(self) -> Path:
        """The tree's folder."""
        return self.build / self.tree

    @property
    def spare(self) -> "TreeLocation":
        """The other tree of the same build."""
        return TreeLocation(self.build, TREES[1 - TREES.index(self.tree)])

    @property
    def database(self) -> Path:
        """The state of this build."""
        return self.build / "state.sqlite3"

    @property
    def unfinished(self) -> Path:
        """A file that says that a build began to change the spare tree and did not end."""
        return self.build / "unfinished"


class Output:
    """An output folder and its state; raises InputError for folders that are somebody else's."""

    def __init__(self, path: Path) -> None:
        if not path.name or path.name == "..":
            raise InputError(f"{path} cannot be an output folder.", "Name a new folder with --out.")
        self.path = path.parent.resolve() / path.name
        self.state = self.path.with_name(self.path.name + ".state")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against every other build; raises InputError when one is under way."""
        from filelock import FileLock, Timeout  # slow to load, and who only reads needs no lock

        self._claim()
        lock = FileLock(self.state / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise InputError(
                f"Another build of {self.path} is under way.", "Wait for it, or give another --out."
            ) from None
        with lock:
            yield

    def _claim(self) -> None:
        for parent in self.path.parents:
            if parent.name.endswith(".state") and (parent / _MARKER).is_file():
                raise InputError(
                    f"{self.path} is inside the output of another build.", "Give another --out."
                )
        if self.path.is_symlink():
            if self._shown() is None:
                raise self._foreign("leads somewhere else")
        elif self.path.exists() and not (self.path.is_dir() and not any(self.path.iterdir())):
            raise self._foreign("was not made by mcp-static")
        if self.state.exists() and any(self.state.iterdir()):
            if not (self.state / _MARKER).is_file():
                raise InputError(
                    f"{self.state} was not made by mcp-static.",
                    "Move it away, or give another --out.",
                )
        else:
            self.state.mkdir(parents=True, exist_ok=True)
            (self.state / _MARKER).write_text(_MARKER_TEXT)

    def _foreign(self, why: str) -> InputError:
        return InputError(
            f"{self.path} {why}, so it is left as it is.",
            "Move it away, or give another folder with --out.",
        )

    def _shown(self) -> TreeLocation | None:
        target = Path(os.readlink(self.path))
        parts = target.parts
        if len(parts) != 3 or parts[0] != self.state.name or parts[2] not in TREES:
            return None
        return TreeLocation(self.state / parts[1], parts[2])

    def shown(self) -> TreeLocation | None:
        """The place that readers see, if there is one."""
        return self._shown() if self.path.is_symlink() else None

    def new_location(self) -> TreeLocation:
        """A fresh folder for a full build."""
        numbers = [int(child.name) for child in self.state.iterdir() if child.name.isdecimal()]
        location = TreeLocation(self.state / str(max(numbers, default=0) + 1), TREES[0])
        location.root.mkdir(parents=True)
        return location

    def show(self, location: TreeLocation) -> None:
        """Make readers see this place, in one step."""
        if self.shown() == location:
            return
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()  # empty, as _claim has seen
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(self.state.name, location.build.name, location.tree))
        fresh.replace(self.path)

    def clean(self, keep: Path | None) -> None:
        """Remove the folders of earlier or interrupted builds."""
        for child in self.state.iterdir():
            if child.name.isdecimal() and child != keep:
                shutil.rmtree(child)


class Tree:
    """Writes into a tree that no reader sees yet. Paths are relative, and are all checked here."""

    def __init__(self, root: Path) -> None:
        self._root: Final = str(root)

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file, never in place: another tree may share the old one."""
        full = self._full(path)
        try:
            handle = os.open(full, _CREATE, 0o644)
        except FileExistsError:
            os.unlink(full)
            handle = os.open(full, _CREATE, 0o644)
        except FileNotFoundError:
            _make_folder(os.path.dirname(full))
            handle = os.open(full, _CREATE, 0o644)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
            time = content_time(content)
            os.utime(handle, ns=(time, time))
        finally:
            os.close(handle)

    def remove(self, path: str) -> None:
        """Remove a file and the folders that it leaves empty."""
        full = self._full(path)
        try:
            os.unlink(full)
        except FileNotFoundError:
            return
        folder = os.path.dirname(full)
        while folder != self._root:
            try:
                os.rmdir(folder)
            except OSError as error:
                if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                    return
                raise
            folder = os.path.dirname(folder)

    def copy_from(self, other: "Tree", paths: Iterable[str]) -> None:
        """Bring these files to what the other tree has, as hard links; or remove them with it."""
        for path in paths:
            mine, others = self._full(path), other._full(path)
            if not os.path.lexists(others):
                self.remove(path)
                continue
            _make_folder(os.path.dirname(mine))
            if os.path.lexists(mine):
                os.unlink(mine)
            os.link(others, mine)

    def clone_from(self, other: "Tree", folder: str = "", skip: tuple[str, ...] = ()) -> None:
        """Make this folder, from nothing, the same as the other tree's, except for `skip`."""
        source = os.path.join(other._root, folder)
        target = os.path.join(self._root, folder)
        _make_folder(target)
        folders = []
        with os.scandir(source) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    os.link(entry.path, os.path.join(target, entry.name))
        for name in folders:
            inner = os.path.join(folder, name)
            if inner not in skip:
                self.clone_from(other, inner, skip)

    def _full(self, path: str) -> str:
        segments = path.split("/")
        if any(segment in {"", ".", ".."} or "\0" in segment for segment in segments):
            raise ValueError(f"{path!r} is not a path inside the output")
        return f"{self._root}/{path}"


def _make_folder(path: str) -> None:
    """Make a folder and those above it; unlike `os.makedirs`, without a look at each beforehand."""
    try:
        os.mkdir(path)
    except FileExistsError:
        pass
    except FileNotFoundError:
        _make_folder(os.path.dirname(path))
        with suppress(FileExistsError):
            os.mkdir(path)


_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
