"""A served registry as a verification asks it: through its caches, past them, and with its ETags."""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from mcp_static.api.headers import FRESH_SECONDS
from mcp_static.api.limits import MAX_LIMIT
from mcp_static.api.paths import API_FOLDER, COMPLETE_LIST, SERVERS_FOLDER, SNAPSHOT
from mcp_static.model.errors import ServiceError
from mcp_static.net.client import Client
from mcp_static.net.limits import Answer


def address_of(path: str) -> str:
    """The address, below a registry's, at which a host serves a document of the output."""
    parts = path.split("/")
    if path == COMPLETE_LIST:  # without its ending, the address of pages where queries are read
        return path
    if parts[0] == API_FOLDER and path.endswith(".json"):
        parts[-1] = parts[-1].removesuffix(".json")
        if parts[1:2] == ["servers"] and len(parts) > 3:
            parts[2:4] = ["/".join(parts[2:4])]  # the name is one segment
    return "/".join(quote(part, safe="") for part in parts)


class ServedRegistry:
    """One served registry; threads may share it.

    Its caches may keep what was so a while ago (`Cache-Control` allows it), so what is not as it
    should be has to be asked for anew: by an address that no cache knows.
    """

    def __init__(self, client: Client, url: str) -> None:
        self._client: Final = client
        self._url: Final = url.rstrip("/")
        self._lock: Final = threading.Lock()
        self._tags: Final[dict[str, dict[bytes, str]]] = {}
        self._ages: Final[dict[str, int]] = {}

    def read(self, path: str) -> bytes | None:
        """A document by its path in the output, as readers get it; None when it is not there.

        Raises ServiceError when the registry does not answer, or wants a sign-in.
        """
        answer = self._answer(path, self._client.get(f"{self._url}/{address_of(path)}"))
        if answer is not None:
            with self._lock:
                tag = answer.headers.get("ETag", "")
                self._tags.setdefault(tag, {})[hashlib.sha256(answer.body).digest()] = path
        return answer.body if answer is not None else None

    def read_fresh(self, path: str) -> bytes | None:
        """The same, past every cache that goes by addresses or does what it is asked."""
        asked = f"{self._url}/{address_of(path)}?{_unknown()}"
        answer = self._answer(path, self._client.get(asked, {"Cache-Control": "no-cache"}))
        with self._lock:
            self._ages[path] = _age(answer) if answer is not None else 0
        return answer.body if answer is not None else None

    def read_list(self, cursor: str) -> bytes | None:
        """A page of the list by its cursor, empty for the first, past caches; raises ServiceError."""
        query = f"limit={MAX_LIMIT}{f'&cursor={cursor}' if cursor else ''}&{_unknown()}"
        answer = self._client.get(
            f"{self._url}/{SERVERS_FOLDER}?{query}", {"Cache-Control": "no-cache"}
        )
        return answer.body if answer.is_ok else None

    def may_be_stale(self, path: str) -> bool:
        """Whether a cache that could not be passed gave a copy no older than one may be."""
        return 0 < self._ages.get(path, 0) <= FRESH_SECONDS

    def clashes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each ETag that stands for several contents, with a document of each."""
        for tag, contents in sorted(self._tags.items()):
            if tag and len(contents) > 1:
                yield tag, tuple(sorted(contents.values()))

    def _answer(self, path: str, answer: Answer) -> Answer | None:
        if path == SNAPSHOT:
            self._client.require_signed_in(f"{self._url}/{SNAPSHOT}", answer)
        if answer.status >= 500:
            raise ServiceError(f"{answer.url} answers {answer.status}.", "Try again in a while.")
        return answer if answer.is_ok else None


def _unknown() -> str:
    """A parameter that no API knows, and so ignores, with a value that no cache has."""
    return f"verify={secrets.token_hex(8)}"


def _age(answer: Answer) -> int:
    text = answer.headers.get("Age", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
