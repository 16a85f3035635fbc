"""Taking something down, and restoring it."""

import orjson
from pydantic import ValidationError

from mcp_static.git.repository import Repository
from mcp_static.git.trees import blob_at, read_file
from mcp_static.model.errors import InputError
from mcp_static.model.layout import TAKEDOWN_FILE, Place, parse_location, record_path
from mcp_static.model.moderation_log import Act
from mcp_static.model.names import ServerName
from mcp_static.model.takedown import Takedown, TakedownStatus, unreadable_takedown
from mcp_static.model.tombstones import is_record_tombstone
from mcp_static.moderation.decisions import Decision, Grounds, decision, faulty
from mcp_static.moderation.places import as_spelled, count_versions, title_of
from mcp_static.reports.printing import counted_of
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.sidecars import parse_takedown


def take_down(
    repository: Repository,
    commit: str,
    place: Place,
    why: Grounds,
    *,
    policy: str | None = None,
    until: str | None = None,
    subdomains: bool = False,
) -> Decision:
    """Hide everything in a place, until a date (RFC 3339) or for good.

    Replaces a takedown that is there and still holds, but covers no less: the domains below stay taken
    down, and what was hidden for longer has to be restored first. Raises InputError for that, and for
    what cannot be written.
    """
    place = as_spelled(repository, commit, place)
    standing = _standing(repository, commit, place, why.at)
    if subdomains and place.server:
        raise InputError(f"{title_of(place)} is not a namespace, and has no subdomains.", "Name one.")
    status = TakedownStatus.QUARANTINED if until else TakedownStatus.DELETED
    try:
        takedown = Takedown(
            status=status,
            reason=why.reason,
            policy=policy,
            at=why.written_at,
            by=why.by,
            until=until,
            subdomains=subdomains or (standing is not None and standing.subdomains),
        )
    except ValidationError as error:
        raise faulty(error) from None
    if takedown.ends_at is not None and takedown.ends_at <= why.at:
        raise InputError(f"{until} has passed.", "Give a date that is still to come.")
    if standing is not None and _ends_before(takedown, standing):
        raise InputError(
            f"{title_of(place)} is taken down {_how_long(standing)} already.",
            "To hide it for less, withdraw that with `restore` first.",
        )
    covered = count_versions(repository, commit, place, subdomains=takedown.subdomains)
    effect = (
        f"It covers {counted_of(covered, 'published version')}."
        if covered
        else "Nothing is published there yet; it holds for what comes."
    )
    files = {_path(place): takedown_bytes(takedown)}
    return decision(Act.TAKEDOWN, title_of(place), why, files, effect=effect)


def restore(repository: Repository, commit: str, place: Place, why: Grounds) -> Decision:
    """Withdraw the takedown of exactly this place.

    Raises InputError where there is none, and for a version that was erased.
    """
    place = as_spelled(repository, commit, place)
    if place.version and _was_erased(repository, commit, place):
        raise InputError(
            f"{title_of(place)} was erased: there is nothing left to restore.",
            "Its author can publish another version, once nothing above it is taken down.",
        )
    if blob_at(repository, commit, _path(place)) is None:
        raise InputError(
            f"{title_of(place)} is not taken down.",
            "A takedown of its server, its namespace or a domain above is restored by that name.",
        )
    standing = _standing(repository, commit, place, why.at)
    subdomains = standing is not None and standing.subdomains
    covered = count_versions(repository, commit, place, subdomains=subdomains)
    effect = (
        f"It covered {counted_of(covered, 'published version')}."
        if covered
        else "Nothing is published there yet."
    )
    return decision(Act.RESTORE, title_of(place), why, {}, (_path(place),), effect)


def _standing(repository: Repository, commit: str, place: Place, now: int) -> Takedown | None:
    """The takedown of exactly this place, if it holds now; one that cannot be read holds for good."""
    if blob_at(repository, commit, _path(place)) is None:
        return None
    content = read_file(repository, commit, _path(place), MAX_FILE_BYTES)
    takedown = parse_takedown(content or b"", place)
    if isinstance(takedown, str):
        return unreadable_takedown(now, subdomains=not place.server)
    return takedown if takedown.ends_at is None or takedown.ends_at > now else None


def _ends_before(one: Takedown, other: Takedown) -> bool:
    """Whether one takedown ends, and before another."""
    return one.ends_at is not None and (other.ends_at is None or one.ends_at < other.ends_at)


def _how_long(takedown: Takedown) -> str:
    return f"until {takedown.until}" if takedown.until else "for good"


def _was_erased(repository: Repository, commit: str, place: Place) -> bool:
    path = record_path(ServerName(place.namespace, place.server), place.version)
    content = read_file(repository, commit, path, MAX_FILE_BYTES)
    location = parse_location(path)
    return content is not None and location is not None and is_record_tombstone(content, location)


def takedown_bytes(takedown: Takedown) -> bytes:
    """A `takedown.json`."""
    document = takedown.model_dump(mode="json", exclude_none=True)
    if not takedown.subdomains:
        del document["subdomains"]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _path(place: Place) -> str:
    return f"{place.folder}/{TAKEDOWN_FILE}"
