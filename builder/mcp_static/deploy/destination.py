"""A folder that is deployed to: its releases, and the trees that the next ones are made of.

DESTINATION              a link to one of the releases
DESTINATION.releases/    the releases, newest last: 000001-<commit>, 000002-<commit>, …
                         spare-…: whole trees of earlier releases that nobody sees any more
                         unfinished: the tree that a deploy is working on
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from mcp_static.api.paths import SNAPSHOT
from mcp_static.build.output_tree import Tree
from mcp_static.build.progress import Progress
from mcp_static.model.errors import InputError

_PARTIAL: Final = "unfinished"
_SPARE: Final = "spare-"
_RELEASE_NAME: Final = re.compile(r"([0-9]{6,})-[0-9a-f]+")
_SPARE_NAME: Final = re.compile(r"spare-([0-9]{6,})-[0-9a-f]+(?:\.[0-9]+)?")
_NAME_ANOTHER: Final = "Name another folder: it will become a link to the release."
_LOCK_SECONDS: Final = 600.0
"""How long a deploy waits for another one."""


class Destination:
    """A destination and its releases; raises InputError for what cannot become one."""

    def __init__(self, destination: Path) -> None:
        self.path: Final = destination.parent.resolve() / destination.name
        if not self.path.name:
            raise InputError(f"{self.path} cannot be deployed to.", _NAME_ANOTHER)
        if any((above / SNAPSHOT).is_file() for above in self.path.parents):
            raise InputError(f"{self.path} is inside an output, all of which is served.", _NAME_ANOTHER)
        self.store: Final = self.path.with_name(f"{self.path.name}.releases")
        self.partial: Final = self.store / _PARTIAL

    @contextmanager
    def locked(self, progress: Progress) -> Iterator[None]:
        """Lock the destination against every other deploy; raises InputError if it is not ours.

        What a deploy left unfinished, this one or one that was killed, is removed.
        """
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
            if not _has_acquired(lock):
                progress.stage(f"Waiting for another deploy to {self.path}")
                lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout:
            raise InputError(
                f"Another deploy to {self.path} has been under way for {_LOCK_SECONDS:g} s.",
                "Look whether it hangs; then deploy again.",
            ) from None
        except OSError as error:
            raise InputError(
                f"{self.store} could not be made: {error.strerror}.", "Check the path and its rights."
            ) from None
        with lock:
            shutil.rmtree(self.partial, ignore_errors=True)
            try:
                yield
            finally:  # above all on a full disk
                shutil.rmtree(self.partial, ignore_errors=True)

    def releases(self) -> list[Path]:
        """The releases that are there, oldest first."""
        return self._trees(_RELEASE_NAME)

    def next_name(self, commit: str) -> str:
        """The name of the release that comes after all that are there."""
        last = self.releases()[-1:]
        number = _number(last[0], _RELEASE_NAME) + 1 if last else 1
        return f"{number:06}-{commit[:12]}"

    def spares(self) -> list[Path]:
        """The trees that a release can be made of, that of the oldest release first."""
        return self._trees(_SPARE_NAME)

    def _trees(self, form: re.Pattern[str]) -> list[Path]:
        """The folders whose names have a form, by number; what else there is, others have put there."""
        named = (child for child in self.store.iterdir() if form.fullmatch(child.name))
        folders = (child for child in named if child.is_dir() and not child.is_symlink())
        return sorted(folders, key=lambda tree: (_number(tree, form), tree.name))

    def shown(self) -> Path | None:
        """The release that readers see."""
        if not self.path.is_symlink():
            return None
        target = self.path.readlink()
        found = self.store / target.name
        return found if target.parts[:-1] == (self.store.name,) and found.is_dir() else None

    def show(self, release: str) -> None:
        """Make a release of the unfinished tree, and make readers see it, in one step."""
        self.partial.rename(self.store / release)
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(self.store.name, release))
        fresh.replace(self.path)

    def tidy(self, keep: int) -> None:
        """Keep the last releases and that which is shown, and as many trees as the next deploys need.

        A deploy works on a tree that is no release any more. Until there are more releases than are
        kept, none falls out of use, so the first deploy makes copies of its own.
        """
        shown = self.shown()
        releases = self.releases()
        old = [release for release in releases[:-keep] if release != shown]
        wanted = keep + 1 - min(len(releases), keep)
        for release in old:
            release.rename(self.store / f"{_SPARE}{release.name}")
        for spare in self.spares()[:-wanted]:
            spare.rename(self.partial)  # so that no deploy takes what is half removed for a whole tree
            shutil.rmtree(self.partial)
        if shown is None:
            return
        for _ in range(wanted - len(self.spares())):
            Tree(self.partial).clone_from(Tree(shown))
            number = next(n for n in count() if not self._spare(shown, n).exists())
            self.partial.rename(self._spare(shown, number))

    def _spare(self, release: Path, number: int) -> Path:
        return self.store / f"{_SPARE}{release.name}.{number}"


def _number(tree: Path, form: re.Pattern[str]) -> int:
    match = form.fullmatch(tree.name)
    assert match is not None
    return int(match[1])


def _has_acquired(lock: FileLock) -> bool:
    """Whether a lock was free, and is held now."""
    with suppress(Timeout):
        lock.acquire(blocking=False)
    return lock.is_locked
