"""The commits of what comes from a source by a pull request: each version keeps the source's time.

A version's `publishedAt` is the time of the commit that brought it, and `updatedAt` the latest time
that the history has come to. So a commit dated now, with all that no source dates, comes first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from mcp_static.forges.registry_forge import Dated, RegistryForge
from mcp_static.model.layout import Place
from mcp_static.model.names import parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.model.times import parse_time
from mcp_static.publishing.handover import HandedRecord


def mirrored_times(records: Sequence[HandedRecord]) -> dict[str, int]:
    """When each record that comes from a source was published there, by its folder."""
    times = {}
    for record in records:
        published = record.facts.get("publishedAt")
        if record.proof == ProofId.SOURCE_REGISTRY and isinstance(published, str):
            name = parse_name(record.name)
            folder = Place(name.namespace, name.server, record.version).folder
            times[folder] = int(parse_time(published))
    return times


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
        time = times.get(path.rpartition("/")[0])
        (now if time is None else dated[time])[path] = content
    head = registry.create_commit(main, now, message)
    for time, written in sorted(dated.items()):
        head = registry.create_commit(head, written, message, Dated(identity, time))
    return head
