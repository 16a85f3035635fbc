"""A sync on a registry's forge: main moved past its protection, and a pull request for each review."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from mcp_static.forges.registry_forge import Pull, RegistryForge
from mcp_static.git.remotes import origin_of, push_head
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.publishing.proposing import commit_message
from mcp_static.syncing.reviews import Proposal

_PASSAGE: Final = "mcp-static/sync"
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
    push_head(clone, _address(registry, clone), _PASSAGE, registry.git_access)
    if not registry.land(before, after, _PASSAGE):
        registry.remove_branch(_PASSAGE)
        raise _moved(registry)
    registry.remove_branch(_PASSAGE)
    registry.start_deploy()


def _address(registry: RegistryForge, clone: Repository) -> str:
    """Where to push to: the clone's origin, unless that names the account of a job."""
    origin = origin_of(clone)
    return registry.clone_url if not origin or urlsplit(origin).username else origin


def _moved(registry: RegistryForge) -> ServiceError:
    return ServiceError(
        f"{registry.default_branch} has moved while the sources were read.",
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
