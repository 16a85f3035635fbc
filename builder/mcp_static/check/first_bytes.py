"""Whether a `server.json` may be where a change puts it: a path never holds other bytes again.

Main itself only shows what is there now. What once was there is in the state of an earlier
build, and in the commits since; without a state nobody can tell short of reading all of history.
"""

from contextlib import suppress
from typing import Final

from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.git.blobs import BlobReader
from mcp_static.git.commits import is_ancestor
from mcp_static.git.history import CommitChange, first_parent_history
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError
from mcp_static.model.layout import parse_location
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.run import read_record, structural_findings

_ID: Final = "change-immutable"
_FIX: Final = "Publish it as a new version; clients may have seen the earlier one."
_NOTE: Final = (
    "No earlier build was at hand, so nobody looked whether main once had other bytes where this adds "
    "a server.json. A build would ignore them."
)


class FirstBytes:
    """What main ever had at the paths of records, as far as an earlier build knows."""

    def __init__(self, repository: Repository, base: str, earlier: EarlierBuild) -> None:
        self._repository: Final = repository
        self._base: Final = base
        self._earlier: Final = earlier
        self._since: list[CommitChange] | None = None
        self._was_blind = False

    def findings(self, path: str, blob: str) -> list[Finding]:
        """An error if another blob is what a path holds for good, else nothing."""
        first = self._first_blob(path)
        if first in {None, blob}:
            return []
        message = "was once here with other bytes, and removing it does not free the path"
        return [Finding(_ID, Level.ERROR, message, _FIX, path, is_counted=True)]

    @property
    def notes(self) -> list[str]:
        """What could not be looked at, for the reader of a report."""
        return [_NOTE] if self._was_blind else []

    def _first_blob(self, path: str) -> str | None:
        built = self._earlier.commit
        known = self._earlier.ask(lambda store: store.entries.first_blob(path) or "")
        if built is None or known is None:
            self._was_blind = True
            return None
        return known or self._first_since(built, path)

    def _first_since(self, built: str, path: str) -> str | None:
        """The first valid blob at a path among the commits that followed the build."""
        if self._since is None:
            self._since = self._commits_since(built)
        location = parse_location(path)
        blobs = [
            change.blob
            for commit in self._since
            for change in commit.changes
            if change.path == path and change.kind == "file" and change.blob is not None
        ]
        if not blobs:
            return None
        with BlobReader(self._repository) as reader:
            for blob, content in zip(blobs, reader.read(blobs, MAX_FILE_BYTES), strict=True):
                if not structural_findings(read_record(content, location)):
                    return blob
        return None

    def _commits_since(self, built: str) -> list[CommitChange]:
        """The commits of main after a build: none if that is newer, or of another history."""
        if built == self._base:
            return []
        if self._earlier.is_of_this_repository:
            if is_ancestor(self._repository, self._base, built):
                return []
            with suppress(InputError):  # rewritten since, or too shallow to lead back to the build
                return list(first_parent_history(self._repository, self._base, built))
        self._was_blind = True
        return []
