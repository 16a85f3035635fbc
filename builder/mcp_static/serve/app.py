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

from mcp_static.api.media import JSON
from mcp_static.model.errors import InputError
from mcp_static.serve.answers import ALLOWED, answer
from mcp_static.serve.snapshot import Shown

# On every answer, since GitHub Copilot asks registries for just these three.
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Expose-Headers": "ETag",
}
_PREFLIGHT: Final = {**_CORS, "Access-Control-Max-Age": "86400", "Allow": ALLOWED}
_GZIP_FROM: Final = 1000


class _Registry:
    """Answers requests from whatever snapshot is shown."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = self._respond(scope)
        await response(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        method: str = scope["method"]
        if method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        path: bytes = scope["raw_path"].partition(b"?")[0]
        query = scope["query_string"].decode("latin-1")
        try:
            snapshot = self._shown.snapshot()
        except (OSError, InputError):
            body = b'{"error":"The registry is not there at the moment."}\n'
            return Response(body, 503, {**_CORS, "Content-Type": JSON, "Cache-Control": "no-cache"})
        result = answer(snapshot, method, path, query)
        headers = {
            **_CORS,
            "Content-Type": result.type,
            "X-Content-Type-Options": "nosniff",
        }
        if result.status in {405, 501}:
            headers["Allow"] = ALLOWED
        if result.status != 200:
            headers["Cache-Control"] = "no-cache"
            return Response(result.body, result.status, headers)
        tag = _tag(result.body)
        headers |= {"ETag": tag, "Cache-Control": result.freshness}
        if _has_tag(scope, tag):
            del headers["Content-Type"]
            return Response(status_code=304, headers={**headers, "Vary": "Accept-Encoding"})
        return Response(result.body, 200, headers)


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


def application(shown: Shown) -> ASGIApp:
    """The ASGI application of an output folder."""
    return GZipMiddleware(_Registry(shown), minimum_size=_GZIP_FROM, compresslevel=5)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises InputError when the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only on sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)  # from here on, who connects waits instead of being refused
    except OSError as error:
        listener.close()
        raise InputError(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            "Stop the program that uses the port, or choose another one with --port.",
        ) from None
    return listener


def serve(
    listener: socket.socket, shown: Shown, alongside: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Serve until interrupted; `alongside` runs beside, such as a watch for new commits."""
    config = uvicorn.Config(
        application(shown),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        companion = asyncio.create_task(_run(alongside)) if alongside else None
        try:
            await server.serve(sockets=[listener])
        finally:
            if companion is not None:
                companion.cancel()

    asyncio.run(run())


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
