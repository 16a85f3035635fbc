"""A source registry on this machine, and registries that take in from it."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.git.repository import open_repository
from mcp_static.syncing.registry_state import read_state
from mcp_static.syncing.syncing import SyncOptions, SyncResult, sync

from tests.registries import Registry, server_json

WEATHER = "com.example/weather"
MAPS = "com.example/maps"


def entry(
    name: str = WEATHER, version: str = "1.0.0", day: int = 1, status: str = "active", **more: Any
) -> dict[str, Any]:
    """An entry as a source serves it; `more` are members of its server object."""
    stamp = f"2025-10-{day:02}T00:00:00Z"
    official = {"status": status, "publishedAt": stamp, "updatedAt": stamp, "isLatest": True}
    return {"server": server_json(name, version, **more), "_meta": {OFFICIAL_META: official}}


class Source:
    """A registry with some entries, which can be down, or ask for a token."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.entries: list[dict[str, Any]] = list(entries)
        self.fails_with: int | None = None
        self.token: str | None = None
        self.redirects_to = ""
        self.url = ""
        self.asked: list[str] = []
        self.authorizations: list[str | None] = []

    def answer(self, path: str, authorization: str | None) -> tuple[int, Any]:
        """The status and the JSON for a path."""
        self.asked.append(path)
        self.authorizations.append(authorization)
        if self.token is not None and authorization != f"Bearer {self.token}":
            return 401, {"error": "no"}
        if self.fails_with is not None:
            return self.fails_with, {"error": "down"}
        plain = unquote(urlsplit(path).path)
        if plain == "/v0.1/servers" and "limit=0" in urlsplit(path).query.split("&"):
            return 422, {"error": "limit"}  # as the standard has it
        if plain == "/v0.1/servers":
            return 200, self._list(self.entries)
        if not plain.startswith("/v0.1/servers/"):
            return 404, {}
        name, _, rest = plain.removeprefix("/v0.1/servers/").partition("/versions")
        found = [one for one in self.entries if one["server"]["name"] == name]
        if rest:
            version = rest.removeprefix("/")
            one = next((one for one in found if one["server"]["version"] == version), None)
            return (200, one) if one else (404, {})
        return (200, self._list(found)) if found else (404, {})

    def _list(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        return {"servers": entries, "metadata": {"count": len(entries)}}


@contextmanager
def serving(source: Source) -> Iterator[Source]:
    """Serve a source; its `url` is set meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if source.redirects_to:
                source.asked.append(self.path)
                source.authorizations.append(self.headers.get("Authorization"))
                self.send_response(302)
                self.send_header("Location", source.redirects_to + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, document = source.answer(self.path, self.headers.get("Authorization"))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    source.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def table(address: str, *include: str, **settings: Any) -> str:
    """A table of `[[sources]]` in TOML."""
    kind = "url" if "://" in address else "file"
    lines = [f"{kind} = {json.dumps(address)}", f"include = {json.dumps(list(include))}"]
    lines += [f"{key} = {_toml(value)}" for key, value in settings.items()]
    return "\n".join(["[[sources]]", *lines, ""])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


class Mirror:
    """A registry that takes in from sources; its repository is bare, files of sources lie in it."""

    def __init__(self, path: Path) -> None:
        self.registry = Registry(path)
        self.path = path

    def configure(self, *tables: str, **files: str) -> None:
        """Commit the settings, and lists next to them."""
        self.registry.commit({"registry.toml": "\n".join(tables), **files})

    def offer(self, entries: Sequence[dict[str, Any]], file: str = "source.ndjson") -> None:
        """Write a source's file."""
        lines = "".join(json.dumps(one) + "\n" for one in entries)
        (self.path / file).write_text(lines)

    def sync(self, **options: Any) -> SyncResult:
        """One sync."""
        with open_repository(self.path) as repository:
            return sync(repository, SyncOptions(**options))

    @property
    def served(self) -> set[str]:
        """What is not deleted, as `name@version`."""
        with open_repository(self.path) as repository:
            state = read_state(repository, self.registry.head)
        return {"@".join(key) for key, known in state.known.items() if not known.is_deleted}


def said(result: SyncResult, kind: str) -> list[str]:
    """What a report says of one kind."""
    return [
        finding.sentence
        for section in result.report.sections
        for finding in section.findings
        if finding.id == kind
    ]
