"""A sync on GitHub: main moved past its protection, and a pull request for each review."""

from collections.abc import Sequence
from typing import Final

from mcp_static.forges.github.instance import registry_instance
from mcp_static.forges.github.repository import GitHubRepository, Pull
from mcp_static.git.remotes import origin_of, push_head
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.publishing.landing import land
from mcp_static.publishing.merging import CHECK, DEPLOY
from mcp_static.publishing.proposing import commit_message
from mcp_static.syncing.reviews import Proposal

_PASSAGE: Final = "mcp-static/sync"
_MOST_PROPOSALS: Final = 20
"""So many pull requests one run opens; the next one opens more."""


def land_sync(
    registry: GitHubRepository, clone: Repository, before: str, after: str, token: str | None
) -> None:
    """Move main from one commit to another, which a sync has made in a clone, and start the deploy.

    Raises ServiceError if main has moved since the clone was made; nothing has changed then.
    """
    if after == before:
        return
    if registry.head_of(registry.default_branch) != before:
        raise _moved(registry)
    address = origin_of(clone) or f"{registry_instance().site}/{registry.full_name}.git"
    push_head(clone, address, _PASSAGE, token)
    if not land(registry, before, after, _PASSAGE):
        registry.remove_branch(_PASSAGE)
        raise _moved(registry)
    registry.remove_branch(_PASSAGE)
    registry.dispatch(DEPLOY, registry.default_branch, {})


def _moved(registry: GitHubRepository) -> ServiceError:
    return ServiceError(
        f"{registry.default_branch} has moved while the sources were read.",
        "Nothing was changed there; the next run starts from what it is now.",
    )


def propose_reviews(registry: GitHubRepository, proposals: Sequence[Proposal]) -> list[str]:
    """Open or renew the pull requests of reviews, and have them checked; gives their addresses.

    Those that wait already stay as they are. At most 20 are opened or renewed by one run.
    """
    addresses, fresh = [], 0
    for proposal in proposals:
        known = registry.open_pull_from(registry.full_name.partition("/")[0], proposal.branch)
        if known is not None and _has_files(registry, known, proposal):
            addresses.append(known.url)
        elif fresh < _MOST_PROPOSALS:
            fresh += 1
            addresses.append(_propose(registry, proposal, is_known=known is not None).url)
    return addresses


def _has_files(registry: GitHubRepository, pull: Pull, proposal: Proposal) -> bool:
    return all(registry.file_at(path, pull.head) == content for path, content in proposal.files.items())


def _propose(registry: GitHubRepository, proposal: Proposal, *, is_known: bool) -> Pull:
    owner, branch = registry.full_name.partition("/")[0], proposal.branch
    main = registry.head_of(registry.default_branch)
    if main is None:
        raise InputError("The registry has no commits yet.", "Commit registry.toml first.")
    message = commit_message(proposal.title)
    registry.set_branch(branch, registry.create_commit(main, proposal.files, message))
    opened = registry.open_pull(owner, branch, proposal.title, proposal.body)
    pull = registry.pull(opened.number)
    if is_known:
        registry.comments.post(pull.number, "sync", proposal.body)
    inputs = {"pull_request": str(pull.number), "head": pull.head}
    registry.dispatch(CHECK, registry.default_branch, inputs)
    return pull
