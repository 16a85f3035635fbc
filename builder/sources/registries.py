"""Entries from another registry over its read API (v0.1), a page at a time, resumable.

The walk's progress is kept in the repository's own Git folder, so an interrupted walk goes on
where it stopped, and a later one asks only for what was updated since.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from builder import __version__
from builder.model.errors import InputError, ServiceError
from builder.model.strictjson import JsonError, parse_json

PAGE_LIMIT: Final = 100
MAX_PAGE_BYTES: Final = 32 * 1024 * 1024
_TIMEOUT: Final = (10, 60)
"""Seconds to connect, and between two pieces of an answer."""


class RegistryWalk:
    """Walks a registry; what it has received is in `spool`, one entry a line."""

    def __init__(self, url: str, folder: Path) -> None:
        key = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._url: Final = url.rstrip("/")
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
        seen = set()
        with _session() as session, self.spool.open("ab") as spool:
            spool.truncate(state.get("size", 0))
            while True:
                page = self._fetch(session, state)
                spool.write(b"".join(orjson.dumps(entry) + b"\n" for entry in page["servers"]))
                spool.flush()
                os.fsync(spool.fileno())
                cursor = _next_cursor(page)
                if cursor in seen:
                    raise self._strange(f"it gave the cursor {cursor!r} a second time")
                seen.add(cursor)
                self._save(state | {"cursor": cursor, "size": spool.tell(), "complete": cursor is None})
                state = self._load()
                yield len(page["servers"])
                if cursor is None:
                    return

    def finish(self, newest: str) -> None:
        """Note that everything received has been imported, up to this `updatedAt`."""
        since = max(newest, str(self._load().get("since") or ""))
        self._save({"since": since})
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

    def _fetch(self, session: requests.Session, state: dict[str, Any]) -> dict[str, Any]:
        query: dict[str, Any] = {"limit": PAGE_LIMIT, "include_deleted": "true"}
        if state.get("since"):
            query["updated_since"] = state["since"]
        if state.get("cursor"):
            query["cursor"] = state["cursor"]
        address = f"{self._url}/v0.1/servers"
        try:
            with session.get(address, params=query, timeout=_TIMEOUT, stream=True) as answer:
                if answer.status_code in {404, 410}:
                    raise InputError(
                        f"{address} does not exist ({answer.status_code}).",
                        "Give the address under which the registry's /v0.1/ lies.",
                    )
                if answer.status_code != 200:
                    raise self._strange(f"it answered {answer.status_code}")
                body = answer.raw.read(MAX_PAGE_BYTES + 1, decode_content=True)
        except (requests.RequestException, HTTPError) as error:
            raise ServiceError(
                f"{self._url} could not be reached: {error}.",
                "Run the same command again; it goes on where it stopped.",
            ) from None
        if len(body) > MAX_PAGE_BYTES:
            raise self._strange("it sent a page of more than 32 MiB")
        try:
            page = parse_json(body)
        except JsonError as error:
            raise self._strange(f"what it sent is no JSON: {error}") from None
        if not isinstance(page, dict) or not isinstance(page.get("servers"), list):
            raise self._strange("what it sent is no list of servers")
        return page

    def _strange(self, wrong: str) -> ServiceError:
        return ServiceError(
            f"{self._url} does not answer as a registry should: {wrong}.",
            "Check the address; if it is right, try again later. What was received is kept.",
        )


def _next_cursor(page: dict[str, Any]) -> str | None:
    metadata = page.get("metadata")
    cursor = metadata.get("nextCursor") if isinstance(metadata, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _session() -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"mcp-static-registry/{__version__}"
    session.max_redirects = 5
    retry = Retry(
        total=5,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session
