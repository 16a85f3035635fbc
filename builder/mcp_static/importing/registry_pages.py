"""Asking a registry for the pages of its list."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from mcp_static.api.paths import SERVERS_FOLDER
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.reading import Part
from mcp_static.model.terminal import shown_address
from mcp_static.net.client import Authorization, Client
from mcp_static.net.limits import Answer
from mcp_static.net.reasons import reason_of
from mcp_static.settings.network import NetworkSettings

MAX_PAGE_BYTES: Final = 32 * 1024 * 1024
_PAGE_SECONDS: Final = 120
_LIMITS: Final = (100, 50, 30, 10)
"""How many entries a page is asked to have: the standard's most, and less where that is refused."""
_REFUSED: Final = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, all of what was answered, and the entries in it."""

    address: str
    document: Part
    entries: list[Any]


class RegistryPages:
    """The pages of one registry's list, of all entries or of those updated `since`."""

    def __init__(self, client: Client, url: str, since: str = "") -> None:
        self.client: Final = client
        self.limit = _LIMITS[0]
        self._url: Final = url
        self._since: Final = since
        self._list: Final = f"{url}/{SERVERS_FOLDER}"

    def fetch(self, cursor: str | None = None) -> Page:
        """A page; the limit is lowered where the registry refuses it, and stays so.

        Raises InputError where there is no registry, ServiceError for any other answer than a page.
        """
        address, answer = self._ask(self.limit, cursor)
        refused = answer
        for limit in _LIMITS:
            if answer.status not in _REFUSED:
                break
            if limit < self.limit:
                address, answer = self._ask(limit, cursor)
                if answer.is_ok:
                    self.limit = limit
        return self._read(address, refused if answer.status in _REFUSED else answer)

    def reads_no_query(self, page: Page) -> bool:
        """Whether the registry lists the same whatever it is asked: each server's latest alone.

        The standard has a `limit` of 0 refused, so only an answer to that leaves a doubt.
        """
        if not page.entries or not self.client.get(f"{self._list}?limit=0").is_ok:
            return False
        listed = self._read(*self._ask(1, None, is_probe=True)).entries
        return len(listed) > 1 or len(page.entries) == 1

    def _ask(self, limit: int, cursor: str | None, *, is_probe: bool = False) -> tuple[str, Answer]:
        query = {"limit": str(limit), "include_deleted": "true"}
        if self._since and not is_probe:
            query["updated_since"] = self._since
        if cursor:
            query["cursor"] = cursor
        answer = self.client.get(f"{self._list}?{urlencode(query)}")
        return f"{shown_address(self._list)}?{urlencode(query)}", answer

    def _read(self, address: str, answer: Answer) -> Page:
        self.client.require_signed_in(self._list, answer)
        if answer.status in {404, 410}:
            raise InputError(
                f"{self._list} does not exist ({answer.status}).",
                "Give the address that has the registry's /v0.1/ below it; a file is fetched first: "
                "`curl --fail ADDRESS | mcp-static import -`.",
            )
        document = _json(answer.body)
        if not answer.is_ok:
            reason = reason_of(document)
            raise self._strange(address, f"answered {answer.status}{f' ({reason})' if reason else ''}")
        if not isinstance(document, dict) or "servers" not in document:
            kind = "no JSON" if document is _NO_JSON else "no list of servers"
            raise self._strange(address, f"answered with {kind}")
        servers = document["servers"]
        if servers is None:  # what Go makes of an empty list
            servers = []
        if not isinstance(servers, list):
            raise self._strange(address, "answered with `servers` that are no array")
        return Page(address, document, servers)

    def _strange(self, address: str, message: str) -> ServiceError:
        return ServiceError(
            f"{self._url} does not answer as a registry should: {address[:500]} {message}.",
            "Check the address; if it is right, try again later. What was received is kept, and this "
            "page is asked for again; `import --anew` begins at the beginning.",
        )


_NO_JSON: Final = object()


def _json(body: bytes) -> Any:
    try:
        # Not strictly: each entry is read strictly later, and one bad one costs only itself.
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NO_JSON


def registry_client(
    authorization: Authorization | None = None, network: NetworkSettings | None = None
) -> Client:
    """A client for the lists of another registry, asked from a network; close it."""
    return Client(
        max_bytes=MAX_PAGE_BYTES,
        seconds=_PAGE_SECONDS,
        retries=5,
        authorization=authorization,
        network=network,
    )
