"""An incremental build: the spare tree brought up to date, then shown in place of the other."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import git

from mcp_static.api.paths import CHECKSUMS, UNLISTED, Document
from mcp_static.api.variants import Target, files_of
from mcp_static.build.affected import changed_plan
from mcp_static.build.apply_commits import CommitApplier
from mcp_static.build.entry_documents import Renderer
from mcp_static.build.extent import measure
from mcp_static.build.index_documents import (
    checksum_index,
    host_documents,
    registry_documents,
    site_facts,
    snapshot_document,
)
from mcp_static.build.output_tree import Output, Tree, TreeLocation
from mcp_static.build.progress import Progress
from mcp_static.build.read_commits import read_commits
from mcp_static.build.report import BuildReport, refuse_leaving_out
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.model.settings import Settings
from mcp_static.pages.site import Site
from mcp_static.store.store import Store


class Update:
    """Builds what followed the commit of a state; one use each.

    The state changes in one transaction, committed when the spare tree is complete and before it
    is shown. Killed earlier, both are as before; killed in between, the next build shows it.
    """

    def __init__(
        self,
        store: Store,
        location: TreeLocation,
        settings: Settings,
        site: Site,
        target: Target,
        report: BuildReport,
    ) -> None:
        self._store: Final = store
        self._location: Final = location
        self._tree: Final = Tree(location.spare.root)
        self._settings: Final = settings
        self._site: Final = site
        self._target: Final = target
        self._report: Final = report
        self._parts: Final[set[str]] = set()

    def run(
        self,
        repository: git.Repo,
        output: Output,
        inputs: dict[str, str],
        progress: Progress,
        *,
        strict: bool,
    ) -> None:
        """Build `built_from["commit"]` and show it."""
        store, connection = self._store, self._store.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            days_before = store.day_span()
            applier = self._apply(repository, inputs["commit"], progress)
            refuse_leaving_out(store, strict=strict)
            self._catch_up(progress)
            self._render(applier, days_before, inputs["commit"], progress)
            store.set_facts(**inputs, tree=self._location.spare.tree)
            self._report.read(store)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        self._location.unfinished.unlink()
        output.show(self._location.spare)

    def _apply(self, repository: git.Repo, commit: str, progress: Progress) -> CommitApplier:
        commits = list(first_parent_history(repository, commit, self._store.inputs.commit))
        progress.stage("Reading new commits", len(commits))
        applier = CommitApplier(self._store, self._settings.namespace)
        with BlobReader(repository) as blobs:
            applier.take(read_commits(commits, blobs))
        applier.save()
        return applier

    def _catch_up(self, progress: Progress) -> None:
        """Make the spare tree what the shown one is; it lacks the last build's changes only."""
        shown = Tree(self._location.root)
        is_behind = self._location.spare.root.is_dir() and not self._location.unfinished.exists()
        self._location.unfinished.touch()
        if is_behind:
            rows = self._store.connection.execute("SELECT path FROM pending")
            self._tree.copy_from(shown, (path for (path,) in rows))
        else:
            progress.stage("Preparing the spare tree")
            if self._location.spare.root.exists():
                shutil.rmtree(self._location.spare.root)
            self._tree.clone_from(shown)
        self._store.connection.execute("DELETE FROM pending")

    def _render(
        self, applier: CommitApplier, days_before: range, commit: str, progress: Progress
    ) -> None:
        store, settings = self._store, self._settings
        renderer = Renderer(store, settings.namespace, self._site)
        tasks = sorted(changed_plan(store, applier.ledger, days_before))
        progress.stage("Rendering what changed", len(tasks))
        for task in tasks:
            self._write(renderer.render(task))
            progress.advance()
        self._write([renderer.complete_list()])
        self._write(renderer.site_pages(*site_facts(store)))
        self._write(registry_documents(store, settings, commit))
        self._write(host_documents(store, settings, self._target))
        for part in sorted(self._parts - {CHECKSUMS, UNLISTED}):
            self._write([renderer.checksum_part(part)])
        index = checksum_index(store)
        assert index.body is not None
        digest = hashlib.sha256(index.body).digest()
        self._write([index, snapshot_document(store, settings, self._target.name, commit, digest)])
        if self._target.require is not None:
            self._target.require(measure(self._location.spare.root))

    def _write(self, documents: Iterable[Document]) -> None:
        """Write those that differ from what is there, and remember that."""
        for document in documents:
            old = self._store.digest(document.path)
            new = None if document.body is None else hashlib.sha256(document.body).digest()
            if new == old:
                self._report.unchanged += new is not None
                continue
            paths = []
            for path, content in files_of(document, self._target.variants):
                paths.append(path)
                if content is None:
                    self._tree.remove(path)
                else:
                    self._tree.write(path, content)
                    self._report.written += 1
            self._report.removed += new is None
            self._store.note_document(document.path, document.part, new, paths)
            self._parts.add(document.part)
