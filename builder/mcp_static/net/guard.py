"""Connections that go only where they may, to the very address that was judged, and end in time.

A host is resolved once for each connection, every address it has is judged, and the connection goes
to one of those very addresses, so that a name which changes its mind in between reaches nothing.
"""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import ProxyManager

from mcp_static.model.errors import FetchRefusedError
from mcp_static.net.access import Access, proxy_headers
from mcp_static.net.addresses import Reach


def guarded_session(
    reach: Reach, guard: "Guard", access: Access, context: ssl.SSLContext | None
) -> requests.Session:
    """A session whose connections go where `reach` says, or to a proxy, and end when the guard says."""
    session = _Session()
    session.trust_env = False
    session.verify = access.authorities
    session.mount("https://", _Adapter(reach, guard, access, context))
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

    def __init__(
        self, reach: Reach, guard: Guard, access: Access, context: ssl.SSLContext | None
    ) -> None:
        connect = _connector(reach, guard)
        secure = type("Connection", (HTTPSConnection,), {"_new_conn": connect})
        plain = type("Connection", (HTTPConnection,), {"_new_conn": connect})
        self._pools = {
            "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        }
        self._access = access
        self._options = {"ssl_context": context} if context is not None else {}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **(options | self._options))
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **options, **self._options)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        return proxy_headers(self._access, proxy)


def _connector(reach: Reach, guard: Guard) -> Callable[[HTTPConnection], socket.socket]:
    def connect(connection: HTTPConnection) -> socket.socket:
        failure: OSError | None = None
        port = connection.port or 443
        try:
            # A proxy is the operator's, wherever it is; what it is asked for was judged before.
            proxy = [(connection.host, port)] if connection.proxy else None
            places = proxy or reach.places(connection.host, port)
        except OSError as error:
            raise NewConnectionError(connection, "cannot be resolved") from error
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
        raise NewConnectionError(connection, "cannot be reached") from failure

    return connect
