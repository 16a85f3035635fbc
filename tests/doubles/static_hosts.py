"""Hosts of static files as they serve them: `.html` for addresses without it, and no queries.

All: `%2F` is decoded before the look-up; whatever is missing is `404.html` with 404; types follow from
extensions; other methods are 405.

- GitHub Pages, from what its users have seen (its own docs name only limits): `/foo` is `foo.html`, and
  otherwise a folder, which is redirected to `/foo/`; every answer may be read by any origin and is fresh for ten minutes.
- GitLab Pages (gitlab-pages, internal/serving/disk/reader.go, README.md): the same, but the folder comes
  first, and a `.gz` next to a file is sent to who takes it.
- Firebase (superstatic, src/middleware/files.js), Vercel (`cleanUrls`), Azure and Netlify, as documented: a
  folder shows its page without a redirect; Firebase and Vercel lead `/foo.html` to `/foo`; headers are
  those of the file of settings that was built.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
_PAGES: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=600"}


@dataclass(frozen=True)
class StaticHost:
    """What one host does its own way; `headers` reads them from the output."""

    headers: Callable[[Path], Mapping[str, str]] = lambda _: _PAGES
    folder_status: int | None = None
    prefers_page: bool = False
    is_precompressed: bool = False
    drops_html: bool = False


def _azure(root: Path) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((root / "staticwebapp.config.json").read_text())["globalHeaders"]
    return found


def _netlify(root: Path) -> Mapping[str, str]:
    path, *lines = (root / "_headers").read_text().splitlines()
    assert path == "/*"
    return dict(line.strip().split(": ", 1) for line in lines)


def _vercel(root: Path) -> Mapping[str, str]:
    settings = json.loads((root / "vercel.json").read_text())
    assert settings["cleanUrls"]
    return _listed(settings["headers"], "/(.*)")


def _firebase(root: Path) -> Mapping[str, str]:
    settings = json.loads((root / "firebase.json").read_text())["hosting"]
    assert settings["cleanUrls"]
    return _listed(settings["headers"], "**")


def _listed(rules: list[dict[str, Any]], source: str) -> Mapping[str, str]:
    (rule,) = (rule for rule in rules if rule["source"] == source)
    return {header["key"]: header["value"] for header in rule["headers"]}


STATIC_HOSTS = {
    "github-pages": StaticHost(folder_status=301, prefers_page=True),
    "gitlab-pages": StaticHost(folder_status=302, is_precompressed=True),
    "azure-static-web-apps": StaticHost(_azure),
    "netlify": StaticHost(_netlify),
    "vercel": StaticHost(_vercel, drops_html=True),
    "firebase": StaticHost(_firebase, drops_html=True),
}


@contextmanager
def static_host(name: str, root: Path, path: str, port: int) -> Iterator[None]:
    """Serve a folder as a host does, under a project's path such as `/repo`, or none."""
    host = STATIC_HOSTS[name]
    given = host.headers(root)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, status: int, file: Path | None, **headers: str) -> None:
            body = file.read_bytes() if file else b""
            if file and host.is_precompressed and "gzip" in self.headers.get("Accept-Encoding", ""):
                packed = file.with_name(f"{file.name}.gz")
                if packed.is_file():
                    body, headers["Content-Encoding"] = packed.read_bytes(), "gzip"
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("ETag", tag)
            if file:
                self.send_header("Content-Type", _TYPES.get(file.suffix, "application/octet-stream"))
            for name, value in {**given, **headers}.items():
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
            try:
                return self._look_up(asked.removeprefix(f"{path}/"), missing)
            except OSError:  # a name that no file can have
                return self._answer(404, missing)

        def _look_up(self, below: str, missing: Path) -> None:
            file, target = root / below, self.path.partition("?")[0]
            if host.drops_html and below.endswith(".html") and file.is_file():
                clean = target.removesuffix(".html").removesuffix("index")
                return self._answer(308, None, Location=clean or "/")
            if below.endswith("/") or not below:
                file = file / "index.html"
            else:
                page = file.with_name(f"{file.name}.html")
                if host.prefers_page and page.is_file() and not file.is_file():
                    file = page
                elif file.is_dir():
                    if host.folder_status is not None:
                        query = self.path[len(target) :]
                        return self._answer(host.folder_status, None, Location=f"{target}/{query}")
                    file = file / "index.html"
                elif not file.is_file():
                    file = page
            return self._answer(200, file) if file.is_file() else self._answer(404, missing)

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
