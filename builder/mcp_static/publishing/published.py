"""Whether a proposal is published: main holds its bytes, and says that it took them from there."""

from collections.abc import Callable, Iterable

from mcp_static.check.accepted import ACCEPTED_FILES, read_accepted
from mcp_static.git.commits import last_change
from mcp_static.git.diffing import proposed_paths
from mcp_static.git.repository import Repository
from mcp_static.git.trees import blob_at, read_file
from mcp_static.model.change import MAX_PATHS
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import is_reserved


def published_in(repository: Repository, main: str, head: str, number: int) -> str | None:
    """The commit of main that published a head of a pull request; None if none did.

    Every file that the head proposes has to be in main with the same bytes, next to an
    `accepted.json` (for a status `status.accepted.json`) that names this head and pull request.
    """
    paths = [path for path in proposed_paths(repository, main, head) if path.after is not None]
    if not paths or len(paths) > MAX_PATHS or any(is_reserved(path.path) for path in paths):
        return None
    if any(blob_at(repository, main, path.path) != path.after for path in paths):
        return None
    notes = accepted_paths(path.path for path in paths)

    def read(path: str) -> bytes | None:
        return read_file(repository, main, path, MAX_FILE_BYTES)

    if not notes or not names_proposal(read, notes, head, number):
        return None
    return last_change(repository, main, notes[0])


def accepted_paths(paths: Iterable[str]) -> list[str]:
    """Where the merge notes what it took, for the files of a proposal; empty unless all are records."""
    found = set()
    for path in paths:
        folder, _, file = path.rpartition("/")
        if file in {"server.json", "proof.json"}:
            found.add(f"{folder}/{ACCEPTED_FILES[True]}")
        elif file == "status.json":
            found.add(f"{folder}/{ACCEPTED_FILES[False]}")
        else:
            return []
    return sorted(found)


def names_proposal(
    read: Callable[[str], bytes | None], notes: Iterable[str], head: str, number: int
) -> bool:
    """Whether all the notes of a merge are there, and name this head and pull request."""
    for path in notes:
        content = read(path)
        accepted = read_accepted(content) if content is not None else None
        if accepted is None or (accepted.head, accepted.pull_request) != (head, number):
            return False
    return True
