"""What `--verbose` shows: each request that is sent and each git command that is started."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from mcp_static.model.terminal import without_credentials

_OURS: Final = "mcp_static"
_REQUESTS: Final = "urllib3.connectionpool"
"""Where urllib3 logs: every library of ours that speaks HTTP sends its requests through it."""
_REQUEST_ARGUMENTS: Final = 8


@contextmanager
def trace(tell: Callable[[str], None]) -> Iterator[None]:
    """Tell of requests and git commands while the context lasts."""
    handler = _Handler(tell)
    loggers = [logging.getLogger(name) for name in (_REQUESTS, _OURS)]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate


class _Handler(logging.Handler):
    """Shows what a user can make use of; queries are left out, as they may be signed."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell: Final = tell

    def emit(self, record: logging.LogRecord) -> None:
        text = _request(record) if record.name == _REQUESTS else record.getMessage()
        if text:
            self._tell(f"  > {without_credentials(text)}")


def _request(record: logging.LogRecord) -> str:
    """A request and the status of its answer; empty for what else urllib3 logs.

    The arguments are those of `HTTPConnectionPool._make_request` (urllib3 2, connectionpool.py):
    scheme, host, port, method, path, version, status and length.
    """
    arguments = record.args
    if not isinstance(arguments, tuple) or len(arguments) != _REQUEST_ARGUMENTS:
        return ""
    scheme, host, port, method, path, _, status, _ = map(str, arguments)
    return f"{method} {scheme}://{host}:{port}{path.partition('?')[0]} {status}"
