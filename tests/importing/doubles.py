"""A registry that misbehaves, as an HTTP server on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answerer = Callable[[dict[str, str]], tuple[int, bytes]]


PATH = ":path"
"""The member of a query, as an answerer gets it, that holds the path."""


@contextmanager
def registry_double(
    answerer: Answerer, *, reads_no_query: bool = False
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve what `answerer` says to each query; gives the address and the queries asked so far.

    With `reads_no_query` the path is told as well, and no query is refused.
    """
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            if reads_no_query:
                query[PATH] = parts.path
            if query.get("limit") == "0" and not reads_no_query:  # refused, as the standard has it
                status, body = 422, b"{}"
            else:
                asked.append(query)
                status, body = answerer(query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(entries: list[Any], cursor: str | None = None) -> tuple[int, bytes]:
    """A good page."""
    metadata = {"count": len(entries), **({"nextCursor": cursor} if cursor else {})}
    return 200, json.dumps({"servers": entries, "metadata": metadata}).encode()
