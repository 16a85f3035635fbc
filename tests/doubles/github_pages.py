"""GitHub Pages as it serves files: `.html` for extensionless addresses, no queries, no headers of ours.

From what its users have seen (its own docs name only limits): `/foo` is `foo.html`; a folder is
redirected to `/folder/` and shows `index.html`; `%2F` is decoded before the look-up; whatever is
missing is `404.html` with 404; every answer may be read by any origin and is fresh for ten minutes;
other methods are 405; types follow from extensions.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xml": "application/xml",
    ".gz": "application/gzip",
    ".css": "text/css; charset=utf-8",
    ".js": "application/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


@contextmanager
def github_pages(root: Path, path: str, port: int) -> Iterator[None]:
    """Serve a folder under a project's path, such as `/repo`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, status: int, file: Path | None, **headers: str) -> None:
            body = file.read_bytes() if file else b""
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cache-Control", "max-age=600")
            self.send_header("ETag", tag)
            if file:
                self.send_header("Content-Type", _TYPES.get(file.suffix, "application/octet-stream"))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _get(self) -> None:
            try:
                asked = unquote(self.path.partition("?")[0], errors="strict")
            except UnicodeDecodeError:
                asked = ""
            missing = root / "404.html"
            if not asked.startswith(f"{path}/") or "\0" in asked or ".." in asked.split("/"):
                return self._answer(404, missing)
            below = asked.removeprefix(f"{path}/")
            file = root / below
            try:
                if below.endswith("/") or not below:
                    file = file / "index.html"
                elif not file.is_file() and file.with_name(f"{file.name}.html").is_file():
                    file = file.with_name(f"{file.name}.html")
                elif file.is_dir():
                    return self._answer(301, None, Location=f"{self.path.partition('?')[0]}/")
                return self._answer(200, file) if file.is_file() else self._answer(404, missing)
            except OSError:  # a name that no file can have
                return self._answer(404, missing)

        def _refuse(self) -> None:
            self._answer(405, None)

        def log_message(self, *_: Any) -> None:
            pass

        do_GET = do_HEAD = _get  # noqa: N815 (names of the library)
        do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815 (names of the library)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
