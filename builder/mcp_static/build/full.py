"""A full build: everything from Git, by worker processes, into a folder of its own."""

import hashlib
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from sys import intern
from typing import Final, TypeVar

import git

from mcp_static.api.paths import CHECKSUMS, UNLISTED, Document
from mcp_static.api.variants import Target, Twin, files_of, measure
from mcp_static.build.affected import whole_plan
from mcp_static.build.apply_commits import Replay
from mcp_static.build.entry_documents import Renderer, Task
from mcp_static.build.fixed_documents import settled_documents
from mcp_static.build.index_documents import (
    checksum_index,
    host_documents,
    registry_documents,
    site_facts,
    snapshot_document,
)
from mcp_static.build.output_tree import Output, Place, Tree
from mcp_static.build.progress import Progress
from mcp_static.build.read_commits import CommitIntake, take_in
from mcp_static.build.report import BuildReport, refuse_leaving_out
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import CommitChange, first_parent_history
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import InputError
from mcp_static.model.settings import Settings
from mcp_static.pages.site import Site
from mcp_static.store.schema import FORMAT
from mcp_static.store.store import State

_COMMITS_A_BATCH: Final = 400
_TASKS_A_BATCH: Final = 8
_WORTH_WORKERS: Final = 1500
"""Commits below which starting worker processes costs more than it saves."""

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")
_Row = tuple[str, str, bytes]


class FullBuild:
    """Builds a commit from nothing; one use each. Until `show`, nobody sees any of it."""

    def __init__(
        self,
        repository: git.Repo,
        output: Output,
        settings: Settings,
        site: Site,
        target: Target,
        report: BuildReport,
    ) -> None:
        self._repository: Final = repository
        self._output: Final = output
        self._settings: Final = settings
        self._site: Final = site
        self._target: Final = target
        self._report: Final = report

    def run(
        self, built_from: dict[str, str], progress: Progress, *, strict: bool, workers: int
    ) -> None:
        """Build `built_from["commit"]` and show it; what was there before is removed after that."""
        place = self._output.new_place()
        try:
            self._build(place, built_from, progress, strict=strict, workers=workers)
        except BaseException as error:
            shutil.rmtree(place.build, ignore_errors=True)
            if isinstance(error, BrokenProcessPool):
                raise InputError(
                    "A worker process was killed, perhaps for lack of memory.",
                    "Try it again with --workers 1, which needs less.",
                ) from None
            raise
        self._output.show(place)
        self._output.clean(keep=place.build)

    def _build(
        self,
        place: Place,
        built_from: dict[str, str],
        progress: Progress,
        *,
        strict: bool,
        workers: int,
    ) -> None:
        with ExitStack() as stack:
            state = stack.enter_context(State.create(place.database))
            pool = _Pool(stack, self._repository, workers)
            self._replay(state, pool, built_from["commit"], progress, strict=strict)
            self._render(state, place, pool, built_from["commit"], progress)
            progress.stage("Preparing the next build")
            _clone(pool, place)
            state.set_facts(**built_from, format=FORMAT, tree=place.tree)
            self._report.read(state)
            state.finish()

    def _replay(
        self, state: State, pool: "_Pool", commit: str, progress: Progress, *, strict: bool
    ) -> None:
        count = int(self._repository.git.rev_list("--first-parent", "--count", commit))
        pool.start(is_worth=count >= _WORTH_WORKERS)
        progress.stage("Reading history", count)
        replay = Replay(state, self._settings.namespace)
        commits = first_parent_history(self._repository, commit)
        for intakes in pool.map(_read_commits, _batches(commits, _COMMITS_A_BATCH)):
            replay.take(intakes)
            progress.advance(len(intakes))
        replay.settle()
        refuse_leaving_out(state, strict=strict)
        state.add_indexes()

    def _render(
        self, state: State, place: Place, pool: "_Pool", commit: str, progress: Progress
    ) -> None:
        tasks = list(whole_plan(state))
        progress.stage("Writing documents", len(tasks))
        rows: list[_Row] = []
        work = _RenderWork(place, self._settings.namespace, self._site, self._target.twins)
        for written in pool.map(work, _batches(tasks, _TASKS_A_BATCH)):
            rows += written
            progress.advance(_TASKS_A_BATCH)
        rows.sort()
        state.note_documents(rows)
        tree = Tree(place.root)
        renderer = Renderer(state, self._settings.namespace, self._site)
        self._write(state, tree, [renderer.complete_list()])
        self._write(state, tree, renderer.site_pages(*site_facts(state)))
        self._write(state, tree, settled_documents(self._settings, self._site))
        self._write(state, tree, registry_documents(state, self._settings, commit))
        self._write(state, tree, host_documents(state, self._settings, self._target))
        for part in state.parts():
            if part not in {CHECKSUMS, UNLISTED}:
                self._write(state, tree, [renderer.checksum_part(part)])
        index = checksum_index(state)
        assert index.body is not None
        digest = hashlib.sha256(index.body).digest()
        snapshot = snapshot_document(state, self._settings, self._target.name, commit, digest)
        self._write(state, tree, [index, snapshot])
        if self._target.require is not None:
            self._target.require(measure(place.root))
        self._report.written += len(rows)

    def _write(self, state: State, tree: Tree, documents: Iterable[Document]) -> None:
        rows = list(_write_documents(tree, documents, self._target.twins))
        state.note_documents(rows)
        self._report.written += len(rows)


def _write_documents(
    tree: Tree, documents: Iterable[Document], twins: tuple[Twin, ...]
) -> Iterator[_Row]:
    for document in documents:
        if document.body is not None:
            for path, content in files_of(document, twins):
                if content is not None:
                    tree.write(path, content)
            # One object for each part: a hundred thousand rows name a few hundred.
            yield document.path, intern(document.part), hashlib.sha256(document.body).digest()


def _batches(items: Iterable[_Given], size: int) -> Iterator[list[_Given]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class _Pool:
    """Worker processes, or none: then the work is done here."""

    def __init__(self, stack: ExitStack, repository: git.Repo, workers: int) -> None:
        self._stack = stack
        self._repository = repository
        self._workers = workers or os.cpu_count() or 1
        self._executor: Executor | None = None

    def start(self, *, is_worth: bool) -> None:
        """Start the processes if there is enough to do for more than one."""
        _open_reader.cache_clear()
        _worker_repository(str(self._repository.git_dir))
        if is_worth and self._workers > 1:
            self._executor = self._stack.enter_context(
                ProcessPoolExecutor(
                    self._workers,
                    mp_context=get_context("spawn"),
                    initializer=_begin_worker,
                    initargs=(str(self._repository.git_dir),),
                )
            )

    def map(self, work: Callable[[_Given], _Result], items: Iterable[_Given]) -> Iterator[_Result]:
        """Do the work on every item, results in order, a few items ahead of the results."""
        if self._executor is None:
            yield from map(work, items)
            return
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(self._executor.submit(work, item))
            if len(waiting) > 3 * self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_repository_path: list[str] = []


def _worker_repository(path: str) -> None:
    _repository_path[:] = [path]


def _begin_worker(path: str) -> None:
    """Set a worker process up: it leaves Ctrl-C to its parent, and ends when that is gone."""
    _worker_repository(path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@lru_cache(maxsize=1)
def _open_reader() -> BlobReader:
    """This process's reader of blobs, kept open for all its batches."""
    return BlobReader(open_repository(Path(_repository_path[0])))


def _read_commits(commits: Sequence[CommitChange]) -> list[CommitIntake]:
    return list(take_in(commits, _open_reader()))


class _RenderWork:
    """Renders and writes tasks from a finished state; gives the rows to note."""

    def __init__(self, place: Place, namespace: str, site: Site, twins: tuple[Twin, ...]) -> None:
        self._place = place
        self._namespace = namespace
        self._site = site
        self._twins = twins

    def __call__(self, tasks: Sequence[Task]) -> list[_Row]:
        tree = Tree(self._place.root)
        with State.open_to_read(self._place.database) as state:
            renderer = Renderer(state, self._namespace, self._site)
            rows: list[_Row] = []
            for task in tasks:
                rows += _write_documents(tree, renderer.render(task), self._twins)
        return rows


class _CloneWork:
    """Makes folders of the spare tree hard links of the written one."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __call__(self, folders: Sequence[str]) -> None:
        tree, written = Tree(self._place.spare.root), Tree(self._place.root)
        for folder in folders:
            tree.clone_from(written, folder)


_LARGE: Final = ("v0.1/servers", "servers")
"""Folders with a folder for each namespace."""


def _clone(pool: _Pool, place: Place) -> None:
    """Make the spare tree equal to the written one."""
    written, spare = Tree(place.root), Tree(place.spare.root)
    spare.clone_from(written, skip=_LARGE)
    folders = []
    for large in _LARGE:
        path = place.root / large
        children = sorted(path.iterdir()) if path.is_dir() else []
        folders += [f"{large}/{child.name}" for child in children if child.is_dir()]
        files = [f"{large}/{child.name}" for child in children if not child.is_dir()]
        spare.copy_from(written, files)
    for _ in pool.map(_CloneWork(place), _batches(folders, 200)):
        pass
