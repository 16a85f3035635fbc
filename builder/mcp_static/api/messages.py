"""What the API says when it cannot give what was asked for: the value of `error` in its answers.

Hosts put some of these into configuration files between quotes, so none has a quotation mark.
"""

from typing import Final

from mcp_static.api.limits import MAX_LIMIT, MAX_PARAMETERS, MAX_QUERY_BYTES, MAX_VALUE_BYTES

NOT_FOUND: Final = "Not found"
SERVER_NOT_FOUND: Final = "Server not found"
BAD_REQUEST: Final = "The request cannot be understood."
URL_TOO_LONG: Final = "The address is too long."
TOO_MANY_SEARCHES: Final = "Too many searches; try again in a second."
UNAVAILABLE: Final = "The registry is unavailable at the moment."

READ_ONLY: Final = "This registry is read-only here. To publish, open a pull request in {repository}."
UNNAMED_REPOSITORY: Final = "the Git repository of this registry"
METHOD_NOT_ALLOWED: Final = "The method {method} is not allowed."
MAX_METHOD_LENGTH: Final = 20
"""Characters of an unknown method that are repeated to whoever sent it."""

INVALID_PARAMETER: Final = "Invalid parameter: {reason}."
"""Completed by one of the reasons below."""
LONG_QUERY: Final = f"the query is longer than {MAX_QUERY_BYTES} bytes"
MALFORMED_QUERY: Final = f"the query is not UTF-8, or has more than {MAX_PARAMETERS} parameters"
REPEATED: Final = "{name} is given twice"
HAS_NUL: Final = "{name} has a NUL character"
LONG_VALUE: Final = f"{{name}} is longer than {MAX_VALUE_BYTES} bytes"
INVALID_LIMIT: Final = f"limit must be a number from 1 to {MAX_LIMIT}"
INVALID_CURSOR: Final = "cursor was not issued by this registry"
INVALID_TIME: Final = "updated_since must be an RFC 3339 time such as 2025-12-01T10:30:00Z"
INVALID_FLAG: Final = "include_deleted must be true or false"
SINCE_HAS_DELETED: Final = (
    "include_deleted cannot be false with updated_since, which always includes deleted entries"
)


def read_only(repository: str) -> str:
    """The refusal of every request to change something, with the way to do it."""
    return READ_ONLY.format(repository=repository or UNNAMED_REPOSITORY)


def method_not_allowed(method: str) -> str:
    """The refusal of a method that HTTP or a client made up."""
    return METHOD_NOT_ALLOWED.format(method=method[:MAX_METHOD_LENGTH])


def invalid_parameter(reason: str) -> str:
    """The refusal of a malformed query."""
    return INVALID_PARAMETER.format(reason=reason)
