"""An incremental build: the spare tree brought up to date, then shown in place of the other."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import git

from mcp_static.api.paths import CHECKSUMS, UNLISTED, Document
from mcp_static.api.variants import Target, files_of, measure
from mcp_static.build.affected import changed_plan
from mcp_static.build.apply_commits import Replay
from mcp_static.build.entry_documents import Renderer
from mcp_static.build.index_documents import (
    checksum_index,
    host_documents,
    registry_documents,
    site_facts,
    snapshot_document,
)
from mcp_static.build.output_tree import Output, Place, Tree
from mcp_static.build.progress import Progress
from mcp_static.build.read_commits import take_in
from mcp_static.build.report import BuildReport, refuse_leaving_out
from mcp_static.git.blobs import BlobReader
from mcp_static.git.history import first_parent_history
from mcp_static.model.settings import Settings
from mcp_static.pages.site import Site
from mcp_static.store.store import State


class Update:
    """Builds what followed the commit of a state; one use each.

    The state changes in one transaction, committed when the spare tree is complete and before it
    is shown. Killed earlier, both are as before; killed in between, the next build shows it.
    """

    def __init__(
        self,
        state: State,
        place: Place,
        settings: Settings,
        site: Site,
        target: Target,
        report: BuildReport,
    ) -> None:
        self._state: Final = state
        self._place: Final = place
        self._tree: Final = Tree(place.spare.root)
        self._settings: Final = settings
        self._site: Final = site
        self._target: Final = target
        self._report: Final = report
        self._parts: Final[set[str]] = set()

    def run(
        self,
        repository: git.Repo,
        output: Output,
        built_from: dict[str, str],
        progress: Progress,
        *,
        strict: bool,
    ) -> None:
        """Build `built_from["commit"]` and show it."""
        state, connection = self._state, self._state.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            days_before = state.day_span()
            replay = self._replay(repository, built_from["commit"], progress)
            refuse_leaving_out(state, strict=strict)
            self._catch_up(progress)
            self._render(replay, days_before, built_from["commit"], progress)
            state.set_facts(**built_from, tree=self._place.spare.tree)
            self._report.read(state)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        self._place.unfinished.unlink()
        output.show(self._place.spare)

    def _replay(self, repository: git.Repo, commit: str, progress: Progress) -> Replay:
        commits = list(first_parent_history(repository, commit, self._state.built_from.commit))
        progress.stage("Reading new commits", len(commits))
        replay = Replay(self._state, self._settings.namespace)
        with BlobReader(repository) as blobs:
            replay.take(take_in(commits, blobs))
        replay.settle()
        return replay

    def _catch_up(self, progress: Progress) -> None:
        """Make the spare tree what the shown one is; it lacks the last build's changes only."""
        shown = Tree(self._place.root)
        is_behind = self._place.spare.root.is_dir() and not self._place.unfinished.exists()
        self._place.unfinished.touch()
        if is_behind:
            rows = self._state.connection.execute("SELECT path FROM pending")
            self._tree.copy_from(shown, (path for (path,) in rows))
        else:
            progress.stage("Preparing the spare tree")
            if self._place.spare.root.exists():
                shutil.rmtree(self._place.spare.root)
            self._tree.clone_from(shown)
        self._state.connection.execute("DELETE FROM pending")

    def _render(self, replay: Replay, days_before: range, commit: str, progress: Progress) -> None:
        state, settings = self._state, self._settings
        renderer = Renderer(state, settings.namespace, self._site)
        tasks = sorted(changed_plan(state, replay.ledger, days_before))
        progress.stage("Rendering what changed", len(tasks))
        for task in tasks:
            self._write(renderer.render(task))
            progress.advance()
        self._write([renderer.complete_list()])
        self._write(renderer.site_pages(*site_facts(state)))
        self._write(registry_documents(state, settings, commit))
        self._write(host_documents(state, settings, self._target))
        for part in sorted(self._parts - {CHECKSUMS, UNLISTED}):
            self._write([renderer.checksum_part(part)])
        index = checksum_index(state)
        assert index.body is not None
        digest = hashlib.sha256(index.body).digest()
        self._write([index, snapshot_document(state, settings, self._target.name, commit, digest)])
        if self._target.require is not None:
            self._target.require(measure(self._place.spare.root))

    def _write(self, documents: Iterable[Document]) -> None:
        """Write those that differ from what is there, and remember that."""
        for document in documents:
            old = self._state.digest(document.path)
            new = None if document.body is None else hashlib.sha256(document.body).digest()
            if new == old:
                self._report.unchanged += new is not None
                continue
            paths = []
            for path, content in files_of(document, self._target.twins):
                paths.append(path)
                if content is None:
                    self._tree.remove(path)
                else:
                    self._tree.write(path, content)
                    self._report.written += 1
            self._report.removed += new is None
            self._state.note_document(document.path, document.part, new, paths)
            self._parts.add(document.part)
