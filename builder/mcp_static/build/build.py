"""A build: from a commit to the output, incremental where that is safe, whole where it is not."""

import hashlib
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import git

from mcp_static.api.variants import PLAIN, Target
from mcp_static.build.full import FullBuild
from mcp_static.build.incremental import Update
from mcp_static.build.index_documents import SNAPSHOT_PATH
from mcp_static.build.output_tree import TREES, Output, TreeLocation
from mcp_static.build.progress import Progress, Silent
from mcp_static.build.report import BuildReport
from mcp_static.git.history import first_parent_history, rewritten
from mcp_static.git.repository import (
    has_commit,
    open_repository,
    read_settings,
    require_data,
    require_whole_history,
    resolve_commit,
)
from mcp_static.model.errors import InputError
from mcp_static.model.settings import Settings
from mcp_static.pages.customization import read_customization
from mcp_static.pages.site import Site, site_of
from mcp_static.pages.templates import fingerprint
from mcp_static.store.store import BuildInputs, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What a build is asked for; `workers` of 0 means one a processor, `target` is the host."""

    repository: Path
    out: Path
    commit: str = "HEAD"
    full: bool = False
    strict: bool = False
    accept_rewrite: bool = False
    workers: int = 0
    target: Target = PLAIN


_DAMAGE: Final = (
    sqlite3.DatabaseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    StopIteration,
    OverflowError,
)
"""What reading a damaged state can raise: its rows may hold anything, or be missing."""


class _FullBuildNeeded(Exception):  # noqa: N818 (no error: the build goes on, as a full one)
    """Why the state cannot be trusted, so that the build has to be a full one."""


def build(options: BuildOptions, progress: Progress | None = None) -> BuildReport:
    """Build the output of a commit; readers see it whole, at once, at the very end.

    Raises InputError for what the input has wrong (an unknown commit, a rewritten history, a full
    disk, an output folder that is not ours, or with `strict` a record that had to be left out); the
    output is then as it was.
    """
    started = time.monotonic()
    output = Output(options.out)
    with open_repository(options.repository) as repository:
        commit = resolve_commit(repository, options.commit)
        require_whole_history(repository)
        require_data(repository, commit)
        run = _Build(options, repository, commit, output, progress or Silent())
        try:
            with output.locked():
                report = run.run()
        except sqlite3.OperationalError as error:
            raise _unwritable(output, str(error)) from None
        except OSError as error:
            raise _unwritable(output, error.strerror or str(error)) from None
    report.seconds = time.monotonic() - started
    return report


def _unwritable(output: Output, reason: str) -> InputError:
    return InputError(
        f"{output.path} could not be written: {reason}.",
        "What was built last, if anything, is shown as before. Make room or change the rights, "
        "or give another folder with --out.",
    )


class _Build:
    """One build under way."""

    def __init__(
        self,
        options: BuildOptions,
        repository: git.Repo,
        commit: str,
        output: Output,
        progress: Progress,
    ) -> None:
        self._options = options
        self._repository = repository
        self._output = output
        self._progress = progress
        self._settings: Settings = read_settings(repository, commit)
        customization = read_customization(repository, commit, self._settings)
        self._site: Site = site_of(self._settings, customization)
        settings = self._settings.rendered() + customization.digest()
        self._wanted = BuildInputs(commit, fingerprint(), settings, options.target.name)
        self._report = BuildReport(commit)

    def run(self) -> BuildReport:
        try:
            self._incremental()
        except _FullBuildNeeded as doubt:
            self._report = BuildReport(self._wanted.commit, why_full=str(doubt))
            FullBuild(
                self._repository,
                self._output,
                self._settings,
                self._site,
                self._options.target,
                self._report,
            ).run(
                asdict(self._wanted),
                self._progress,
                strict=self._options.strict,
                workers=self._options.workers,
            )
        return self._report

    def _incremental(self) -> None:
        shown = self._output.shown()
        if shown is None:
            raise _FullBuildNeeded("there is no earlier build")
        try:
            store = Store.open(shown.database)
        except FileNotFoundError:
            raise _FullBuildNeeded("the state of the earlier build is gone") from None
        except sqlite3.DatabaseError as error:
            raise _FullBuildNeeded(f"the state of the earlier build cannot be read: {error}") from None
        with store:
            try:
                self._from_store(store, shown)
            except sqlite3.OperationalError as error:
                if _is_for_lack_of_room(error):
                    raise
                raise _FullBuildNeeded(f"the state of the earlier build is damaged: {error}") from None
            except _DAMAGE as error:
                raise _FullBuildNeeded(
                    f"the state of the earlier build is damaged: {error!r}"
                ) from None

    def _from_store(self, store: Store, shown: TreeLocation) -> None:
        built, wanted = store.inputs, self._wanted
        if not built.commit:
            raise _FullBuildNeeded("the state of the earlier build does not say what was built")
        self._refuse_rewriting(built.commit)
        if self._options.full:
            raise _FullBuildNeeded("--full was given")
        if (built.builder, built.host) != (wanted.builder, wanted.host):
            raise _FullBuildNeeded("the earlier build was made by another version or for another host")
        if built.settings != wanted.settings:
            raise _FullBuildNeeded("the registry's settings or templates changed")
        store.require_whole()
        location = TreeLocation(shown.build, store.fact("tree") or "")
        if not _is_sound(store, location):
            raise _FullBuildNeeded("the files of the earlier build are not those its state describes")
        self._output.show(location)  # all that a build killed right before this had left to do
        self._output.clean(keep=location.build)
        if built.commit == wanted.commit:
            self._report.is_current = True
            self._report.read(store)
            return
        update = Update(store, location, self._settings, self._site, self._options.target, self._report)
        update.run(
            self._repository,
            self._output,
            asdict(wanted),
            self._progress,
            strict=self._options.strict,
        )

    def _refuse_rewriting(self, before: str) -> None:
        """Raise InputError when the commit built last is no first parent of this one."""
        if before == self._wanted.commit:
            return
        try:
            if not has_commit(self._repository, before):
                raise rewritten(before)
            next(first_parent_history(self._repository, self._wanted.commit, before), None)
        except InputError:
            if self._options.accept_rewrite:
                raise _FullBuildNeeded("history was rewritten, which --accept-rewrite allows") from None
            raise


def _is_sound(store: Store, location: TreeLocation) -> bool:
    """Whether the tree is there and ends in the snapshot that the state remembers."""
    if location.tree not in TREES:
        return False
    try:
        snapshot = (location.root / SNAPSHOT_PATH).read_bytes()
    except OSError:
        return False
    return store.digest(SNAPSHOT_PATH) == hashlib.sha256(snapshot).digest()


def _is_for_lack_of_room(error: sqlite3.OperationalError) -> bool:
    """Whether the database could not be written, rather than not be understood."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
    }
