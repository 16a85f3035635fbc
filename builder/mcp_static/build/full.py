"""A full build: everything from Git, by worker processes, into a folder of its own."""

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import asdict
from typing import Final

from mcp_static.api.documents import Document
from mcp_static.api.paths import SERVERS_FOLDER
from mcp_static.api.variants import Variant
from mcp_static.build.apply_commits import CommitApplier
from mcp_static.build.closing import closing_documents
from mcp_static.build.context import RenderContext
from mcp_static.build.extent import measure
from mcp_static.build.job import BuildJob
from mcp_static.build.kinds import Task, render, whole_plan
from mcp_static.build.output_tree import Tree, TreeLocation
from mcp_static.build.policy_documents import refuse_large_policies
from mcp_static.build.read_commits import CommitRecords, read_commits
from mcp_static.build.result import refuse_leaving_out
from mcp_static.build.workers import Workers, batches, repository_reader
from mcp_static.build.writer import write_new
from mcp_static.git.commits import count_first_parents
from mcp_static.git.history import CommitChange, first_parent_history
from mcp_static.git.promised import bring_history
from mcp_static.model.errors import InputError
from mcp_static.model.layout import DATA_ROOT
from mcp_static.pages.site import Site
from mcp_static.store.documents import WrittenDocument
from mcp_static.store.store import Store

_COMMITS_A_BATCH: Final = 400
_TASKS_A_BATCH: Final = 8
_WORTH_WORKERS: Final = 1500
"""Commits below which starting worker processes costs more than it saves."""


def build_fully(job: BuildJob) -> None:
    """Build from nothing and show it; until then nobody sees any of it.

    What was there before is removed after that.
    """
    bring_history(job.repository, job.commit, DATA_ROOT)
    location = job.output.new_location()
    try:
        with ExitStack() as stack:
            store = stack.enter_context(Store.create(location.database))
            workers = Workers(stack, str(job.repository.git_dir), job.workers)
            _FullBuild(job, store, location, workers).run()
    except BaseException as error:
        shutil.rmtree(location.build, ignore_errors=True)
        if isinstance(error, BrokenProcessPool):
            raise InputError(
                "A worker process was killed, perhaps for lack of memory.",
                "Try again with --workers 1, which needs less.",
            ) from None
        raise
    job.output.show(location)
    job.output.clean(keep=location.build)


class _FullBuild:
    """One full build into a location."""

    def __init__(self, job: BuildJob, store: Store, location: TreeLocation, workers: Workers) -> None:
        self._job: Final = job
        self._store: Final = store
        self._location: Final = location
        self._workers: Final = workers

    def run(self) -> None:
        self._apply_history()
        self._write_documents()
        self._job.progress.stage("Preparing the next build")
        _clone(self._workers, self._location)
        self._store.facts.set(**asdict(self._job.inputs), tree=self._location.tree)
        self._job.result.read(self._store)
        self._store.finish()

    def _apply_history(self) -> None:
        job = self._job
        count = count_first_parents(job.repository, job.commit)
        self._workers.start(is_worth=count >= _WORTH_WORKERS)
        job.progress.stage("Reading history", count)
        applier = CommitApplier(self._store, job.settings.namespace)
        commits = first_parent_history(job.repository, job.commit, merger=job.settings.merge.identity)
        for records in self._workers.map(_read, batches(commits, _COMMITS_A_BATCH)):
            applier.take(records)
            job.progress.advance(len(records))
        applier.save()
        refuse_leaving_out(self._store, strict=job.strict)
        refuse_large_policies(self._store, job.settings)
        self._store.add_indexes()

    def _write_documents(self) -> None:
        job, store = self._job, self._store
        tasks = whole_plan(store)
        job.progress.stage("Writing documents", len(tasks))
        rows: list[WrittenDocument] = []
        work = _RenderWork(self._location, job.settings.namespace, job.site, job.target.variants)
        sizes = map(len, batches(tasks, _TASKS_A_BATCH))
        for size, written in zip(
            sizes, self._workers.map(work, batches(tasks, _TASKS_A_BATCH)), strict=True
        ):
            rows += written
            job.progress.advance(size)
        self._note(sorted(rows))
        context = RenderContext(store, job.settings.namespace, job.site)
        closing = closing_documents(
            context, job.settings, job.target, job.lineage, store.documents.parts, is_new=True
        )
        tree = Tree(self._location.root)
        for document in closing:
            self._write(tree, [document])
        if job.target.require is not None:
            job.target.require(measure(self._location.root))

    def _write(self, tree: Tree, documents: Iterable[Document]) -> None:
        self._note(list(write_new(tree, documents, self._job.target.variants)))

    def _note(self, rows: list[WrittenDocument]) -> None:
        self._store.documents.add(rows)
        self._job.result.written += len(rows)


def _read(commits: Sequence[CommitChange]) -> list[CommitRecords]:
    return list(read_commits(commits, repository_reader()))


class _RenderWork:
    """Renders and writes tasks from a finished store; gives the rows to note."""

    def __init__(
        self, location: TreeLocation, namespace: str, site: Site, variants: tuple[Variant, ...]
    ) -> None:
        self._location = location
        self._namespace = namespace
        self._site = site
        self._variants = variants

    def __call__(self, tasks: Sequence[Task]) -> list[WrittenDocument]:
        tree = Tree(self._location.root)
        with Store.open_immutable(self._location.database) as store:
            context = RenderContext(store, self._namespace, self._site)
            rows: list[WrittenDocument] = []
            for task in tasks:
                rows += write_new(tree, render(context, task), self._variants)
        return rows


class _CloneWork:
    """Makes folders of the spare tree hard links of the written one."""

    def __init__(self, location: TreeLocation) -> None:
        self._location = location

    def __call__(self, folders: Sequence[str]) -> None:
        tree, written = Tree(self._location.spare.root), Tree(self._location.root)
        for folder in folders:
            tree.clone_from(written, folder)


_LARGE: Final = (SERVERS_FOLDER, "servers")
"""Folders with a folder for each namespace."""


def _clone(workers: Workers, location: TreeLocation) -> None:
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
    for _ in workers.map(_CloneWork(location), batches(folders, 200)):
        pass
