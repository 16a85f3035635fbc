"""What a host may or may not be able to do."""

from enum import StrEnum


class Ability(StrEnum):
    """What a host may or may not be able to do; a check belongs to one."""

    FILES = "files"
    TYPES = "types"
    LIST = "list"
    CURSORS = "cursors"
    PAGES = "pages"
    VERSIONS = "versions"
    SINCE = "since"
    FILTERS = "filters"
    DELETED = "deleted"
    CORS = "cors"
    HEADERS = "headers"
    ERRORS = "errors"
