"""The commits of what comes from a source by a pull request: each version keeps the source's time.

A version's `publishedAt` is the time of the commit that brought it, and `updatedAt` the latest time
that the history has come to. So a commit dated now, with all that no source dates, comes first.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from mcp_static.forges.registry_forge import Dated, RegistryForge
from mcp_static.model.errors import InputError
from mcp_static.model.layout import Place
from mcp_static.model.names import parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.model.times import parse_time
from mcp_static.publishing.handover import HandedRecord


def mirrored_times(records: Sequence[HandedRecord]) -> dict[str, int]:
    """When each record that comes from a source was published there, by its folder.

    Raises InputError for a time that none can have been: main would keep a date in the future for ever.
    """
    times = {}
    for record in records:
        if record.proof == ProofId.SOURCE_REGISTRY:
            name = parse_name(record.name)
            folder = Place(name.namespace, name.server, record.version).folder
            times[folder] = _published(record)
    return times


def _published(record: HandedRecord) -> int:
    try:
        published = int(parse_time(str(record.facts.get("publishedAt"))))
    except ValueError:
        published = -1
    if not 0 <= published <= time.time():
        raise InputError(
            f"What was handed over does not hold: {record.name} {record.version} has no time at which "
            "its source can have published it.",
            "Nothing was merged.",
        )
    return published


def create_dated_commits(
    registry: RegistryForge,
    main: str,
    files: Mapping[str, bytes],
    message: str,
    times: Mapping[str, int],
    identity: str,
) -> str:
    """Commits on main with all the files, in the order of their times; gives the last one."""
    now: dict[str, bytes] = {}
    dated: dict[int, dict[str, bytes]] = defaultdict(dict)
    for path, content in files.items():
        published = times.get(path.rpartition("/")[0])
        (now if published is None else dated[published])[path] = content
    head = registry.create_commit(main, now, message)
    for published, written in sorted(dated.items()):
        head = registry.create_commit(head, written, message, Dated(identity, published))
    return head
