"""An incremental build: the spare tree brought up to date, then shown in place of the other."""

import shutil
from dataclasses import asdict
from typing import Final

from mcp_static.build.apply_commits import CommitApplier
from mcp_static.build.closing import closing_documents
from mcp_static.build.context import RenderContext
from mcp_static.build.extent import measure
from mcp_static.build.job import BuildJob
from mcp_static.build.kinds import AppliedChange, render, touched_plan
from mcp_static.build.output_tree import Tree, TreeLocation
from mcp_static.build.policy_documents import refuse_large_policies
from mcp_static.build.read_commits import read_commits
from mcp_static.build.result import refuse_leaving_out
from mcp_static.build.writer import ChangedDocuments
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.store.store import Store


def build_incrementally(job: BuildJob, store: Store, location: TreeLocation) -> None:
    """Build what followed the commit of a store, and show it.

    The store changes in one transaction, committed when the spare tree is complete and before it is
    shown. Killed earlier, both are as before; killed in between, the next build rebuilds everything.
    """
    with store.transaction():
        _IncrementalBuild(job, store, location).run()
        store.facts.set(**asdict(job.inputs), tree=location.spare.tree)
        job.result.read(store)
    location.unfinished.unlink()
    job.output.show(location.spare)


class _IncrementalBuild:
    """One incremental build."""

    def __init__(self, job: BuildJob, store: Store, location: TreeLocation) -> None:
        self._job: Final = job
        self._store: Final = store
        self._location: Final = location
        self._tree: Final = Tree(location.spare.root)

    def run(self) -> None:
        change = self._apply_commits()
        refuse_leaving_out(self._store, strict=self._job.strict)
        refuse_large_policies(self._store, self._job.settings)
        self._catch_up()
        self._write_documents(change)

    def _apply_commits(self) -> AppliedChange:
        job, store = self._job, self._store
        days_before = store.days.span()
        commits = list(
            first_parent_history(
                job.repository, job.commit, store.facts.inputs.commit, job.settings.merge.identity
            )
        )
        job.progress.stage("Reading new commits", len(commits))
        applier = CommitApplier(store, job.settings.namespace)
        with BlobReader(job.repository) as blobs:
            applier.take(read_commits(commits, blobs))
        applier.save()
        versions = tuple(applier.ledger.changed.values())
        return AppliedChange(store, versions, days_before, applier.has_new_acts)

    def _catch_up(self) -> None:
        """Make the spare tree what the shown one is; it lacks the last build's changes only."""
        shown = Tree(self._location.root)
        spare, unfinished = self._location.spare.root, self._location.unfinished
        lacks_pending_only = spare.is_dir() and not unfinished.exists()
        unfinished.touch()
        pending = self._store.documents.take_pending()
        if lacks_pending_only:
            self._tree.copy_from(shown, pending)
            return
        self._job.progress.stage("Preparing the spare tree")
        if spare.exists():
            shutil.rmtree(spare)
        self._tree.clone_from(shown)

    def _write_documents(self, change: AppliedChange) -> None:
        job, store = self._job, self._store
        context = RenderContext(store, job.settings.namespace, job.site)
        tasks = touched_plan(change)
        job.progress.stage("Rendering what changed", len(tasks))
        changed = ChangedDocuments(store, self._tree, job.target.variants, job.result)
        for task in tasks:
            changed.write(render(context, task))
            job.progress.advance()
        changed.write(
            closing_documents(
                context, job.settings, job.target, job.lineage, lambda: changed.parts, is_new=False
            )
        )
        if job.target.require is not None:
            job.target.require(measure(self._location.spare.root))
