"""Which version of a server is its latest."""

from collections.abc import Iterable

from mcp_static.model.standing import VersionState
from mcp_static.model.versions import semantic_version


def latest_after(
    before: VersionState | None, changed: list[VersionState], versions: list[VersionState]
) -> VersionState | None:
    """The latest version, without looking at all of them when one was merely added."""
    if len(changed) == 1 and changed[0] is not before and (before is None or _is_public(before)):
        challenger = changed[0]
        if _is_public(challenger) and (before is not None or len(versions) == 1):
            return challenger if before is None or _succeeds(challenger, before) else before
    return latest_of(versions)


def _is_public(version: VersionState) -> bool:
    return version.is_present and not version.is_deleted


def latest_of(versions: Iterable[VersionState]) -> VersionState | None:
    """The version that is latest: the highest semantic one, else the one published last.

    Deleted versions count only when there are no others; None when nothing is present.
    """
    present = [version for version in versions if version.is_present]
    pool = [version for version in present if not version.is_deleted] or present
    latest: VersionState | None = None
    for version in pool:
        if latest is None or _succeeds(version, latest):
            latest = version
    return latest


def _succeeds(version: VersionState, other: VersionState) -> bool:
    mine, others = semantic_version(version.version), semantic_version(other.version)
    if mine is None or others is None:
        return mine is not None or (others is None and version.ordinal > other.ordinal)
    order = mine.compare(others)
    return order > 0 or (order == 0 and version.ordinal > other.ordinal)
