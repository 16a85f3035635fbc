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
from mcp_static.api.variants import Target, Variant, files_of
from mcp_static.build.affected import whole_plan
from mcp_static.build.apply_commits import CommitApplier
from mcp_static.build.entry_documents import Renderer, Task
from mcp_static.build.extent import measure
from mcp_static.build.fixed_documents import fixed_documents
from mcp_static.build.index_documents import (
    checksum_index,
    host_documents,
    registry_documents,
    site_facts,
    snapshot_document,
)
from mcp_static.build.output_tree import Output, Tree, TreeLocation
from mcp_static.build.progress import Progress
from mcp_static.build.read_commits import CommitRecords, read_commits
from mcp_static.build.report import BuildReport, refuse_leaving_out
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import CommitChange, first_parent_history
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import InputError
from mcp_static.model.settings import Settings
from mcp_static.pages.site import Site
from mcp_static.store.schema import FORMAT
from mcp_static.store.store import Store

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

    def run(self, inputs: dict[str, str], progress: Progress, *, strict: bool, workers: int) -> None:
        """Build `built_from["commit"]` and show it; what was there before is removed after that."""
        location = self._output.new_location()
        try:
            self._build(location, inputs, progress, strict=strict, workers=workers)
        except BaseException as error:
            shutil.rmtree(location.build, ignore_errors=True)
            if isinstance(error, BrokenProcessPool):
                raise InputError(
                    "A worker process was killed, perhaps for lack of memory.",
                    "Try it again with --workers 1, which needs less.",
                ) from None
            raise
        self._output.show(location)
        self._output.clean(keep=location.build)

    def _build(
        self,
        location: TreeLocation,
        inputs: dict[str, str],
        progress: Progress,
        *,
        strict: bool,
        workers: int,
    ) -> None:
        with ExitStack() as stack:
            store = stack.enter_context(Store.create(location.database))
            pool = _Pool(stack, self._repository, workers)
            self._apply(store, pool, inputs["commit"], progress, strict=strict)
            self._render(store, location, pool, inputs["commit"], progress)
            progress.stage("Preparing the next build")
            _clone(pool, location)
            store.set_facts(**inputs, format=FORMAT, tree=location.tree)
            self._report.read(store)
            store.finish()

    def _apply(
        self, store: Store, pool: "_Pool", commit: str, progress: Progress, *, strict: bool
    ) -> None:
        count = int(self._repository.git.rev_list("--first-parent", "--count", commit))
        pool.start(is_worth=count >= _WORTH_WORKERS)
        progress.stage("Reading history", count)
        applier = CommitApplier(store, self._settings.namespace)
        commits = first_parent_history(self._repository, commit)
        for batch in pool.map(_read_commits, _batches(commits, _COMMITS_A_BATCH)):
            applier.take(batch)
            progress.advance(len(batch))
        applier.save()
        refuse_leaving_out(store, strict=strict)
        store.add_indexes()

    def _render(
        self, store: Store, location: TreeLocation, pool: "_Pool", commit: str, progress: Progress
    ) -> None:
        tasks = list(whole_plan(store))
        progress.stage("Writing documents", len(tasks))
        rows: list[_Row] = []
        work = _RenderWork(location, self._settings.namespace, self._site, self._target.variants)
        for written in pool.map(work, _batches(tasks, _TASKS_A_BATCH)):
            rows += written
            progress.advance(_TASKS_A_BATCH)
        rows.sort()
        store.note_documents(rows)
        tree = Tree(location.root)
        renderer = Renderer(store, self._settings.namespace, self._site)
        self._write(store, tree, [renderer.complete_list()])
        self._write(store, tree, renderer.site_pages(*site_facts(store)))
        self._write(store, tree, fixed_documents(self._settings, self._site))
        self._write(store, tree, registry_documents(store, self._settings, commit))
        self._write(store, tree, host_documents(store, self._settings, self._target))
        for part in store.parts():
            if part not in {CHECKSUMS, UNLISTED}:
                self._write(store, tree, [renderer.checksum_part(part)])
        index = checksum_index(store)
        assert index.body is not None
        digest = hashlib.sha256(index.body).digest()
        snapshot = snapshot_document(store, self._settings, self._target.name, commit, digest)
        self._write(store, tree, [index, snapshot])
        if self._target.require is not None:
            self._target.require(measure(location.root))
        self._report.written += len(rows)

    def _write(self, store: Store, tree: Tree, documents: Iterable[Document]) -> None:
        rows = list(_write_documents(tree, documents, self._target.variants))
        store.note_documents(rows)
        self._report.written += len(rows)


def _write_documents(
    tree: Tree, documents: Iterable[Document], variants: tuple[Variant, ...]
) -> Iterator[_Row]:
    for document in documents:
        if document.body is not None:
            for path, content in files_of(document, variants):
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


def _read_commits(commits: Sequence[CommitChange]) -> list[CommitRecords]:
    return list(read_commits(commits, _open_reader()))


class _RenderWork:
    """Renders and writes tasks from a finished state; gives the rows to note."""

    def __init__(
        self, location: TreeLocation, namespace: str, site: Site, variants: tuple[Variant, ...]
    ) -> None:
        self._location = location
        self._namespace = namespace
        self._site = site
        self._variants = variants

    def __call__(self, tasks: Sequence[Task]) -> list[_Row]:
        tree = Tree(self._location.root)
        with Store.open_to_read(self._location.database) as store:
            renderer = Renderer(store, self._namespace, self._site)
            rows: list[_Row] = []
            for task in tasks:
                rows += _write_documents(tree, renderer.render(task), self._variants)
        return rows


class _CloneWork:
    """Makes folders of the spare tree hard links of the written one."""

    def __init__(self, location: TreeLocation) -> None:
        self._location = location

    def __call__(self, folders: Sequence[str]) -> None:
        tree, written = Tree(self._location.spare.root), Tree(self._location.root)
        for folder in folders:
            tree.clone_from(written, folder)


_LARGE: Final = ("v0.1/servers", "servers")
"""Folders with a folder for each namespace."""


def _clone(pool: _Pool, location: TreeLocation) -> None:
    """Make the spare tree equal to the written one."""
    written, spare = Tree(location.root), Tree(location.spare.root)
    spare.clone_from(written, skip=_LARGE)
    folders = []
    for large in _LARGE:
        path = location.root / large
        children = sorted(path.iterdir()) if path.is_dir() else []
        folders += [f"{large}/{child.name}" for child in children if child.is_dir()]
        files = [f"{large}/{child.name}" for child in children if not child.is_dir()]
        spare.copy_from(written, files)
    for _ in pool.map(_CloneWork(location), _batches(folders, 200)):
        pass
