"""A sync on a registry's forge: main moved past its protection, and a pull request for each review."""

from collections.abc import Sequence
from typing import Final

from mcp_static.forges.registry_forge import Pull, RegistryForge
from mcp_static.git.remotes import push_head
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.publishing.proposing import REVIEWS, commit_message
from mcp_static.publishing.sweeping import PASSAGES, close_review, remote_of
from mcp_static.syncing.reviews import Proposal

_PASSAGE: Final = f"{PASSAGES}sync"
_MOST_PROPOSALS: Final = 20
"""So many pull requests one run opens; the next one opens more."""


def land_sync(registry: RegistryForge, clone: Repository, before: str, after: str) -> None:
    """Move main from one commit to another, which a sync has made in a clone, and start the deploy.

    Raises ServiceError if main has moved since the clone was made; nothing has changed then.
    """
    if after == before:
        return
    if registry.head_of(registry.default_branch) != before:
        raise _moved(registry)
    push_head(clone, remote_of(registry, clone), _PASSAGE, registry.git_access)
    if not registry.land(before, after, _PASSAGE):
        registry.remove_branch(_PASSAGE)
        raise _moved(registry)
    registry.remove_branch(_PASSAGE)
    registry.start_deploy()


def _moved(registry: RegistryForge) -> ServiceError:
    return ServiceError(
        f"{registry.default_branch} has moved in the meantime.",
        "Nothing was changed there; the next run starts from what it is now.",
    )


def propose_reviews(registry: RegistryForge, proposals: Sequence[Proposal]) -> list[str]:
    """Open or renew the pull requests of reviews, and have them checked; gives their addresses.

    Those that wait already stay as they are. At most 20 are opened or renewed by one run.
    """
    addresses, fresh = [], 0
    for proposal in proposals:
        known = registry.own_pull_from(proposal.branch)
        if known is not None and _has_files(registry, known, proposal):
            addresses.append(known.url)
        elif fresh < _MOST_PROPOSALS:
            fresh += 1
            addresses.append(_propose(registry, proposal, is_known=known is not None).url)
    return addresses


def close_others(registry: RegistryForge, proposals: Sequence[Proposal]) -> list[str]:
    """Close the reviews that are open and no longer due; gives their addresses.

    `proposals` has to be all that are due.
    """
    due = {proposal.branch for proposal in proposals}
    stale = [
        pull
        for pull in registry.open_pulls()
        if pull.head_branch.startswith(REVIEWS)
        and pull.head_branch not in due
        and pull.head_repository.lower() == registry.full_name.lower()
    ]
    for pull in stale:
        close_review(registry, pull, "No source serves what a list would have reviewed here.")
    return [pull.url for pull in stale]


def _has_files(registry: RegistryForge, pull: Pull, proposal: Proposal) -> bool:
    return all(registry.file_at(path, pull.head) == content for path, content in proposal.files.items())


def _propose(registry: RegistryForge, proposal: Proposal, *, is_known: bool) -> Pull:
    branch = proposal.branch
    main = registry.head_of(registry.default_branch)
    if main is None:
        raise InputError("The registry has no commits yet.", "Commit registry.toml first.")
    message = commit_message(proposal.title)
    registry.set_branch(branch, registry.create_commit(main, proposal.files, message))
    opened = registry.open_own_pull(branch, proposal.title, proposal.body)
    pull = registry.pull(opened.number)
    if is_known:
        registry.comments.post(pull.number, "sync", proposal.body)
    registry.start_check(pull)
    return pull
