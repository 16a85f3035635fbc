"""VS Code's client of a registry, replayed: its requests as it writes them, and what it makes of answers."""

import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back, redirects not followed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body, whatever type the host gives it."""
        return json.loads(self.body)

    def of_headers(self, names: Iterable[str]) -> dict[str, str | None]:
        """The values of these headers, None for those not there; several of one are joined."""
        return {name: ", ".join(self.headers.get_all(name, [])) or None for name in names}


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    """One request, its address sent exactly as written; `_` in a header's name stands for `-`."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.putrequest(method, url.partition(parts.netloc)[2], skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
    # GitLab Pages has a folder at the address of the list, and clients follow to it, as VS Code does
    # (src/vs/platform/request/node/requestService.ts). No other address may redirect.
    if method == "GET" and parts.path.endswith("/v0.1/servers") and answer.status == 302:
        return ask(urljoin(url, answer.headers["Location"]), **headers)
    return answer


def encoded(text: str) -> str:
    """JavaScript's encodeURIComponent."""
    return quote(text, safe="-_.!~*'()")


class GalleryError(Exception):
    """What VS Code takes for a failure of the registry."""


@dataclass
class Gallery:
    """VS Code's client of a registry, from what its mcpGalleryService.ts does in 2025 and 2026.

    Strict where its versions differ: one wrong entry is an error, though newer ones leave it out. It
    also leaves out servers with neither a package nor a remote, which is not up to the host.
    """

    base: str
    version: str = ""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = self.base.removesuffix("/")
        answering = (
            v for v in ("v0.1", "v0") if 200 <= self._get(f"/{v}/servers?limit=1").status < 300
        )
        self.version = next(answering, "v0.1")

    def _get(self, path: str) -> Answer:
        self.asked.append(path)
        return ask(self.base + path, Origin="vscode-file://vscode-app")

    def servers(self, search: str = "") -> list[dict[str, Any]]:
        """Every page; the search goes with the first alone, a cursor goes on as it came."""
        found: list[dict[str, Any]] = []
        query = "limit=50&version=latest"
        search = search.strip()
        page = self._page(f"{query}&search={encoded(search)}" if search else query)
        found += page["servers"]
        while cursor := page["metadata"].get("nextCursor"):
            page = self._page(f"{query}&cursor={cursor}")
            found += page["servers"]
            if len(self.asked) > 200:
                raise GalleryError("the walk does not end")
        return found

    def _page(self, query: str) -> dict[str, Any]:
        answer = self._get(f"/{self.version}/servers?{query}")
        if not 200 <= answer.status < 300:
            raise GalleryError(f"Server returned {answer.status}")
        page: dict[str, Any] = answer.json()
        if not isinstance(page.get("servers"), list) or not isinstance(page.get("metadata"), dict):
            raise GalleryError("a page lacks servers or metadata")
        for entry in page["servers"]:
            self._check(entry)
        return page

    def detail(self, name: str) -> dict[str, Any] | None:
        """A server's latest version, or None when the registry says that there is none."""
        answer = self._get(f"/{self.version}/servers/{encoded(name)}/versions/latest")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise GalleryError(f"Server returned {answer.status}")
        entry: dict[str, Any] = answer.json()
        self._check(entry)
        if entry["server"]["name"] != name:
            raise GalleryError(f"asked for {name}, got {entry['server']['name']}")
        return entry

    @staticmethod
    def _check(entry: dict[str, Any]) -> None:
        server = entry.get("server")
        if not isinstance(server, dict) or not isinstance(entry.get("_meta"), dict):
            raise GalleryError("an entry lacks server or _meta")
        for required in ("name", "description", "version"):
            if not (isinstance(server.get(required), str) and server[required]):
                raise GalleryError(f"a server lacks its {required}")
