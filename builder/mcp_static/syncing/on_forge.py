"""A sync on GitHub: main moved past its protection, and a pull request for each review."""

from typing import Final

from mcp_static.forges.github.instance import registry_instance
from mcp_static.forges.github.repository import GitHubRepository, Pull
from mcp_static.git.remotes import origin_of, push_head
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.publishing.landing import land
from mcp_static.publishing.merging import CHECK, DEPLOY
from mcp_static.publishing.proposing import commit_message
from mcp_static.syncing.reviews import Review
from mcp_static.syncing.syncing import SyncResult

_PASSAGE: Final = "mcp-static/sync"
_MOST_PROPOSALS: Final = 20
"""So many pull requests are opened by one run; the next one opens more."""


def land_sync(
    registry: GitHubRepository, clone: Repository, result: SyncResult, token: str | None
) -> None:
    """Move main to what a sync has committed in a clone, and start the deploy.

    Raises ServiceError if main has moved since the clone was made; nothing has changed then.
    """
    if result.after == result.before:
        return
    if registry.head_of(registry.default_branch) != result.before:
        raise _moved(registry)
    address = origin_of(clone) or f"{registry_instance().site}/{registry.full_name}.git"
    push_head(clone, address, _PASSAGE, token)
    if not land(registry, result.before, result.after, _PASSAGE):
        registry.remove_branch(_PASSAGE)
        raise _moved(registry)
    registry.remove_branch(_PASSAGE)
    registry.dispatch(DEPLOY, registry.default_branch, {})


def _moved(registry: GitHubRepository) -> ServiceError:
    return ServiceError(
        f"{registry.default_branch} has moved while the sources were read.",
        "Nothing was changed there; the next run starts from what it is now.",
    )


def propose_reviews(registry: GitHubRepository, result: SyncResult) -> list[str]:
    """Open or renew a pull request for each review, and have it checked; gives their addresses."""
    return [_propose(registry, result, review).url for review in result.reviews[:_MOST_PROPOSALS]]


def _propose(registry: GitHubRepository, result: SyncResult, review: Review) -> Pull:
    owner = registry.full_name.partition("/")[0]
    known = registry.open_pull_from(owner, review.branch)
    if known is not None and all(
        registry.file_at(path, known.head) == content for path, content in review.files.items()
    ):
        return known
    main = registry.head_of(registry.default_branch)
    if main is None:
        raise InputError("The registry has no commits yet.", "Commit registry.toml first.")
    commit = registry.create_commit(main, review.files, commit_message(review.title))
    registry.set_branch(review.branch, commit)
    pull = registry.pull(registry.open_pull(owner, review.branch, review.title, review.markdown).number)
    if known is not None:
        registry.comments.post(pull.number, "sync", review.markdown)
    inputs = {"pull_request": str(pull.number), "head": pull.head}
    registry.dispatch(CHECK, registry.default_branch, inputs)
    return pull
