"""Chains: ordered lists of entries cut into pages of 100 consecutive positions.

`all` and `everything` place an entry by its ordinal, `latest` by its server's number,
`version/<version>` by its place among the paths of that version, and `updated/<day>` by its
update event's place in that day. Positions never move, so a page only changes where an entry does.
"""

from typing import Final

from mcp_static.model.times import format_day
from mcp_static.model.versions import escaped_version

PAGE_SIZE: Final = 100
"""Positions a page covers; also the largest `limit` of the standard API."""

PAGES_FOLDER: Final = "data/pages"
ALL: Final = "all"
EVERYTHING: Final = "everything"
LATEST_CHAIN: Final = "latest"


def version_chain(version: str) -> str:
    """The chain of one version string."""
    return f"version/{escaped_version(version)}"


def updated_chain(day: int) -> str:
    """The chain of the entries that were updated on one day (days since 1970)."""
    return f"updated/{format_day(day)}"


def is_day(chain: str) -> bool:
    """Whether a chain is one day's, whose pages lead on to the next day's."""
    return chain.startswith("updated/")


def pages_folder(chain: str) -> str:
    """The folder of a chain's pages."""
    return f"{PAGES_FOLDER}/{chain}"


def page_path(chain: str, number: int) -> str:
    """The file of one page of a chain."""
    return f"{PAGES_FOLDER}/{chain}/{number}.json"
