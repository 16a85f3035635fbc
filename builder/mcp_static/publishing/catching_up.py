"""Pull requests that nobody was told of: where an event was lost, a schedule has them checked."""

from itertools import islice
from typing import Final

from mcp_static.forges.registry_forge import Pull, RegistryForge

_MOST: Final = 50
"""Checks that are started at once; the next time begins with the others."""
_MAX_COMMENTS: Final = 500


def catch_up(registry: RegistryForge) -> list[str]:
    """Have every open pull request checked whose head no report is about; gives their references.

    Raises what RegistryForge raises.
    """
    forgotten = (pull for pull in registry.open_pulls() if not _is_reported(registry, pull))
    started = []
    for pull in islice(forgotten, _MOST):
        registry.start_check(pull)
        started.append(pull.reference)
    return started


def _is_reported(registry: RegistryForge, pull: Pull) -> bool:
    me = registry.me()
    comments = islice(registry.comments.of(pull.number), _MAX_COMMENTS)
    return any(one.author.id == me.id and pull.head in one.body for one in comments)
