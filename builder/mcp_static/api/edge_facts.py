"""`site/edge/facts.js`: what the edge program needs to know about this package, generated from it."""

import re
from typing import Any, Final

import orjson

from mcp_static.api import file_times, headers, limits, messages, paths
from mcp_static.api.chains import PAGE_SIZE, PAGES_FOLDER
from mcp_static.api.cursors import CURSOR_PATTERN, FILTERS
from mcp_static.api.entries import LIST_HEAD, LIST_TAIL, OFFICIAL_META
from mcp_static.api.media import ANY, MEDIA_TYPES
from mcp_static.api.search_text import DELETED_FLAG, SEARCH_FIELDS

_TOP: Final = """\
// Facts of the API, generated from builder/mcp_static/api/ by `make docs`: do not edit.

export default """
_WIDTH: Final = 120
_SLASH_OR_SET: Final = re.compile(r"/|\[[^\]]*\]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


FACTS: Final[dict[str, Any]] = {
    "apiFolder": paths.API_FOLDER,
    "apiAliases": paths.API_ALIASES,
    "fixedDocuments": paths.FIXED_DOCUMENTS,
    "completeList": paths.COMPLETE_LIST,
    "deletedFolder": paths.DELETED_FOLDER,
    "pagesFolder": PAGES_FOLDER,
    "snapshot": paths.SNAPSHOT,
    "searchIndex": paths.SEARCH_INDEX,
    "missingPage": paths.MISSING_PAGE,
    "hostFiles": re.compile(f"^(?:{paths.HOST_FILES_PATTERN})", re.IGNORECASE),
    "programPaths": re.compile(f"^(?:{paths.PROGRAMS_PATTERN})"),
    "pageSize": PAGE_SIZE,
    "defaultLimit": limits.DEFAULT_LIMIT,
    "maxLimit": limits.MAX_LIMIT,
    "maxQueryLength": limits.MAX_QUERY_BYTES,
    "maxValueLength": limits.MAX_VALUE_BYTES,
    "maxParameters": limits.MAX_PARAMETERS,
    "maxReads": limits.MAX_READS,
    "maxWorkerReads": limits.MAX_WORKER_READS,
    "cursor": re.compile(f"^{CURSOR_PATTERN}$"),
    "filters": FILTERS,
    "listHead": LIST_HEAD,
    "listTail": LIST_TAIL,
    "officialMeta": OFFICIAL_META,
    "searchFields": {name: index for index, name in enumerate(SEARCH_FIELDS)},
    "deletedFlag": DELETED_FLAG,
    "readMethods": headers.READ_METHODS,
    "writeMethods": headers.WRITE_METHODS,
    "allowedMethods": headers.ALLOWED_METHODS,
    "corsHeaders": headers.CORS_HEADERS,
    "preflightHeaders": headers.PREFLIGHT_HEADERS,
    "fresh": headers.FRESH,
    "firstFileTime": file_times.FIRST_SECOND,
    "lastFileTime": file_times.LAST_SECOND,
    "immutable": headers.IMMUTABLE,
    "immutablePaths": re.compile(f"^(?:{paths.IMMUTABLE_PATTERN})"),
    "notCached": headers.NOT_CACHED,
    "contentOptions": headers.CONTENT_OPTIONS,
    "mediaTypes": MEDIA_TYPES,
    "anyMedia": ANY,
    "messages": {
        "notFound": messages.NOT_FOUND,
        "serverNotFound": messages.SERVER_NOT_FOUND,
        "readOnly": messages.READ_ONLY,
        "unnamedRepository": messages.UNNAMED_REPOSITORY,
        "methodNotAllowed": messages.METHOD_NOT_ALLOWED,
        "maxMethodLength": messages.MAX_METHOD_LENGTH,
        "invalidParameter": messages.INVALID_PARAMETER,
        "longQuery": messages.LONG_QUERY,
        "malformedQuery": messages.MALFORMED_QUERY,
        "repeated": messages.REPEATED,
        "hasNul": messages.HAS_NUL,
        "longValue": messages.LONG_VALUE,
        "invalidLimit": messages.INVALID_LIMIT,
        "invalidCursor": messages.INVALID_CURSOR,
        "invalidTime": messages.INVALID_TIME,
        "invalidFlag": messages.INVALID_FLAG,
        "sinceHasDeleted": messages.SINCE_HAS_DELETED,
    },
}
"""By the name that the module gives them."""


def edge_facts() -> str:
    """The module, in the dialect of njs 0.7, as Prettier would format it."""
    return f"{_TOP}{_literal(FACTS, 0)};\n"


def _literal(value: Any, depth: int) -> str:
    """A value as JavaScript."""
    if isinstance(value, dict):
        inner = "  " * (depth + 1)
        lines = [f"{inner}{_member(name, member, depth + 1)},\n" for name, member in value.items()]
        return "{\n" + "".join(lines) + "  " * depth + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_text(part) for part in value) + "]"
    if isinstance(value, re.Pattern):
        pattern = _SLASH_OR_SET.sub(lambda part: r"\/" if part[0] == "/" else part[0], value.pattern)
        return f"/{pattern}/{'i' if value.flags & re.IGNORECASE else ''}"
    return str(value) if isinstance(value, int) else _text(value)


def _member(name: str, value: Any, depth: int) -> str:
    """A member of an object: on one line if that is not too long."""
    key = name if _IDENTIFIER.fullmatch(name) else _text(name)
    text = _literal(value, depth)
    if "\n" in text or len(f"{'  ' * depth}{key}: {text},") <= _WIDTH:
        return f"{key}: {text}"
    return f"{key}:\n{'  ' * (depth + 1)}{text}"


def _text(text: str) -> str:
    """A text between single quotes; none here has one."""
    escaped = orjson.dumps(text).decode()[1:-1].replace('\\"', '"')
    return f"'{escaped}'"
