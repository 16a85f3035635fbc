"""Fetching over HTTP what strangers name: bounded in size, time and hops, and never inside.

A host is resolved once for each connection, every address it has is judged, and the connection goes
to one of those very addresses, so that a name which changes its mind in between reaches nothing.
"""

import hashlib
import os
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from mcp_static import __version__
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.net.addresses import Reach

USER_AGENT: Final = f"mcp-static/{__version__} (MCP static registry; checks ownership)"
_CHUNK: Final = 1 << 16
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_TRIES: Final = 4
_LONGEST_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Kind:
    """The limits of one kind of fetch: bytes of the body, seconds in all, redirects to follow."""

    name: str
    max_bytes: int
    seconds: float
    redirects: int


KEY_RECORD: Final = Kind("key record", 4 * 1024, 10, 0)
ANSWER: Final = Kind("registry's answer", 16 << 20, 30, 5)
SOURCE: Final = Kind("file of a source repository", 256 * 1024, 20, 0)
RELEASE: Final = Kind("release", 512 << 20, 300, 5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: the body, or of a release its SHA-256 alone (`body` is empty then)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    sha256: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the answer is 200."""
        return self.status == 200


@dataclass(slots=True)
class _Guard:
    """Ends a connection when its time is over, whatever it is waiting for."""

    seconds: float
    sockets: list[socket.socket] = field(default_factory=list)
    is_over: bool = False
    _timer: threading.Timer | None = None

    def __enter__(self) -> "_Guard":
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._timer is not None
        self._timer.cancel()
        for twin in self.sockets:
            twin.close()

    def watch(self, connection: socket.socket) -> None:
        self.sockets.append(connection.dup())  # outlives the wrapping in TLS
        if self.is_over:  # while a name was resolved, or an address did not answer
            self._end()

    def _end(self) -> None:
        self.is_over = True
        for twin in self.sockets:
            try:
                twin.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Fetcher:
    """Fetches, keeping what was fetched for the length of a run. Threads may share it.

    `pause` waits between tries, in seconds; tests give another.
    """

    def __init__(self, reach: Reach, pause: Callable[[float], None] = time.sleep) -> None:
        self._reach = reach
        self._pause = pause
        self._answers: dict[tuple[str, str, tuple[tuple[str, str], ...]], Answer] = {}
        self._locks: dict[object, threading.Lock] = {}
        self._lock = threading.Lock()
        self._authorities = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
        )

    def get(self, url: str, kind: Kind, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer at an address, redirects followed as the kind allows, tried again when busy.

        Raises FetchRefusedError and UnansweredError; statuses other than 429 and 5xx are answers.
        """
        key = (url, kind.name, tuple(sorted((headers or {}).items())))
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = self._tried(url, kind, headers or {})
            return self._answers[key]

    def answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        """What a package registry answers; raises as `get` does."""
        return self.get(url, ANSWER, headers)

    def release(self, url: str) -> Answer:
        """The SHA-256 of a file of a release; raises as `get` does."""
        return self.get(url, RELEASE)

    def _tried(self, url: str, kind: Kind, headers: Mapping[str, str]) -> Answer:
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._followed(url, kind, headers)
            except UnansweredError:
                if attempt == _TRIES or kind is KEY_RECORD:
                    raise
                self._pause(_wait(attempt, None))
                continue
            if answer.status not in _AGAIN:
                return answer
            wait = _wait(attempt, answer.headers.get("Retry-After"))
            if attempt == _TRIES or wait > _LONGEST_WAIT:
                break
            self._pause(wait)
        host = urlsplit(url).hostname
        raise UnansweredError(f"{host} answered {answer.status}, after {attempt} tries")

    def _followed(self, url: str, kind: Kind, headers: Mapping[str, str]) -> Answer:
        deadline = time.monotonic() + kind.seconds
        first = _parts(url)
        for hop in range(kind.redirects + 1):
            parts = _parts(url)
            if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
                raise FetchRefusedError(f"{_shown(url)} is no https address")
            # Credentials are for the host that was asked, never for one that it names.
            mine = {k: v for k, v in headers.items() if k != "Authorization" or _same(parts, first)}
            answer = self._once(url, kind, mine, deadline)
            if answer.status not in _REDIRECTS:
                return answer
            target = answer.headers.get("Location", "")
            if kind.redirects == 0:
                raise FetchRefusedError(
                    f"{_shown(url)} redirects; a {kind.name} stands where it is named"
                )
            if hop == kind.redirects or not target:
                break
            try:
                url = urljoin(url, target)
            except ValueError:
                raise FetchRefusedError(f"{_shown(url)} redirects to what is no address") from None
        raise FetchRefusedError(f"{_shown(url)} redirects more than {kind.redirects} times")

    def _once(self, url: str, kind: Kind, headers: Mapping[str, str], deadline: float) -> Answer:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _late(url, kind)
        with _Guard(left) as guard, _Session() as session:
            session.trust_env = False
            session.mount("https://", _Adapter(self._reach, guard))
            try:
                response = session.get(
                    url,
                    headers={"User-Agent": USER_AGENT, "Accept": "*/*", **headers},
                    timeout=left,
                    allow_redirects=False,
                    stream=True,
                    verify=self._authorities,
                )
                with response:
                    answer = _read(response, kind)
            except FetchRefusedError as error:
                raise FetchRefusedError(str(error)) from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                # The socket's own time may end before the guard's thread has had its turn.
                if guard.is_over or time.monotonic() >= deadline:
                    raise _late(url, kind) from None
                raise UnansweredError(f"{_shown(url)}: {_reason(error)}") from None
            if guard.is_over:  # a body that ends with the connection looks whole
                raise _late(url, kind)
            return answer


class _Session(requests.Session):
    """A session that leaves redirects alone; requests would read a redirect's body whole."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises for what is none)
    except ValueError:
        raise FetchRefusedError(f"{_shown(url)} is no https address") from None
    return parts


def _read(response: requests.Response, kind: Kind) -> Answer:
    """Read a body up to its limit; undecoded bytes count too, so no compressed bomb passes."""
    digest, kept, size = hashlib.sha256(), bytearray(), 0
    headers = requests.structures.CaseInsensitiveDict(response.headers)
    if response.status_code not in _REDIRECTS:
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > kind.max_bytes:
                raise FetchRefusedError(
                    f"{_shown(response.url)} is larger than the {kind.max_bytes} bytes of a {kind.name}"
                )
            digest.update(chunk)
            if kind is not RELEASE:
                kept += chunk
    return Answer(response.status_code, headers, bytes(kept), response.url, digest.hexdigest())


def _wait(attempt: int, asked: str | None) -> float:
    """Seconds before the next try: what the service asks for, else doubling, with some chance."""
    if asked and asked.isdecimal():
        return float(asked)
    return float(2 ** (attempt - 1)) * (0.5 + random.random())  # noqa: S311 (spreads load, no secret)


def _late(url: str, kind: Kind) -> UnansweredError:
    return UnansweredError(f"{_shown(url)} took longer than the {kind.seconds:g} s of a {kind.name}")


def _same(one: Any, other: Any) -> bool:
    return (one.hostname, one.port) == (other.hostname, other.port)


def _shown(url: str) -> str:
    """An address as messages show it: without its query, which may be signed, or a password."""
    return re.sub(r"//[^/]*@", "//", url.partition("?")[0])[:200]


def _reason(error: BaseException) -> str:
    """The innermost reason of a failure; the layers around it say nothing more."""
    seen: BaseException = error
    while True:
        inner = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        if not isinstance(inner, BaseException):
            break
        seen = inner
    text = seen.strerror if isinstance(seen, OSError) and seen.strerror else str(seen)
    # urllib3 begins with the connection that failed, as Python writes it.
    return re.sub(r"^\S*Connection\(.*?\): |^<.*?>: ", "", text)[:200] or type(seen).__name__


class _Adapter(HTTPAdapter):
    """Makes connections that go where `Reach` says, and end when the guard says."""

    def __init__(self, reach: Reach, guard: _Guard) -> None:
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


def _connector(reach: Reach, guard: _Guard) -> Callable[[HTTPConnection], socket.socket]:
    def connect(connection: HTTPConnection) -> socket.socket:
        failure: OSError | None = None
        try:
            places = reach.places(connection.host, connection.port or 443)
        except OSError as error:
            raise NewConnectionError(connection, f"cannot be resolved: {error.strerror}") from None
        except UnicodeError:
            raise FetchRefusedError(f"{connection.host[:200]} is no host's name") from None
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
