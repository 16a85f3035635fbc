"""What jobs that were killed have left on the forge, and what waits for nobody any more.

A merge that ends between its commit's status and the move of main leaves a branch with a commit that a
protected main would let in. A review that sync proposed stays open when its versions came in another
way, or when no list asks for a review of them any more.
"""

import time
from typing import Final
from urllib.parse import urlsplit

from mcp_static.forges.registry_forge import Pull, RegistryForge
from mcp_static.git.commits import is_ancestor
from mcp_static.git.diffing import proposed_paths
from mcp_static.git.remotes import fetch_commits, origin_of
from mcp_static.git.repository import Repository, has_commit, read_settings
from mcp_static.git.trees import blob_at
from mcp_static.model.layout import parse_location
from mcp_static.publishing.proposing import REVIEWS
from mcp_static.settings import Settings

PASSAGES: Final = "mcp-static/"
"""What the branches begin with on which commits pass a protected main."""

_REST: Final = 2 * 60 * 60
"""Seconds after which no job still works on a branch: each of them has a shorter limit."""


def sweep(registry: RegistryForge, clone: Repository, now: float | None = None) -> list[str]:
    """Remove what was left behind and close what is stale; gives a line for each.

    `clone` has main. Raises what RegistryForge raises, and ServiceError.
    """
    before = int(time.time() if now is None else now) - _REST
    passages = registry.left_behind(PASSAGES, before)
    reviews = registry.left_behind(REVIEWS, before)
    main = registry.head_of(registry.default_branch)
    if main is None or not (passages or reviews):
        return []
    if not has_commit(clone, main):
        fetch_commits(clone, remote_of(registry, clone), [main], registry.git_access)
    done = [_clear(registry, clone, main, one) for one in passages]
    settings = read_settings(clone, main)
    for branch in reviews:
        pull = registry.own_pull_from(branch)
        if pull is None:
            registry.remove_branch(branch)
            done.append(f"{branch} is removed: nothing is proposed from it")
        elif not _is_due(registry, clone, main, settings, pull):
            close_review(registry, pull, "Nothing in it waits for a review any more.")
            done.append(f"{pull.reference} is closed: nothing in it waits for a review")
    return done


def remote_of(registry: RegistryForge, clone: Repository) -> str:
    """Where a clone reaches the registry: its origin, unless that names the account of a job."""
    origin = origin_of(clone)
    return registry.clone_url if not origin or urlsplit(origin).username else origin


def close_review(registry: RegistryForge, pull: Pull, reason: str) -> None:
    """Close the proposal of a review, with the reason, and remove its branch."""
    registry.comments.post(pull.number, "sync", reason)
    registry.close_pull(pull.number)
    registry.remove_branch(pull.head_branch)


def _clear(registry: RegistryForge, clone: Repository, main: str, branch: str) -> str:
    """Remove a passage; a commit on it that is not in main is let in by nothing from then on."""
    left = registry.head_of(branch)
    if left is not None and is_ancestor(clone, left, main):
        registry.remove_branch(branch)
    else:
        registry.withdraw(branch)
    return f"{branch} is removed: a job that was killed had left it"


def _is_due(
    registry: RegistryForge, clone: Repository, main: str, settings: Settings, pull: Pull
) -> bool:
    """Whether main lacks a version that a review proposes, and a list asks for that review."""
    if not has_commit(clone, pull.head):
        head = registry.pull_head(pull.number)
        fetch_commits(clone, remote_of(registry, clone), [head], registry.git_access)
    places = {
        path.path: parse_location(path.path)
        for path in proposed_paths(clone, main, pull.head)
        if path.after is not None
    }
    return any(
        source.approve == "review" and source.covers(str(place.name), place.version)
        for path, place in places.items()
        if place is not None and place.file == "server.json" and blob_at(clone, main, path) is None
        for source in settings.sources
    )
