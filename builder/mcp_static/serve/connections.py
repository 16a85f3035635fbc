"""Connections of the embedded host: how many there may be, and how long one may be silent."""

import asyncio
import errno
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if sys.platform != "win32":
    import resource

REQUEST_SECONDS: Final = 10.0
"""How long a request may take to arrive; the official registry's `ReadHeaderTimeout` is the same."""
STALLED_SECONDS: Final = 30.0
"""How long a client may read nothing of its answer."""
_LAST_SECONDS: Final = 1.0
"""How long a client that has only just connected may take to ask when the host ends."""
_MOST_FILES: Final = 16_384
_USUAL_FILES: Final = 1024
_PAUSE: Final = 60.0
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

_log: Final = logging.getLogger("uvicorn.error")


class Bounds:
    """How many connections there may be, given how many files this process may open."""

    def __init__(self, files: int) -> None:
        spare = min(files // 4, 4096)
        self.files: Final = files
        self.connections: Final = files - spare
        """The most at a time; the rest are for the files of answers, and for those being accepted."""
        self.accepted: Final = min(1024, spare // 8)
        """The most that are accepted in a row; a few such rows may be on the way at a time."""


def raise_file_limit() -> int:
    """Allow this process as many open files as the system lets it; gives how many."""
    if sys.platform == "win32":  # which knows no such limit
        return _USUAL_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    with suppress(OSError, ValueError):  # macOS has a lower limit than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


class Seldom:
    """Logs a warning at most once a minute."""

    def __init__(self) -> None:
        self._next = 0.0

    def warn(self, message: str) -> None:
        """Log it, unless one was logged just now."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            _log.warning(message)


_CROWDED: Final = Seldom()


class Connection(HttpToolsProtocol):
    """A connection that knows since when nothing has happened on it."""

    # As uvicorn's own method has it: asyncio declares a transport of any kind, and this one is of TCP.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room for it, if there are too many, by closing that which has waited longest."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._unsent = 0
        self._has_asked = self._is_asking = False
        self._is_last = False
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()

    def on_message_begin(self) -> None:
        """A request begins to arrive."""
        super().on_message_begin()
        self._is_asking = True

    def on_headers_complete(self) -> None:
        """A request has arrived."""
        super().on_headers_complete()
        self._has_asked, self._is_asking = True, False
        if self._is_last:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """An answer has been given; from now on the connection waits."""
        super().on_response_complete()
        self._since = self.loop.time()

    def shutdown(self) -> None:
        """End it: at once if it has been answered, after the answer if it has asked or is about to."""
        if not self._has_asked or self._is_asking:
            self._is_last = True
            self.loop.call_later(_LAST_SECONDS, self._close_if_waiting)
        else:
            super().shutdown()

    def close_if_silent(self) -> None:
        """Close it if no request arrives, or nothing of an answer is read."""
        now, unsent = self.loop.time(), self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._since = unsent, now
        if unsent and now - self._since >= STALLED_SECONDS:
            self.transport.abort()
        elif not unsent and now - self._since >= REQUEST_SECONDS:
            self._close_if_waiting()

    def _make_room(self) -> None:
        others = (one for one in self.connections if isinstance(one, Connection) and one is not self)
        waiting = [one for one in others if one.is_waiting]
        if waiting:
            min(waiting, key=lambda one: one._since).transport.close()
        _CROWDED.warn(
            f"{len(self.connections):,} connections at once, as many as the limit of open files "
            "allows: those that have waited longest are closed. `ulimit -n` raises the limit."
        )

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a request."""
        is_answered = not self._has_asked or self.cycle.response_complete
        return is_answered and not self.transport.is_closing()

    def _close_if_waiting(self) -> None:
        if self.is_waiting:
            self.transport.close()


async def close_silent(connections: set[Any]) -> None:
    """Close connections on which nothing happens, for ever."""
    while True:
        await asyncio.sleep(1)
        for connection in list(connections):
            if isinstance(connection, Connection):
                connection.close_if_silent()


def log_exhaustion(bounds: Bounds) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """A handler of an event loop's errors, with a line where the system gives no more connections."""
    exhausted = Seldom()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _EXHAUSTED:
            exhausted.warn(
                f"No more connections for the moment: {error.strerror} (limit: {bounds.files:,} open "
                "files; `ulimit -n` raises it)."
            )
        else:
            loop.default_exception_handler(context)

    return handle
