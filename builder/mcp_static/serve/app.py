"""The embedded host over HTTP: an ASGI application on Starlette, served by uvicorn."""

import asyncio
import hashlib
import socket
from collections.abc import Awaitable, Callable
from typing import Final

import uvicorn
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mcp_static.api.headers import PREFLIGHT_HEADERS
from mcp_static.api.messages import UNAVAILABLE
from mcp_static.model.errors import InputError
from mcp_static.serve.answers import Answer, answer, error_answer
from mcp_static.serve.connections import (
    Bounds,
    Connection,
    close_silent,
    log_exhaustion,
    raise_file_limit,
)
from mcp_static.serve.snapshot import CurrentSnapshot

_QUEUE: Final = 1024
_END_SECONDS: Final = 30
"""How long answers that are under way may take once serving ends."""
_GZIP_FROM: Final = 1000


class _Registry:
    """Answers requests from whatever snapshot is current."""

    def __init__(self, current: CurrentSnapshot) -> None:
        self._current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await self._respond(scope)(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT_HEADERS)
        answered = self._answer(scope)
        if answered.status != 200:
            return Response(answered.body, answered.status, answered.headers)
        headers = answered.headers | {"ETag": _tag(answered.body)}
        if _has_tag(scope, headers["ETag"]):
            del headers["Content-Type"]
            return Response(status_code=304, headers=headers | {"Vary": "Accept-Encoding"})
        return Response(answered.body, 200, headers)

    def _answer(self, scope: Scope) -> Answer:
        path: bytes = scope["raw_path"].partition(b"?")[0]
        try:
            snapshot = self._current.snapshot()
        except (OSError, InputError):
            return error_answer(503, UNAVAILABLE)
        return answer(snapshot, scope["method"], path, scope["query_string"].decode("latin-1"))


def _tag(body: bytes) -> str:
    """A weak validator: the same for the plain and the compressed form (RFC 9110, 8.8.1)."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _has_tag(scope: Scope, tag: str) -> bool:
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            given = [part.strip().removeprefix("W/") for part in value.decode("latin-1").split(",")]
            if "*" in given or tag.removeprefix("W/") in given:
                return True
    return False


def application(current: CurrentSnapshot) -> ASGIApp:
    """The ASGI application of an output folder."""
    return GZipMiddleware(_Registry(current), minimum_size=_GZIP_FROM, compresslevel=5)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises InputError when the address or the port cannot be had."""
    wrong_host = InputError(
        f"{host!r} is not an address of this machine.",
        "Give --host an address such as 127.0.0.1 or ::1 (without brackets), or leave it out.",
    )
    if not host.isprintable():  # bytes that are not UTF-8 arrive as what no name holds
        raise wrong_host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only on sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_QUEUE)  # from here on, who connects waits instead of being refused
    except (socket.gaierror, UnicodeError):
        listener.close()
        raise wrong_host from None
    except OSError as error:
        listener.close()
        raise InputError(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            "Stop the program that uses the port, or choose another one with --port.",
        ) from None
    return listener


class _Server(uvicorn.Server):
    """Accepts a few connections in a row, as `backlog` says, though more of them may wait."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_QUEUE)


def serve(
    listener: socket.socket,
    current: CurrentSnapshot,
    background: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve until interrupted, and then to the end of what is under way.

    `background` runs meanwhile, such as a watch for new commits. When that fails, serving ends,
    and its error is raised.
    """
    bounds = Bounds(raise_file_limit())
    config = uvicorn.Config(
        application(current),
        http=Connection,
        ws="none",
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=bounds.accepted,
        limit_concurrency=bounds.connections,
        timeout_graceful_shutdown=_END_SECONDS,
    )
    server = _Server(config)

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(log_exhaustion(bounds))
        companions = [asyncio.ensure_future(close_silent(server.server_state.connections))]
        if background is not None:
            companions.append(asyncio.ensure_future(background()))
            companions[-1].add_done_callback(lambda _: setattr(server, "should_exit", True))
        try:
            await server.serve(sockets=[listener])
        finally:
            for companion in companions:
                companion.cancel()
            # Not by awaiting each and suppressing its cancellation: after Ctrl-C, that of this very
            # task arrives here, and is what ends the program as an interrupted one.
            await asyncio.wait(companions)
        for companion in companions:
            if not companion.cancelled():
                companion.result()

    asyncio.run(run())
