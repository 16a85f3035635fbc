"""Asking a registry as clients do, each question once."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import orjson

from mcp_static.model.errors import ServiceError
from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.model.registry_address import registry_address
from mcp_static.net.client import Client
from mcp_static.net.limits import Answer
from mcp_static.settings.network import NetworkSettings

_SECONDS: Final = 30.0
_MOST_PAGES: Final = 100
"""Ten thousand servers are looked through for the one that a configuration may mean."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a registry answers for a name: 200 with the latest version, 404, or what no client takes."""

    status: int
    server: Part

    @property
    def is_listed(self) -> bool:
        """Whether the name is allowed."""
        return self.status == 200 and bool(self.server)

    @property
    def is_unknown(self) -> bool:
        """Whether the registry says that there is no such server."""
        return self.status == 404


class AskedRegistry:
    """A registry at an address, asked from a network; close it, or use it as a context manager.

    Every method raises UnansweredError if nothing answers, and InputError if that is no address.
    """

    def __init__(self, url: str, network: NetworkSettings | None = None) -> None:
        self.url: Final = registry_address(url)
        self._client: Final = Client(seconds=_SECONDS, network=network)
        self.latest = cache(self._latest)
        self.versions = cache(self._versions)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def require_registry(self) -> None:
        """Raise ServiceError if what answers there has no list of servers, so that it is no registry.

        A status that says nothing about that, such as 500, is left to what is asked next.
        """
        answer = self._ask("/v0.1/servers?limit=1")
        is_list = answer.is_ok and isinstance(_json(answer).get("servers"), list)
        if answer.status in {404, 410} or (answer.is_ok and not is_list):
            raise ServiceError(
                f"{self.url} is not a registry: it has no list of servers at /v0.1/servers.",
                "Check the address; it is the one that clients are given.",
            )

    def _latest(self, name: str) -> Lookup:
        """The latest version of a server, as clients look its name up."""
        answer = self._ask(f"/v0.1/servers/{quote(name, safe='')}/versions/latest")
        document = _json(answer)
        return Lookup(answer.status, part_of(document, "server") if answer.is_ok else {})

    def _versions(self, name: str) -> tuple[Part, ...]:
        """All listed versions of a server; none if there is no such server."""
        answer = self._ask(f"/v0.1/servers/{quote(name, safe='')}/versions")
        return _servers(_json(answer)) if answer.is_ok else ()

    @cached_property
    def servers(self) -> tuple[Part, ...]:
        """The latest versions of all servers, or of as many as are looked through."""
        found: list[Part] = []
        parameters = {"limit": "100", "version": "latest"}
        for _ in range(_MOST_PAGES):
            answer = self._ask(f"/v0.1/servers?{urlencode(parameters)}")
            page = _json(answer) if answer.is_ok else {}
            found += _servers(page)
            cursor = text_of(part_of(page, "metadata"), "nextCursor")
            if not cursor or cursor == parameters.get("cursor"):
                break
            parameters["cursor"] = cursor
        return tuple(found)

    def file(self, path: str) -> bytes | None:
        """A file that the registry may have, such as a policy; None if it has none."""
        answer = self._ask(f"/{path}")
        return answer.body if answer.is_ok else None

    def _ask(self, path: str) -> Answer:
        return self._client.get(f"{self.url}{path}")


def _servers(page: Part) -> tuple[Part, ...]:
    return tuple(part_of(entry, "server") for entry in objects_in(page.get("servers")))


def _json(answer: Answer) -> Part:
    """An object; empty for anything else, which no client can use."""
    try:
        value: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
