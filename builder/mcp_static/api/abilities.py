"""What a host can do, out of everything in the standard API."""

from enum import StrEnum
from typing import Final

from mcp_static.api.chains import PAGE_SIZE


class Ability(StrEnum):
    """Something that a host may or may not be able to do; each conformance check belongs to one."""

    FILES = "files"
    TYPES = "types"
    LIST = "list"
    COMPLETE = "complete"
    CURSORS = "cursors"
    PAGES = "pages"
    VERSIONS = "versions"
    SINCE = "since"
    FILTERS = "filters"
    DELETED = "deleted"
    CORS = "cors"
    HEADERS = "headers"
    ERRORS = "errors"


Abilities = frozenset[Ability] | None
"""What a host honors; None where it depends on how its operator sets it up."""

EVERYTHING: Final = frozenset(Ability)

_PARAMETERS: Final = {
    Ability.CURSORS: "cursor",
    Ability.PAGES: "limit",
    Ability.VERSIONS: "version",
    Ability.SINCE: "updated_since",
    Ability.FILTERS: "search",
    Ability.DELETED: "include_deleted",
}


def describe(abilities: Abilities) -> str:
    """What a host honors, for people who know the API's query parameters."""
    if abilities is None:
        return "whatever your server makes of it"
    if abilities == EVERYTHING:
        return "everything"
    names = [f"`{name}`" for ability, name in _PARAMETERS.items() if ability in abilities]
    if not names:
        return (
            "no query: `/v0.1/servers` lists each server's latest version alone, without `nextCursor`"
        )
    pages = "" if Ability.PAGES in abilities else f"; pages of {PAGE_SIZE}"
    return ", ".join(names) + pages
