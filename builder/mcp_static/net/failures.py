"""Failures of the HTTP libraries, as errors of ours: the one place that knows their exceptions."""

import http.client
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
import urllib3
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException
from urllib3.exceptions import HTTPError, LocationParseError

from mcp_static.model.errors import InputError, UnansweredError

BAD_ADDRESS: Final = (InvalidURL, InvalidSchema, MissingSchema, LocationParseError)
_LONGEST_REASON: Final = 200
"""Characters of a reason that are read; it may quote a whole line of what a server sent."""
_MOST_LAYERS: Final = 10
_PROXY_REFUSES: Final = re.compile(r"Tunnel connection failed: (\d{3})")
"""What `http.client` says of a proxy (`HTTPConnection._tunnel`)."""
_TIMEOUTS: Final = (
    requests.exceptions.Timeout,
    urllib3.exceptions.TimeoutError,
    TimeoutError,
)
_ENDED: Final = (
    http.client.IncompleteRead,
    http.client.RemoteDisconnected,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.ProtocolError,
)
_PACKED: Final = (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)
_REASONS: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    ((urllib3.exceptions.NewConnectionError,), "no connection can be made"),
    (_TIMEOUTS, "it did not answer in time"),
    (_ENDED, "it ended the connection before it had answered"),
    (_PACKED, "what it sent cannot be decompressed"),
    ((requests.exceptions.TooManyRedirects,), "it redirects too often"),
    ((http.client.HTTPException,), "what it sent is not HTTP"),
)
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
    """Why a request got no answer, as a clause in words of ours.

    The innermost exception tells; the layers around it say nothing more. What the system says of a
    connection ("Connection refused") is kept.
    """
    inner = _innermost(error)
    for kinds, words in _REASONS:
        if isinstance(inner, kinds):
            return words
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {inner.verify_message[:_LONGEST_REASON]}"
    if isinstance(inner, ssl.SSLError):
        return "no secure connection can be made"
    if refusal := _PROXY_REFUSES.search(str(inner)[:_LONGEST_REASON]):
        return f"the proxy answered {refusal[1]}"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror[:_LONGEST_REASON]
    return "the connection failed"


def is_refused_by_proxy(error: BaseException) -> bool:
    """Whether a proxy does not let a request through: it wants credentials, or forbids it."""
    refusal = _PROXY_REFUSES.search(str(_innermost(error))[:_LONGEST_REASON])
    return refusal is not None and refusal[1] in {"403", "407"}


def _innermost(error: BaseException) -> BaseException:
    inner = error
    for _ in range(_MOST_LAYERS):
        layers = (getattr(inner, "reason", None), *inner.args[:1], inner.__cause__)
        below = next((layer for layer in layers if isinstance(layer, BaseException)), None)
        if below is None:
            break
        inner = below
    return inner
