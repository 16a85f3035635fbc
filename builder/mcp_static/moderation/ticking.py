"""Quarantines that have ended while nobody committed: a commit lets every build notice."""

import time

from mcp_static.git.blobs import BlobReader
from mcp_static.git.commits import latest_time
from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of
from mcp_static.git.writing import NewCommit, require_clean, write_commits
from mcp_static.model.layout import SERVERS_ROOT, TAKEDOWN_FILE, parse_takedown_path
from mcp_static.model.takedown import Takedown
from mcp_static.moderation.places import title_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.sidecars import parse_takedown


def ended_quarantines(repository: Repository, commit: str, now: int) -> list[str]:
    """What is in quarantine by a commit's registry time, and no longer at `now`."""
    files = [
        (path, blob.id)
        for path, blob in entries_of(repository, commit, f"{SERVERS_ROOT}/", recursive=True)
        if path.endswith(f"/{TAKEDOWN_FILE}") and blob.mode.startswith("100")
    ]
    if not files:
        return []
    before = latest_time(repository, commit)
    ended = []
    with BlobReader(repository) as blobs:
        contents = blobs.read((blob for _, blob in files), MAX_FILE_BYTES)
        for (path, _), content in zip(files, contents, strict=True):
            place = parse_takedown_path(path)
            takedown = parse_takedown(content, place) if place is not None else None
            if place is None or not isinstance(takedown, Takedown) or takedown.ends_at is None:
                continue
            if before < takedown.ends_at <= now:
                ended.append(title_of(place))
    return ended


def tick(repository: Repository, commit: str) -> list[str]:
    """Commit nothing but the time, if a quarantine has ended since; gives what was in it.

    Raises InputError as `write_commits` does.
    """
    now = int(time.time())
    ended = ended_quarantines(repository, commit, now)
    if ended:
        require_clean(repository)
        write_commits(repository, [NewCommit(now, tick_message(ended))])
    return ended


def tick_message(ended: list[str]) -> str:
    """The message of the commit that lets quarantines end."""
    return "Let quarantines end\n\n" + "".join(f"- {title}\n" for title in ended)
