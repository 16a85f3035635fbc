"""Entries from another registry over its read API (v0.1), a page at a time, resumable.

The walk's progress is kept in the repository's own Git folder, so an interrupted walk goes on
where it stopped, and a later one asks only for what was updated since.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

import orjson

from mcp_static import __version__
from mcp_static.api.paths import SERVERS_FOLDER
from mcp_static.importing.static_source import every_version
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.registry_address import registry_address
from mcp_static.net.client import Authorization, Client
from mcp_static.settings.network import NetworkSettings

PAGE_LIMIT: Final = 100
MAX_PAGE_BYTES: Final = 32 * 1024 * 1024
_PAGE_SECONDS: Final = 120
_MOST_EMPTY_PAGES: Final = 50
_MOST_PAGES: Final = 50_000
"""Five million entries: a list that goes on after that has no end."""
_LONGEST_CURSOR: Final = 4_096


class RegistryWalk:
    """Walks a registry; what it has received is in `spool`, one entry per line.

    With `most_bytes`, it takes no more than that.
    """

    def __init__(
        self,
        url: str,
        choices: tuple[object, ...],
        folder: Path,
        authorization: Authorization | None = None,
        network: NetworkSettings | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._network: Final = network
        self._most_bytes: Final = most_bytes
        # What was left out under other choices has to be offered again under these.
        key = hashlib.sha256(repr((registry_address(url), choices, __version__)).encode()).hexdigest()[
            :16
        ]
        self._url: Final = registry_address(url)
        self._address: Final = f"{self._url}/{SERVERS_FOLDER}"
        self._authorization: Final = authorization
        self._folder: Final = folder / "mcp-static" / f"import-{key}"
        self._progress: Final = self._folder / "progress.json"
        self.spool: Final = self._folder / "entries.ndjson"

    def pages(self) -> Iterator[int]:
        """Walk on to the end, giving how many entries each page brought.

        Raises ServiceError when the registry cannot be reached or does not answer as the API does;
        what was received until then is kept for the next call.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        state = self._load()
        if state.get("complete"):
            return
        seen: set[str] = set()
        empty = pages = 0
        with (
            registry_client(self._authorization, self._network) as client,
            self.spool.open("ab") as spool,
        ):
            spool.truncate(state.get("size", 0))
            while True:
                page = self._fetch(client, state)
                cursor = _next_cursor(page)
                if cursor is None and not state.get("cursor") and self._reads_no_query(client, page):
                    for entries in every_version(client, self._url, page["servers"]):
                        self._write(spool, entries)
                        yield len(entries)
                    self._save(state | {"size": spool.tell(), "complete": True})
                    return
                self._write(spool, page["servers"])
                if cursor is not None and len(cursor) > _LONGEST_CURSOR:
                    raise self._strange(f"it gave a cursor of {len(cursor):,} characters")
                if cursor is not None and cursor in seen:
                    raise self._strange(f"it gave the cursor {cursor[:100]!r} a second time")
                seen.add(cursor or "")
                self._save(state | {"cursor": cursor, "size": spool.tell(), "complete": cursor is None})
                state = self._load()
                yield len(page["servers"])
                if cursor is None:
                    return
                pages += 1
                if pages == _MOST_PAGES:
                    raise self._strange(f"its list has more than {pages:,} pages")
                empty = 0 if page["servers"] else empty + 1
                if empty == _MOST_EMPTY_PAGES:
                    raise self._strange(f"it gave {empty} empty pages in a row")

    @property
    def imported_into(self) -> str:
        """The commit that the last finished import has led to; empty when there was none."""
        return str(self._load().get("commit") or "")

    def forget(self) -> None:
        """Begin at the beginning."""
        self._progress.unlink(missing_ok=True)
        self.spool.unlink(missing_ok=True)

    def finish(self, newest: str, commit: str) -> None:
        """Note that everything up to this `updatedAt` has been imported, which led to that commit."""
        since = max(newest, str(self._load().get("since") or ""))
        self._save({"since": since, "commit": commit})
        self.spool.unlink(missing_ok=True)

    def _load(self) -> dict[str, Any]:
        try:
            value = orjson.loads(self._progress.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return value if isinstance(value, dict) else {}

    def _save(self, state: dict[str, Any]) -> None:
        fresh = self._progress.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(state))
        fresh.replace(self._progress)

    def _reads_no_query(self, client: Client, page: dict[str, Any]) -> bool:
        """Whether the registry lists the same whatever it is asked: each server's latest alone.

        The standard has a `limit` of 0 refused, so only an answer to that leaves a doubt.
        """
        if not page["servers"] or not client.get(f"{self._address}?limit=0").is_ok:
            return False
        listed = self._fetch(client, {}, limit=1)["servers"]
        return len(listed) > 1 or len(page["servers"]) == 1

    def _fetch(self, client: Client, state: dict[str, Any], limit: int = PAGE_LIMIT) -> dict[str, Any]:
        query = {"limit": str(limit), "include_deleted": "true"}
        if state.get("since"):
            query["updated_since"] = state["since"]
        if state.get("cursor"):
            query["cursor"] = state["cursor"]
        address = self._address
        answer = client.get(f"{address}?{urlencode(query)}")
        client.require_signed_in(address, answer)
        if answer.status in {404, 410}:
            raise InputError(
                f"{address} does not exist ({answer.status}).",
                "Give the address that has the registry's /v0.1/ below it.",
            )
        if not answer.is_ok:
            raise self._strange(f"it answered {answer.status}")
        try:
            # Not strictly: each entry is read strictly later, and one bad one costs only itself.
            page = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise self._strange(f"what it sent is not JSON: {error}") from None
        if not isinstance(page, dict) or not isinstance(page.get("servers"), list):
            raise self._strange("what it sent is not a list of servers")
        return page

    def _write(self, spool: BinaryIO, entries: list[Any]) -> None:
        spool.write(b"".join(map(_line, entries)))
        spool.flush()
        os.fsync(spool.fileno())
        if self._most_bytes is not None and spool.tell() > self._most_bytes:
            raise self._strange(f"it serves more than {self._most_bytes >> 20} MiB")

    def _strange(self, message: str) -> ServiceError:
        return ServiceError(
            f"{self._url} does not answer as a registry should: {message}.",
            "Check the address; if it is right, try again later. What was received is kept.",
        )


def _line(entry: Any) -> bytes:
    """An entry as a line; null for one that is nested too deeply to be an entry."""
    try:
        return json.dumps(entry).encode() + b"\n"
    except RecursionError:
        return b"null\n"


def _next_cursor(page: dict[str, Any]) -> str | None:
    metadata = page.get("metadata")
    cursor = metadata.get("nextCursor") if isinstance(metadata, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


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
