"""Connections that go only where they may, to the very address that was judged, and end in time.

A host is resolved once for each connection, every address it has is judged, and the connection goes
to one of those very addresses, so that a name which changes its mind in between reaches nothing.
"""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from mcp_static.model.errors import FetchRefusedError
from mcp_static.net.addresses import Reach


def guarded_session(reach: Reach, guard: "Guard", authorities: str | bool) -> requests.Session:
    """A session whose connections go where `reach` says, and end when the guard says."""
    session = _Session()
    session.trust_env = False
    session.verify = authorities
    session.mount("https://", _Adapter(reach, guard))
    return session


@dataclass(slots=True)
class Guard:
    """Ends a connection when its time is over, whatever it is waiting for."""

    seconds: float
    sockets: list[socket.socket] = field(default_factory=list)
    is_over: bool = False
    _timer: threading.Timer | None = None

    def __enter__(self) -> "Guard":
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._timer is not None
        self._timer.cancel()
        for copy in self.sockets:
            copy.close()

    def watch(self, connection: socket.socket) -> None:
        """Have this connection end with the guard's time."""
        self.sockets.append(connection.dup())  # outlives the wrapping in TLS
        if self.is_over:  # while a name was resolved, or an address did not answer
            self._end()

    def _end(self) -> None:
        self.is_over = True
        for copy in self.sockets:
            try:
                copy.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Session(requests.Session):
    """A session that leaves redirects alone; requests would read a redirect's body whole."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Adapter(HTTPAdapter):
    """Makes connections that go where `Reach` says, and end when the guard says."""

    def __init__(self, reach: Reach, guard: Guard) -> None:
        self._reach = reach
        self._guard = guard
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        connect = _connector(self._reach, self._guard)
        secure = type("Connection", (HTTPSConnection,), {"_new_conn": connect})
        plain = type("Connection", (HTTPConnection,), {"_new_conn": connect})
        self.poolmanager.pool_classes_by_scheme = {
            "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        }


def _connector(reach: Reach, guard: Guard) -> Callable[[HTTPConnection], socket.socket]:
    def connect(connection: HTTPConnection) -> socket.socket:
        failure: OSError | None = None
        try:
            places = reach.places(connection.host, connection.port or 443)
        except OSError as error:
            raise NewConnectionError(connection, f"cannot be resolved: {error.strerror}") from None
        except UnicodeError:
            raise FetchRefusedError(f"{connection.host[:200]} is not a host name") from None
        for place in places:
            if guard.is_over:
                break
            try:
                made = socket.create_connection(place, timeout=min(guard.seconds, 10))
            except OSError as error:
                failure = error
                continue
            guard.watch(made)
            made.settimeout(guard.seconds)
            return made
        raise NewConnectionError(connection, f"cannot be reached: {failure}")

    return connect
