"""A project's folder: its files are read up to a limit, and never outside of what holds it."""

import os
import stat
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from mcp_static.model.errors import ManifestError

MAX_BYTES: Final = 1024 * 1024
"""A manifest or README larger than this was not written by hand."""
MAX_FILES: Final = 1_000
MAX_TOTAL: Final = 32 * 1024 * 1024
"""Files of a project that are read, and their bytes in all."""
MAX_NAMES: Final = 2_000
"""Names of one folder that are looked at."""


@dataclass(slots=True)
class _Used:
    """What has been read of a project so far."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, the repository's root that holds it (or itself), and the repository's tags.

    Both paths are resolved. No link that leaves `top` is followed.
    """

    path: Path
    top: Path
    tags: tuple[str, ...] = ()
    used: _Used = field(default_factory=_Used, compare=False, repr=False)

    @property
    def subfolder(self) -> str:
        """The folder's place in its repository, with slashes; empty for the root itself."""
        relative = self.path.relative_to(self.top).as_posix()
        return "" if relative == "." else relative

    def names(self, folder: str = "") -> list[str]:
        """What is in a folder, by its path from this one, sorted; empty if it is not there."""
        found = self._within(folder)
        if found is None or not found.is_dir():
            return []
        try:
            with os.scandir(found) as entries:
                return sorted(entry.name for entry in islice(entries, MAX_NAMES))
        except OSError:
            return []

    def member(self, folder: str) -> "Project | None":
        """A folder of this project as a project; None if it is not there."""
        found = self._within(folder)
        return replace(self, path=found) if found is not None and found.is_dir() else None

    def _within(self, path: str) -> Path | None:
        """A path with its links followed; None if that leads out of the repository, or nowhere."""
        try:
            found = _resolved(self.path / path)
        except (ManifestError, OSError):
            return None
        return found if found.is_relative_to(self.top) else None

    def text(self, name: str) -> str | None:
        """A file's text, by its path from the folder; None when it is not there.

        Raises ManifestError if it is too large, elsewhere, not a file, or not UTF-8, and for every file
        once too much has been read.
        """
        raw = self._read(self.path / name)
        if raw is None:
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ManifestError("is not UTF-8") from None

    def _read(self, path: Path) -> bytes | None:
        try:
            found = _resolved(path)
            if not found.is_relative_to(self.top):
                raise ManifestError("leads out of the project")
            if self.used.files >= MAX_FILES or self.used.bytes >= MAX_TOTAL:
                raise ManifestError(f"comes after {MAX_FILES:,} files or {MAX_TOTAL:,} bytes")
            raw = _read_file(found)
            self.used.files += 1
            self.used.bytes += len(raw)
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink():
                raise ManifestError("leads nowhere") from None
            return None
        except OSError as error:
            raise ManifestError(f"cannot be read: {error.strerror}") from None
        if len(raw) > MAX_BYTES:
            raise ManifestError(f"is larger than {MAX_BYTES} bytes")
        return raw


def _resolved(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (RuntimeError, ValueError):  # links in a circle, a zero byte in the path
        raise ManifestError("leads nowhere") from None


def _read_file(path: Path) -> bytes:
    """A file's bytes, at most one more than allowed."""
    # Without blocking: a pipe that nobody writes to must not hold the command up.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ManifestError("is not a file")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
