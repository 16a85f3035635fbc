"""Asking a registry as clients do, and knowing a little of what it holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin

from mcp_static.api.checksums import json_object
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.api.paths import SERVERS_FOLDER, SNAPSHOT
from mcp_static.api.snapshot import updated_since_slack
from mcp_static.model.errors import NonconformityError, NothingToSeeError
from mcp_static.net.client import Client
from mcp_static.net.limits import REDIRECTS
from mcp_static.settings.network import NetworkSettings

_SECONDS: Final = 30
_WALK_PAGES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the status, the headers, and the body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, whatever type it is given; raises NonconformityError for anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NonconformityError(f"{self.url} is not JSON") from None

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def expect(self, *statuses: int) -> "Heard":
        """This answer, if its status is one of these; else raises NonconformityError."""
        if self.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise NonconformityError(f"{self.url} answers {self.status}, not {wanted}")
        return self

    def entries(self) -> list[dict[str, Any]]:
        """The entries of a list, which is well formed; raises NonconformityError."""
        document = self.expect(200).json()
        servers = document.get("servers") if isinstance(document, dict) else None
        if not isinstance(servers, list):
            raise NonconformityError(f"{self.url} has no array `servers`")
        if not all(isinstance(entry, dict) for entry in servers):
            raise NonconformityError(f"{self.url} lists something that is not an object")
        metadata = document.get("metadata")
        if not isinstance(metadata, dict) or metadata.get("count") != len(servers):
            raise NonconformityError(f"{self.url}: metadata.count is not the number of servers")
        return servers

    @property
    def next_cursor(self) -> str | None:
        """Where the list goes on."""
        metadata = self.json().get("metadata") or {}
        cursor = metadata.get("nextCursor")
        return str(cursor) if cursor else None


def key_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version of an entry; raises NonconformityError if they are missing."""
    server = entry.get("server")
    if not isinstance(server, dict) or not isinstance(server.get("name"), str):
        raise NonconformityError("an entry has no server with a name")
    return server["name"], str(server.get("version"))


def official(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the registry says about an entry; raises NonconformityError when it says nothing."""
    meta = entry.get("_meta")
    found = meta.get(OFFICIAL_META) if isinstance(meta, dict) else None
    if not isinstance(found, dict):
        raise NonconformityError(f"{key_of(entry)[0]} has no _meta.{OFFICIAL_META}")
    return found


class Probe:
    """One registry under examination; close it, or use it as a context manager."""

    def __init__(self, url: str, network: NetworkSettings | None = None) -> None:
        self.url: Final = url.rstrip("/")
        self._client: Final = Client(seconds=_SECONDS, network=network)

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def require_signed_in(self) -> None:
        """Raise OperatorError where a page to sign in stands in front of the registry."""
        url = f"{self.url}/{SERVERS_FOLDER}?limit=1"
        self._client.require_signed_in(url, self._client.ask("GET", url))

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Heard:
        """One request, path and query exactly as given; raises UnansweredError when nothing answers."""
        url = f"{self.url}{path}{f'?{query}' if query else ''}"
        sent = {"Accept": "application/json", **(headers or {})}
        answer = self._client.ask(method, url, sent)
        if answer.status in REDIRECTS and method == "GET":
            place = urljoin(url, answer.headers.get("Location", ""))
            # Some hosts have a folder at the address; every client follows this.
            if place == f"{self.url}{path}/{f'?{query}' if query else ''}":
                answer = self._client.ask(method, place, sent)
        return Heard(url[:200], answer.status, answer.headers, answer.body)

    def listing(self, **parameters: str | int) -> Heard:
        """`GET /v0.1/servers` with some parameters."""
        return self.ask("/v0.1/servers", query=urlencode(parameters))

    def server(self, name: str, rest: str = "versions", query: str = "") -> Heard:
        """`GET /v0.1/servers/{serverName}/…`, the name encoded as one segment."""
        return self.ask(f"/v0.1/servers/{quote(name, safe='')}/{rest}", query=query)

    def walk(self, **parameters: str | int) -> list[dict[str, Any]]:
        """Every entry, page after page; raises NonconformityError for a walk that does not end."""
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        heard = self.listing(**parameters)
        for _ in range(_WALK_PAGES):
            found += heard.entries()
            cursor = heard.next_cursor
            if cursor is None:
                return found
            if cursor in seen:
                raise NonconformityError(f"the cursor {cursor[:60]!r} comes twice in one walk")
            seen.add(cursor)
            heard = self.listing(**{**parameters, "cursor": cursor})
        raise NonconformityError(f"a walk has not ended after {_WALK_PAGES} pages")

    @cached_property
    def everything(self) -> list[dict[str, Any]]:
        """All entries that are listed, in pages of a hundred."""
        return self.walk(limit=100)

    @cached_property
    def slack(self) -> timedelta:
        """How much earlier answers to `updated_since` may begin, if the registry's snapshot says so."""
        heard = self.ask(f"/{SNAPSHOT}")
        return timedelta(seconds=updated_since_slack(json_object(heard.body)))

    @cached_property
    def sample(self) -> list[dict[str, Any]]:
        """A few entries, from the beginning, the middle and the end; raises NothingToSeeError."""
        entries = self.everything
        if not entries:
            raise NothingToSeeError("the registry is empty")
        places = sorted({0, len(entries) // 3, len(entries) // 2, len(entries) - 1})
        return [entries[place] for place in places]

    @cached_property
    def deleted(self) -> list[dict[str, Any]]:
        """Entries that are listed only when they are asked for; raises NothingToSeeError."""
        found = [
            entry
            for entry in self.walk(limit=100, include_deleted="true")
            if official(entry).get("status") == "deleted"
        ]
        if not found:
            raise NothingToSeeError("the registry has no deleted entries")
        return found
