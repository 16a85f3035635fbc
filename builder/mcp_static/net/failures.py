"""Failures of the HTTP libraries, as errors of ours: the one place that knows their exceptions."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException
from urllib3.exceptions import HTTPError, LocationParseError

from mcp_static.model.errors import InputError, UnansweredError

BAD_ADDRESS: Final = (InvalidURL, InvalidSchema, MissingSchema, LocationParseError)
_LONGEST_REASON: Final = 2_000
"""Characters of a reason that are read; it may quote a whole line of what a server sent."""
FAILURES: Final = (RequestException, HTTPError, OSError)
"""What a request that gets no answer ends with, at whichever layer."""


@contextmanager
def reaching(what: str) -> Iterator[None]:
    """Turn the failure of a request into UnansweredError, that of an address into InputError."""
    try:
        yield
    except BAD_ADDRESS:
        raise InputError(f"{what} is not a web address.", "It begins with https://.") from None
    except FAILURES as error:
        raise UnansweredError(
            f"{what} could not be reached: {reason_of(error)}",
            "Check the address and the network, then try again.",
        ) from None


def reason_of(error: BaseException) -> str:
    """The innermost reason of a failure; the layers around it say nothing more."""
    inner: BaseException = error
    while isinstance(found := _cause(inner), BaseException):
        inner = found
    text = inner.strerror if isinstance(inner, OSError) and inner.strerror else str(inner)
    # urllib3 begins with the connection that failed, as Python writes it.
    text = re.sub(r"^\S*Connection\(.*?\): |^<.*?>: ", "", text[:_LONGEST_REASON])
    return text[:200] or type(inner).__name__


def _cause(error: BaseException) -> object:
    return getattr(error, "reason", None) or (error.args[0] if error.args else None)
